"""What people do besides writing, as messages to the bot: commands and buttons. Pure: no call, no state.

A slash command in a text channel begins a conversation that has the interaction's id. A button, and a command from
the menu of a message, say their words in the conversation of the message they belong to.

A command's `handle` also has `application`, `token` and `expires`, in seconds since 1970: its answer waits to be
filled in. A button's has not, because with its token one would overwrite the message it belongs to.

Source: "Receiving and Responding", Discord developer docs.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from adapters.discord.commands import ASK, MESSAGE_COMMAND, SLASH_COMMAND, render_menu_words, render_words
from adapters.discord.events import (
    THREADS,
    Attachment,
    Member,
    Snowflake,
    Text,
    User,
    created_at,
    parse_file,
    thread_in,
)
from adapters.discord.format import SAYS, shorten
from bot.content import Content, TextContent
from bot.models import Inbound, MessageId, Thread, UserId

COMMAND, PRESS = 2, 3  # kinds of interactions
BOT_DIRECT_MESSAGES = 1  # a context
TOKEN_SECONDS = 15 * 60
ASKED_CHARS = 90


class Pending(NamedTuple):
    """An interaction that waits for an answer, three seconds at most, and the message that it is as good as."""

    id: str
    token: str
    kind: int  # COMMAND or PRESS
    message: Inbound | None  # None for a button that says nothing to this bot any more


class Channel(BaseModel):
    type: int


class Option(BaseModel):
    name: str
    value: Text | int | float | bool | None = None


class Resolved(BaseModel):
    attachments: dict[str, Attachment] | None = None


class Data(BaseModel):
    """Of a command its name and options, or the message it was chosen from; of a button its custom id."""

    name: str | None = None
    type: int = SLASH_COMMAND
    options: list[Option] | None = None
    resolved: Resolved | None = None
    target_id: Snowflake | None = None
    custom_id: Text = ""


class Pressed(BaseModel):
    """The message that a button belongs to."""

    id: Snowflake


class Interaction(BaseModel):
    """The fields of INTERACTION_CREATE that matter here."""

    id: Snowflake
    application_id: Snowflake
    token: Text
    type: int
    channel_id: Snowflake
    data: Data
    channel: Channel | None = None
    message: Pressed | None = None
    context: int | None = None
    guild_id: Snowflake | None = None
    member: Member | None = None
    user: User | None = None

    @property
    def author(self) -> User | None:
        return self.member.user if self.member else self.user

    @property
    def in_thread(self) -> bool:
        return self.channel is not None and self.channel.type in THREADS

    @property
    def is_direct(self) -> bool:
        """Between one person and the bot; in other people's direct messages the bot is a guest without a memory."""
        return self.guild_id is None and self.context in (BOT_DIRECT_MESSAGES, None)

    def thread(self, root: str) -> Thread:
        """The thread or direct channel it happened in; elsewhere the conversation that has this root."""
        own = self.in_thread or self.is_direct
        return thread_in(self.guild_id, self.channel_id, self.channel_id if own else root)


def parse_interaction(payload: Mapping[str, object]) -> Pending | None:
    """What INTERACTION_CREATE asks of us, or None when that is nothing: commands of others, suggestions, odd shapes."""
    try:
        interaction = Interaction.model_validate(payload)
    except ValidationError:
        return None
    if interaction.type == PRESS:
        return Pending(interaction.id, interaction.token, PRESS, _press(interaction))
    message = _command(interaction) if interaction.type == COMMAND else None
    return Pending(interaction.id, interaction.token, COMMAND, message) if message else None


def _command(interaction: Interaction) -> Inbound | None:
    """The message that a command of ours is."""
    author, content = interaction.author, _said(interaction.data)
    if author is None or content is None:
        return None
    return Inbound(
        thread=interaction.thread(interaction.id),
        message=MessageId(interaction.id),
        author=UserId(author.id),
        content=content,
        addressed=True,
        continues=_continued(interaction),
        handle={
            "reply_in": interaction.channel_id,
            "application": interaction.application_id,
            "token": interaction.token,
            "expires": f"{created_at(interaction.id) + TOKEN_SECONDS:.3f}",
        }
        | _asked(interaction.data),
    )


def _continued(interaction: Interaction) -> MessageId | None:
    """The message from whose menu the command was chosen, or from which somebody may have opened the thread."""
    if interaction.data.target_id is not None:
        return MessageId(interaction.data.target_id)
    return MessageId(interaction.channel_id) if interaction.in_thread else None


def _asked(data: Data) -> dict[str, str]:
    """The beginning of a question, for the answer to stand under."""
    texts = [option.value for option in data.options or () if isinstance(option.value, str)]
    asked = shorten(" ".join(texts), limit_chars=ASKED_CHARS)
    return {"asked": asked} if data.name == ASK and asked else {}


def _press(interaction: Interaction) -> Inbound | None:
    """The message that pressing a button of ours is, in the conversation of the message it belongs to."""
    author, says = interaction.author, interaction.data.custom_id.removeprefix(SAYS)
    if not says or says == interaction.data.custom_id or author is None or interaction.message is None:
        return None
    return Inbound(
        thread=interaction.thread(interaction.message.id),
        message=MessageId(interaction.id),
        author=UserId(author.id),
        content=(TextContent(text=says),),
        addressed=True,
        continues=MessageId(interaction.message.id),
        silent=True,
        handle={"reply_in": interaction.channel_id},
    )


def _said(data: Data) -> tuple[Content, ...] | None:
    """The content of a command, or None when it is none of ours."""
    if data.type == MESSAGE_COMMAND and data.target_id is not None:
        words = render_menu_words(data.name or "")
        return None if words is None else (TextContent(text=words),)
    if data.type != SLASH_COMMAND:
        return None
    attached = (data.resolved and data.resolved.attachments) or {}
    values = [str(option.value) for option in data.options or () if option.value is not None]
    text = render_words(data.name or "", " ".join(value for value in values if value not in attached))
    if text is None:
        return None
    files = [parse_file(attached[value]) for value in values if value in attached]
    return (*files, *([TextContent(text=text)] if text else []))
