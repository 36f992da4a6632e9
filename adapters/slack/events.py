"""Slack's events as messages to the bot. Pure: no call, no state.

Source: "app_mention event", "message event", "Events API", Slack developer docs.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ValidationError

from adapters.slack.format import SAYS, parse_characters, parse_mrkdwn
from bot.content import Content, FileRef, TextContent, media
from bot.models import Inbound, MessageId, Thread, UserId

PLATFORM = "slack"
PLAIN_SUBTYPES = (None, "file_share", "thread_broadcast")  # all others tell of a message, they are none


Text = Annotated[str, AfterValidator(parse_characters)]  # whatever goes into an Inbound as it is


class Authorization(BaseModel):
    user_id: str | None = None
    is_bot: bool = False


class File(BaseModel):
    name: Text | None = None
    mimetype: Text | None = None
    url_private_download: Text | None = None
    size: int | None = None


class Event(BaseModel):
    """The fields of `app_mention` and `message` that matter here."""

    type: str
    ts: Text
    channel: Text
    user: Text
    subtype: str | None = None
    thread_ts: Text | None = None
    channel_type: str | None = None
    text: str | None = None
    files: list[File] | None = None
    bot_id: str | None = None


class Envelope(BaseModel):
    team_id: Text
    event: Event
    authorizations: list[Authorization] | None = None

    @property
    def bot_user(self) -> str | None:
        return next((entry.user_id for entry in self.authorizations or () if entry.is_bot), None)


def parse_event(payload: Mapping[str, object]) -> Inbound | None:
    """The message that an event brings, or None when it brings none for us: other kinds, bots, odd shapes.

    A mention arrives twice, as `app_mention` and as `message`; both give the same message of the same thread.
    """
    try:
        envelope = Envelope.model_validate(payload)
    except ValidationError:
        return None
    event = envelope.event
    if event.type not in ("app_mention", "message") or event.subtype not in PLAIN_SUBTYPES:
        return None
    if event.bot_id is not None or event.user == envelope.bot_user:
        return None
    addressed = _is_addressed(event, envelope.bot_user)
    if not addressed and event.thread_ts is None:
        return None
    return Inbound(
        thread=_thread(envelope.team_id, event.channel, event.thread_ts or event.ts),
        message=MessageId(event.ts),
        author=UserId(event.user),
        content=_content(event, envelope.bot_user),
        addressed=addressed,
    )


class Container(BaseModel):
    channel_id: Text
    message_ts: Text
    thread_ts: Text | None = None


class Pressed(BaseModel):
    action_id: str
    action_ts: Text
    value: Text


class Id(BaseModel):
    id: Text


class Press(BaseModel):
    """The fields of `block_actions` that matter here."""

    team: Id
    user: Id
    container: Container
    actions: list[Pressed]


def parse_press(payload: Mapping[str, object]) -> Inbound | None:
    """The message that pressing one of our buttons is as good as, or None for anything else.

    Source: "block_actions payload", Slack developer docs.
    """
    try:
        press = Press.model_validate(payload)
    except ValidationError:
        return None
    for action in press.actions:
        if action.action_id.startswith(SAYS):
            place = press.container
            return Inbound(
                thread=_thread(press.team.id, place.channel_id, place.thread_ts or place.message_ts),
                message=MessageId(action.action_ts),
                author=UserId(press.user.id),
                content=(TextContent(text=action.value),),
                addressed=True,
            )
    return None


def _is_addressed(event: Event, bot_user: str | None) -> bool:
    mentioned = bot_user is not None and f"<@{bot_user}>" in (event.text or "")
    return event.type == "app_mention" or event.channel_type == "im" or mentioned


def _thread(team: str, channel: str, root: str) -> Thread:
    return Thread(platform=PLATFORM, team=team, channel=channel, root=MessageId(root))


def _content(event: Event, bot_user: str | None) -> tuple[Content, ...]:
    text = parse_mrkdwn(event.text or "", bot_user=bot_user)
    return (*map(_file, event.files or ()), *([TextContent(text=text)] if text else []))


def _file(file: File) -> Content:
    """Some files come without an address: deleted, beyond a plan's limit, kept elsewhere, or another company's."""
    url, name = file.url_private_download or "", file.name or "file"
    return media(file.mimetype or "application/octet-stream", FileRef(url=url, name=name, size_bytes=file.size))
