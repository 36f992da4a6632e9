"""The nouns everybody shares: where a conversation happens, what comes in, what becomes visible."""

from enum import StrEnum
from functools import lru_cache
from typing import Literal, NewType, Self
from urllib.parse import quote, unquote

from pydantic import Field

from bot.content import Content, Record

MessageId = NewType("MessageId", str)  # a platform's own id of one message
UserId = NewType("UserId", str)
PartKey = NewType("PartKey", str)  # stable over retries: the same part of the same turn


class Thread(Record):
    """Where a conversation happens: one platform, installation, channel and root message."""

    platform: str
    team: str  # Slack workspace, Discord server; scopes of two installations never meet
    channel: str
    root: MessageId

    def __str__(self) -> str:
        """The name in Redis and in logs, such as `slack:T1:C1:1715.0001`; a separator inside a part is escaped."""
        return _name(self.platform, self.team, self.channel, self.root)

    @classmethod
    def parse(cls, name: str) -> Self:
        """The thread that has this name. Raises ValueError when it is not the name of a thread."""
        platform, team, channel, root = (unquote(part) for part in name.split(":"))
        return cls(platform=platform, team=team, channel=channel, root=MessageId(root))


@lru_cache(maxsize=1024)  # a turn says its thread's name some fifty times
def _name(*parts: str) -> str:
    return ":".join(quote(part, safe="") for part in parts)


class Inbound(Record):
    """One message to the bot, as the platform's event told it: text and content objects, no bytes yet.

    `message` and `revision` identify it within its thread, whichever of several events brought it. A message that
    is edited comes again under the same id, with the whole new content and another revision; one that is deleted
    comes once more without content. Replies go to an Inbound, since on some platforms the thread alone does not
    say how.
    """

    thread: Thread
    message: MessageId
    author: UserId
    content: tuple[Content, ...]
    addressed: bool  # names the bot or is a direct message; else it counts only in a thread the bot takes part in
    continues: MessageId | None = None  # a message that may belong to another thread, where this one goes on then
    about: MessageId | None = None  # the message whose reply it continues, once that is known
    place: str | None = None  # the channel it was said in, where that is not the thread's own
    revision: str = ""  # of an edit: the platform's mark of it, such as its time; grows
    deleted: bool = False
    silent: bool = False  # a button or a reaction: what it does shows elsewhere, so it needs no line of its own
    # What its platform needs to reply, beyond the thread. May hold a token: never log it.
    handle: dict[str, str] = Field(default_factory=dict[str, str])

    @property
    def id(self) -> str:
        """Which message, and which version of it."""
        return f"{self.message}@{self.revision}" if self.revision else self.message


class Action(Record):
    """A button. Pressing it is as good as writing what it says."""

    label: str
    says: str
    kind: Literal["plain", "primary", "danger"] = "plain"  # what it leads to: primary is the expected one


class Mark(StrEnum):
    """How far one stage of a long task is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"  # by people, or because nobody wanted it


class ProgressStage(Record):
    label: str
    mark: Mark
    detail: str = ""  # plain text, such as what it thinks of now


class Progress(Record):
    """How far a long task is, for platforms that draw it. All of it is plain text but for what stands below."""

    title: str
    stages: tuple[ProgressStage, ...]
    facts: tuple[str, ...] = ()  # such as "12:05" and "14 sources"
    below: str = ""  # Markdown, such as what was found before it ended


class File(Record):
    """A file to show, with its bytes."""

    name: str
    mime_type: str
    data: bytes


class Part(Record):
    """One visible piece of a reply, in Markdown. Posting the same key again finds the first message.

    `actions` are its buttons now, perhaps none; None for a part that never has any. A part with a file has
    its text beside it and stays as it was posted. One with `progress` is drawn where a platform can do that; its
    text says the same, for notifications and for where it cannot.
    """

    key: PartKey
    text: str
    final: bool = True  # False while the text still grows
    actions: tuple[Action, ...] | None = None
    progress: Progress | None = None
    notifies: UserId | None = None  # the one person whose attention it calls
    file: File | None = None


class Limits(Record):
    """What a platform accepts."""

    message_chars: int
    edit_seconds: float  # between two edits of one message
