"""What a Discord is made of: people, roles, channels, messages, interactions."""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Literal

from bot.simulators.discord.ledger import Payload


class Permission(IntFlag):
    """Those an assistant needs. Source: "Permissions", Discord developer docs."""

    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    SEND_VOICE_MESSAGES = 1 << 46


EVERYTHING = Permission(sum(Permission))
NOTHING = Permission(0)


class ChannelType(IntEnum):
    TEXT = 0
    DIRECT = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class MessageType(IntEnum):
    DEFAULT = 0
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER_MESSAGE = 21
    CONTEXT_MENU_COMMAND = 23


class MessageFlag(IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE_MESSAGE = 1 << 13
    IS_COMPONENTS_V2 = 1 << 15


NO_FLAGS = MessageFlag(0)


@dataclass
class User:
    id: str
    username: str
    display_name: str
    is_bot: bool = False
    online: bool = True
    accepts_direct_messages: bool = True
    role_ids: list[str] = field(default_factory=list[str])


@dataclass
class Role:
    id: str
    name: str
    permissions: Permission = NOTHING
    bot_id: str | None = None  # whose managed role this is
    mentionable: bool = False


@dataclass(frozen=True)
class Upload:
    """A file as somebody sends it. Without a content type, Discord goes by the name."""

    filename: str
    data: bytes
    content_type: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Attachment:
    id: str
    channel_id: str
    filename: str  # reduced to plain characters; `title` keeps the name as it was
    size_bytes: int
    content_type: str | None
    title: str | None = None
    description: str | None = None
    ephemeral: bool = False


@dataclass
class Message:
    id: str
    channel_id: str
    author_id: str
    created_at: float
    content: str = ""
    type: MessageType = MessageType.DEFAULT
    flags: MessageFlag = NO_FLAGS
    embeds: list[Payload] = field(default_factory=list[Payload])
    components: list[Payload] = field(default_factory=list[Payload])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    mention_ids: list[str] = field(default_factory=list[str])
    mention_role_ids: list[str] = field(default_factory=list[str])
    mention_everyone: bool = False
    reply_to: str | None = None  # message id, in this channel or, for a thread's starter, in its parent
    referenced_channel_id: str | None = None
    nonce: str | int | None = None
    edited_at: float | None = None
    interaction_id: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # emoji to user ids
    seen_by: str | None = None  # an ephemeral answer is shown to this user alone

    @property
    def visible_to_all(self) -> bool:
        return self.seen_by is None

    @property
    def shown_embeds(self) -> list[Payload]:
        """Hidden ones come back when the flag goes; until then not even the API tells of them."""
        return [] if MessageFlag.SUPPRESS_EMBEDS in self.flags else self.embeds


@dataclass
class Channel:
    id: str
    type: ChannelType
    name: str
    created_at: float
    guild_id: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None
    recipient_id: str | None = None
    denied: Permission = NOTHING  # what the bot may not do here
    archived: bool = False
    archived_at: float = 0.0
    locked: bool = False
    auto_archive_minutes: int = 1440
    member_ids: list[str] = field(default_factory=list[str])
    messages: dict[str, Message] = field(default_factory=dict[str, Message])  # in the order of posting
    messages_sent: int = 0

    @property
    def is_thread(self) -> bool:
        return self.type in (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)


@dataclass
class Guild:
    id: str
    name: str
    owner_id: str
    created_at: float
    roles: dict[str, Role] = field(default_factory=dict[str, Role])
    members: dict[str, User] = field(default_factory=dict[str, User])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])

    def channel(self, name: str) -> Channel:
        """The text channel of this name. Raises KeyError."""
        return {channel.name: channel for channel in self.channels.values() if not channel.is_thread}[name]

    def member(self, name: str) -> User:
        """The member of this user name. Raises KeyError."""
        return {member.username: member for member in self.members.values()}[name]

    def role(self, name: str) -> Role:
        return {role.name: role for role in self.roles.values()}[name]

    @property
    def threads(self) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.is_thread]


InteractionState = Literal["waiting", "deferred", "answered", "failed"]


@dataclass
class Interaction:
    """Something a person did that the bot must answer within three seconds."""

    id: str
    token: str
    type: int  # 2 command, 3 component, 4 autocomplete, 5 modal
    channel_id: str
    user_id: str
    created_at: float
    data: Payload
    name: str = ""  # the command, or the custom_id
    source_message_id: str | None = None  # with the button, or right-clicked
    user_installed: bool = False
    state: InteractionState = "waiting"
    original_id: str | None = None
    followup_ids: list[str] = field(default_factory=list[str])
    choices: list[Payload] = field(default_factory=list[Payload])
    modal: Payload | None = None
