"""A place is one simulated workspace or guild on the page, seen through the eyes of the person who plays there."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.playground.html import Html

THREADS_SHOWN = 200  # of a channel, the newest


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


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    author: str
    is_bot: bool
    sent_at: float  # seconds since 1970
    body: tuple[Html, ...]  # top-level blocks, one element each
    files: tuple[File, ...] = ()
    buttons: tuple[Button, ...] = ()
    reactions: tuple[tuple[str, int], ...] = ()  # name, how many people
    is_edited: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A message in the channel and the replies to it, oldest first."""

    id: str
    title: str
    messages: tuple[Message, ...]
    status: str = ""  # "Parley is thinking…"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str  # as shown in the list: "#general", "Parley"
    label: str  # what assistive technology calls it: "Channel #general"
    must_mention: bool  # the bot hears only what mentions it, outside its threads


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

    def changes(self, channel_id: str) -> AsyncIterator[str]:
        """The id of a thread each time something in it changed, until the place closes."""
        ...

    async def say(self, channel_id: str, thread_id: str | None, text: str, files: Sequence[Upload]) -> None:
        """Raises Refused when the channel or the thread is gone."""
        ...

    async def press(self, channel_id: str, message_id: str, action: str) -> None:
        """Press a button; raises Refused when it is gone or nobody took the press."""
        ...

    def file(self, file_id: str) -> tuple[File, bytes] | None: ...
