"""What people do without writing: press a button of ours or Slack's, react to a message. Pure: no call, no state.

Source: "block_actions payload", "reaction_added event", "agent_session_stopped event", Slack developer docs.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ValidationError

from adapters.slack.blocks import SAYS
from adapters.slack.messages import Id, Place, Text
from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId

STOP_SIGN, STOP = "octagonal_sign", "stop"


class Container(BaseModel):
    channel_id: Id
    message_ts: Id
    thread_ts: Id | None = None


class Pressed(BaseModel):
    action_id: str
    action_ts: Id
    value: Text


class Named(BaseModel):
    id: Id


class Press(BaseModel):
    """The fields of `block_actions` that matter here."""

    team: Named
    user: Named
    container: Container
    actions: list[Pressed]


class Item(BaseModel):
    type: Literal["message"]
    channel: Id
    ts: Id


class Reaction(BaseModel):
    """The fields of `reaction_added` that matter here."""

    user: Id
    reaction: str
    item: Item
    event_ts: Id


class SessionStop(BaseModel):
    """The fields of `agent_session_stopped` that matter here."""

    user: Id
    thread_ts: Id
    event_ts: Id


def parse_press(payload: Mapping[str, object]) -> Inbound | None:
    """The message that pressing one of our buttons is as good as, or None for anything else."""
    try:
        press = Press.model_validate(payload)
    except ValidationError:
        return None
    container = press.container
    place = Place(press.team.id, container.channel_id, is_direct=False, bot_user=None)
    for action in press.actions:
        if action.action_id.startswith(SAYS):
            thread = place.thread(container.thread_ts or container.message_ts)
            pressed = _gesture(thread, action.action_ts, press.user.id, action.value)
            return pressed.model_copy(update={"continues": MessageId(container.message_ts)})
    return None


def parse_session_stop(event: Mapping[str, object], place: Place) -> Inbound:
    """The "stop" of Slack's own button beside a thread's status. Raises pydantic.ValidationError for an odd shape."""
    stop = SessionStop.model_validate(event)
    return _gesture(place.thread(stop.thread_ts), stop.event_ts, stop.user, STOP)


def parse_reaction(event: Mapping[str, object], place: Place) -> Inbound | None:
    """The "stop" that a person's octagonal sign says in the thread of its message; None for other reactions.

    Slack does not tell the thread. On a question that began one, the message is its root. On a reply the thread
    named here exists nowhere, and `continues` lets the store find the right one; where it cannot, this is nothing,
    because it does not address the bot.

    Raises pydantic.ValidationError for an odd shape.
    """
    reaction = Reaction.model_validate(event)
    if reaction.reaction != STOP_SIGN or reaction.user == place.bot_user:
        return None
    stop = _gesture(place.thread(reaction.item.ts), reaction.event_ts, reaction.user, STOP)
    return stop.model_copy(update={"addressed": False, "continues": MessageId(reaction.item.ts)})


def _gesture(thread: Thread, at: str, user: str, says: str) -> Inbound:
    """Its time is its name, which each delivery of it has."""
    return Inbound(
        thread=thread,
        message=MessageId(at),
        author=UserId(user),
        content=(TextContent(text=says),),
        addressed=True,
        silent=True,
    )
