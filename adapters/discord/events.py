"""What people write on Discord, and how they change it, as messages to the bot. Pure: no call, no state.

Where a conversation lives: a direct channel, a thread, or the thread that the reply to a mention opens, which
will have the mention's id.

What a reply needs besides, in an Inbound's `handle`: `reply_in`, the channel to post in; or `open_in`, the channel
in which to open a thread from the message.

Source: "Gateway Events", "Message Resource", Discord developer docs.
"""

import mimetypes
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, StringConstraints, ValidationError

from adapters.discord.format import parse_text
from bot.content import Content, FileRef, TextContent, media
from bot.models import Inbound, MessageId, Thread, UserId

PLATFORM = "discord"
DIRECT = "dm"  # stands where the server's id would
THREADS = (10, 11, 12)  # kinds of channels
WRITTEN = (0, 19)  # kinds of messages that people write, the second in reply; all others tell of something
EPOCH_SECONDS = 1_420_070_400  # the first second of 2015


def _mend(value: object) -> object:
    """Half characters, which JSON may spell and UTF-8 cannot, joined where two make one and else replaced."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


Snowflake = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
Text = Annotated[str, BeforeValidator(_mend)]  # for all that may get into an Inbound, which is stored as UTF-8


class User(BaseModel):
    id: Snowflake
    username: Text | None = None
    global_name: Text | None = None
    bot: bool | None = None

    @property
    def name(self) -> str:
        return self.global_name or self.username or self.id


class Member(BaseModel):
    """Somebody in a server."""

    user: User


class Attachment(BaseModel):
    url: Text
    filename: Text
    title: Text | None = None  # the name before Discord took its unusual characters out, without extension
    size: int | None = None
    content_type: Text | None = None


class Written(BaseModel):
    """What somebody wrote, wherever it is quoted."""

    content: Text | None = None
    attachments: list[Attachment] | None = None
    mentions: list[User] | None = None


class Snapshot(BaseModel):
    message: Written


class Quoted(Written):
    id: Snowflake
    author: User


class Message(Quoted):
    """The fields of MESSAGE_CREATE and MESSAGE_UPDATE that matter here."""

    channel_id: Snowflake
    type: int
    guild_id: Snowflake | None = None
    channel_type: int | None = None
    webhook_id: Snowflake | None = None
    mention_roles: list[str] | None = None
    referenced_message: Quoted | None = None
    message_snapshots: list[Snapshot] | None = None  # what was forwarded
    edited_timestamp: AwareDatetime | None = None


def parse_message(
    payload: Mapping[str, object], *, bot: str, roles: Collection[str] = (), in_thread: bool = False
) -> Inbound | None:
    """The message that MESSAGE_CREATE brings, or None when it brings none for us: asides, bots, odd shapes.

    `bot` is our user's id, `roles` are those which stand for us alone, `in_thread` says that the channel is a thread.
    """
    message = _by_a_person(payload, bot)
    inbound = message and _inbound(message, bot, roles, in_thread=in_thread)
    return inbound if inbound and (inbound.addressed or inbound.place is None) else None


def parse_edit(
    payload: Mapping[str, object], *, bot: str, roles: Collection[str] = (), in_thread: bool = False
) -> Inbound | None:
    """The new version of a message that MESSAGE_UPDATE brings, or None: bots, odd shapes, nothing that was edited.

    Also one that does not address the bot: its first version may have. Discord sends this event for other reasons
    too, such as the preview of a link; then the time of the edit is as before, or there is none, and so the
    revision is one that is known. A payload that does not say who wrote what tells of no edit.
    """
    message = _by_a_person(payload, bot)
    if message is None or message.edited_timestamp is None or message.content is None:
        return None
    revision = f"{message.edited_timestamp.timestamp() * 1_000_000:.0f}"
    return _inbound(message, bot, roles, in_thread=in_thread).model_copy(update={"revision": revision})


def _by_a_person(payload: Mapping[str, object], bot: str) -> Message | None:
    try:
        message = Message.model_validate(payload)
    except ValidationError:
        return None
    is_other = message.type not in WRITTEN or message.author.bot or message.webhook_id or message.author.id == bot
    return None if is_other else message


def _inbound(message: Message, bot: str, roles: Collection[str], *, in_thread: bool) -> Inbound:
    in_thread = in_thread or message.channel_type in THREADS
    addressed = message.guild_id is None or _names(message, bot, roles) or _answers(message, bot)
    apart = in_thread or message.guild_id is None
    channel = message.channel_id if apart else message.id
    return Inbound(
        thread=thread_in(message.guild_id, channel, channel),
        message=MessageId(message.id),
        author=UserId(message.author.id),
        content=_content(message, bot, roles),
        addressed=addressed,
        continues=_continues(message, bot, in_thread=in_thread),
        place=None if apart else message.channel_id,
        handle={"reply_in" if apart else "open_in": message.channel_id},
    )


def created_at(snowflake: str) -> float:
    """When the thing with this id came into being, in seconds since 1970."""
    return (int(snowflake) >> 22) / 1000 + EPOCH_SECONDS


def snowflake_at(seconds: float) -> int:
    """The first id that something from then, in seconds since 1970, could have."""
    return int((seconds - EPOCH_SECONDS) * 1000) << 22


def thread_in(guild: str | None, channel: str, root: str) -> Thread:
    """A conversation in a channel of a server, or of nobody's."""
    return Thread(platform=PLATFORM, team=guild or DIRECT, channel=channel, root=MessageId(root))


