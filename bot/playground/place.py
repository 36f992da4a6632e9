"""A place is one simulated workspace or guild on the page, seen through the eyes of the person who plays there."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.playground.html import Html

THREADS_SHOWN = 200  # of a channel, the newest
DELETE, STOP_SIGN = "delete", "stop-sign"  # gestures that every platform has
OCTAGONAL_SIGN = "\N{OCTAGONAL SIGN}"  # the reaction that the second of them is


class Refused(ValueError):
    """The place does not take it; the text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class File:
    id: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    media_type: str | None  # None: nobody said
    content: bytes


@dataclass(frozen=True, slots=True)
class Button:
    action: str
    label: str
    style: str = ""  # "primary", "danger"
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Gesture:
    """What the person can do with a message, besides the buttons that it has."""

    key: str  # DELETE, STOP_SIGN, or one of the platform's own
    label: str


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    author: str
    is_bot: bool
    sent_at: float  # seconds since 1970
    body: tuple[Html, ...]  # top-level blocks, one element each
    above: str = ""  # "Mina used /ask"
    files: tuple[File, ...] = ()
    buttons: tuple[Button, ...] = ()
    reactions: tuple[tuple[str, int], ...] = ()  # as shown, how many people
    is_edited: bool = False
    is_pending: bool = False  # the bot has promised it, and thinks
    is_gone: bool = False  # deleted; what stands here keeps its place
    takes_replies: bool = False  # the next message can point at it
    typed: str | None = None  # what its author wrote, where that is the person, who can change it
    gestures: tuple[Gesture, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """A message in the channel and the replies to it, oldest first.

    On Discord a message has no thread until somebody opens one: such a message is a thread that is not open.
    """

    id: str
    title: str
    messages: tuple[Message, ...]
    status: str = ""  # "Parley is thinking…"
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str  # as shown in the list: "#general", "Parley"
    label: str  # what assistive technology calls it: "Channel #general"
    must_mention: bool  # the bot hears only what mentions it, outside its threads
    how: str  # how one talks to the bot here, for somebody who sees it for the first time
    examples: tuple[str, ...]  # messages to try


@dataclass(frozen=True, slots=True)
class Command:
    """What a message can begin with: `/name`."""

    name: str
    description: str


class Place(Protocol):
    """What a platform's simulator has to offer to be shown."""

    key: str  # in addresses: "slack"
    platform: str  # "Slack"
    person: str  # who the person in front of the page is
    bot: str

    def channels(self) -> Sequence[Channel]: ...

    def threads(self, channel_id: str) -> Sequence[Thread]:
        """The newest THREADS_SHOWN, oldest first."""
        ...

    def thread(self, channel_id: str, thread_id: str) -> Thread | None: ...

    def status(self, channel_id: str) -> str:
        """What happens in the channel itself, in no thread of it: "Parley is typing…"."""
        ...

    def commands(self) -> Sequence[Command]: ...

    def changes(self, channel_id: str) -> AsyncIterator[str]:
        """The id of a thread each time something in it changed, until the place closes; "" for the channel's status."""
        ...

    async def say(
        self, channel_id: str, thread_id: str | None, text: str, files: Sequence[Upload], reply_to: str | None = None
    ) -> None:
        """Write, or use a command; `reply_to` is a message that takes replies.

        Raises Refused when the channel, the thread or that message is gone, and when the command is none or not taken.
        """
        ...

    async def press(self, channel_id: str, message_id: str, action: str) -> None:
        """Press a button; raises Refused when it is gone or nobody took the press."""
        ...

    async def edit(self, channel_id: str, message_id: str, text: str) -> None:
        """Change a message of the person's; raises Refused when it is none, or gone, or the text is not taken."""
        ...

    async def gesture(self, channel_id: str, message_id: str, key: str) -> None:
        """Do with a message what its gesture of that key says; raises Refused when it has none, or nobody took it."""
        ...

    def file(self, file_id: str) -> tuple[File, bytes] | None: ...
