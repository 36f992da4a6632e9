"""Slack's events as messages to the bot. Pure: no call, no state.

Source: "app_mention event", "message event", "Events API", Slack developer docs.
"""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ValidationError

from adapters.slack.changes import parse_change, parse_deletion
from adapters.slack.gestures import parse_reaction, parse_session_stop
from adapters.slack.messages import (
    PLAIN_SUBTYPES,
    PLATFORM,
    Id,
    Message,
    Place,
    is_addressed,
    is_from_a_person,
    parse_message,
)
from bot.models import Inbound

__all__ = ["PLATFORM", "parse_event"]


class Authorization(BaseModel):
    user_id: str | None = None
    is_bot: bool = False


class Item(BaseModel):
    channel: Id


class Event(BaseModel):
    """What kind of event it is, and where it happened; that of a reaction is told by what it is on."""

    type: str
    subtype: str | None = None
    channel: Id | None = None
    channel_type: str | None = None
    item: Item | None = None


class Envelope(BaseModel):
    team_id: Id
    event: dict[str, object]
    authorizations: list[Authorization] | None = None

    @property
    def bot_user(self) -> str | None:
        return next((entry.user_id for entry in self.authorizations or () if entry.is_bot), None)


def parse_event(payload: Mapping[str, object]) -> Inbound | None:
    """The message that an event brings, or None when it brings none for us: other kinds, bots, odd shapes."""
    try:
        return _parse(Envelope.model_validate(payload))
    except ValidationError:
        return None


def _parse(envelope: Envelope) -> Inbound | None:
    event = Event.model_validate(envelope.event)
    channel = event.channel or (event.item and event.item.channel)
    parse = PARSERS.get((event.type, event.subtype))
    if not channel or not parse:
        return None
    place = Place(envelope.team_id, channel, is_direct=event.channel_type == "im", bot_user=envelope.bot_user)
    return parse(envelope.event, place)


def _parse_message(event: Mapping[str, object], place: Place) -> Inbound | None:
    message = Message.model_validate(event)
    return _said(message, place, addressed=is_addressed(message, place))


def _parse_mention(event: Mapping[str, object], place: Place) -> Inbound | None:
    return _said(Message.model_validate(event), place, addressed=True)


def _said(message: Message, place: Place, *, addressed: bool) -> Inbound | None:
    """A mention arrives twice, as `app_mention` and as `message`; both give the same message of the same thread.

    Editing a message with a mention sends that again; it is the same edit as the one `message_changed` tells of.
    """
    if not is_from_a_person(message, place):
        return None
    if message.edited:
        return parse_message(message, place, addressed=addressed, revision=message.edited.ts)
    if not addressed and message.thread_ts is None:
        return None
    return parse_message(message, place, addressed=addressed)


PARSERS: dict[tuple[str, str | None], Callable[[Mapping[str, object], Place], Inbound | None]] = {
    **{("message", subtype): _parse_message for subtype in PLAIN_SUBTYPES},
    **{("app_mention", subtype): _parse_mention for subtype in PLAIN_SUBTYPES},
    ("message", "message_changed"): parse_change,
    ("message", "message_deleted"): parse_deletion,
    ("reaction_added", None): parse_reaction,
    ("agent_session_stopped", None): parse_session_stop,
}
