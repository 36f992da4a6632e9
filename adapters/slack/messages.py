"""Slack's message objects as content. Pure: no call, no state.

Source: "message event", "file object", Slack developer docs.
"""

from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, Field

from adapters.slack.format import parse_characters, parse_mrkdwn
from bot.content import Content, FileRef, TextContent, media
from bot.models import Inbound, MessageId, Thread, UserId

PLATFORM = "slack"
PLAIN_SUBTYPES = (None, "file_share", "thread_broadcast")  # all others tell of a message, they are none

Text = Annotated[str, AfterValidator(parse_characters)]  # whatever goes into an Inbound as it is
Id = Annotated[Text, Field(min_length=1)]


class File(BaseModel):
    id: str | None = None
    name: Text | None = None
    mimetype: Text | None = None
    url_private_download: Text | None = None
    size: int | None = None
    mode: str | None = None


class Edited(BaseModel):
    ts: Id


class Message(BaseModel):
    """The fields of a message that matter here, as an event of its own or inside one that tells of it."""

    ts: Id
    user: Id
    subtype: str | None = None
    thread_ts: Id | None = None
    text: str | None = None
    files: list[File] | None = None
    bot_id: str | None = None
    edited: Edited | None = None

    @property
    def root(self) -> str:
        return self.thread_ts or self.ts


class Place(NamedTuple):
    """Where an event happened, and as whom we hear of it."""

    team: str
    channel: str
    is_direct: bool
    bot_user: str | None

    def thread(self, root: str) -> Thread:
        return Thread(platform=PLATFORM, team=self.team, channel=self.channel, root=MessageId(root))


def is_from_a_person(message: Message, place: Place) -> bool:
    return message.bot_id is None and message.user != place.bot_user


def is_addressed(message: Message, place: Place) -> bool:
    return place.is_direct or (place.bot_user is not None and f"<@{place.bot_user}>" in (message.text or ""))


def parse_message(message: Message, place: Place, *, addressed: bool, revision: str = "") -> Inbound:
    return Inbound(
        thread=place.thread(message.root),
        message=MessageId(message.ts),
        author=UserId(message.user),
        content=_parse_content(message, place),
        addressed=addressed,
        revision=revision,
    )


def _parse_content(message: Message, place: Place) -> tuple[Content, ...]:
    text = parse_mrkdwn(message.text or "", bot_user=place.bot_user)
    return (*map(_parse_file, message.files or ()), *([TextContent(text=text)] if text else []))


def _parse_file(file: File) -> Content:
    """Some files come without an address: deleted, beyond a plan's limit, kept elsewhere, or another company's."""
    url, name = file.url_private_download or "", file.name or "file"
    return media(file.mimetype or "application/octet-stream", FileRef(url=url, name=name, size_bytes=file.size))