def parse_file(attachment: Attachment) -> Content:
    name, size = parse_name(attachment), attachment.size
    return media(_mime_type(attachment), FileRef(url=attachment.url, name=name, size_bytes=size))


def parse_name(attachment: Attachment) -> str:
    """A file's name as its sender had it."""
    extension = PurePath(attachment.filename).suffix
    return f"{attachment.title}{extension}" if attachment.title else attachment.filename


def _names(message: Message, bot: str, roles: Collection[str]) -> bool:
    """By its name or its role, which people pick by mistake; a call to everyone is not meant for us."""
    by_name = any(user.id == bot for user in message.mentions or ())
    return by_name or any(role in roles for role in message.mention_roles or ())


def _answers(message: Message, bot: str) -> bool:
    return message.referenced_message is not None and message.referenced_message.author.id == bot


def _continues(message: Message, bot: str, *, in_thread: bool) -> MessageId | None:
    """The message of ours that is answered, or from which somebody may have opened the thread."""
    if message.referenced_message is not None and _answers(message, bot):
        return MessageId(message.referenced_message.id)
    return MessageId(message.channel_id) if in_thread else None


def _content(message: Message, bot: str, roles: Collection[str]) -> tuple[Content, ...]:
    """The writer's own first, since it may begin with a command; then what was quoted or forwarded."""
    quoted: list[Content] = []
    if message.referenced_message is not None and not _answers(message, bot):
        quoted += _quote(message.referenced_message, f"{message.referenced_message.author.name} wrote:")
    for snapshot in message.message_snapshots or ():
        quoted += _quote(snapshot.message, "Forwarded:")
    return (*_files(message), *_text(_read(message, bot, roles)), *quoted)


def _quote(written: Written, heading: str) -> list[Content]:
    lines = [f"> {line}" for line in _read(written, "", ()).splitlines()]
    return [*_files(written), *_text("\n".join([heading, *lines]) if lines else "")]


def _read(written: Written, bot: str, roles: Collection[str]) -> str:
    names = {user.id: user.name for user in written.mentions or ()}
    return parse_text(written.content or "", own=(bot, *roles), names=names)


def _text(text: str) -> list[Content]:
    return [TextContent(text=text)] if text else []


def _files(written: Written) -> list[Content]:
    return [parse_file(attachment) for attachment in written.attachments or ()]


def _mime_type(attachment: Attachment) -> str:
    """As the sender's client says, without parameters; else by the name."""
    said = (attachment.content_type or "").partition(";")[0].strip().lower()
    return said or mimetypes.guess_type(attachment.filename)[0] or "application/octet-stream"
