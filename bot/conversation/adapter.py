"""What a chat platform must offer, and what it may offer.

A platform has two ends that live in different processes: where messages come in, and where replies go
out. What only some platforms can do is a protocol of one method, asked for with `isinstance` in one
place, so a new capability breaks no adapter.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

from bot.content import FileRef
from bot.models import Inbound, Limits, MessageId, Part, Thread

Accept = Callable[[Inbound], Awaitable[None]]
"""Stores a message durably. The platform gets its acknowledgement only after this returns."""


class ChannelBusy(Exception):
    """The platform cannot take a post or an edit just now, or its answer was lost; try again later."""

    def __init__(self, cause: str, *, retry_after: float, unheard: bool = False) -> None:
        super().__init__(f"{cause}, retry after {retry_after:.1f} s")
        self.retry_after = retry_after  # seconds
        self.unheard = unheard  # the call may have taken effect


class Undeliverable(Exception):
    """Nothing can be posted in this thread any more: removed from the channel, archived, thread gone."""


class MessageGone(Exception):
    """Somebody deleted the message that was to be edited."""


class FileUnreadable(Exception):
    """A file of a message cannot be had; the notice ends the sentence "I could not read it: …"."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice


class Channel(Protocol):
    """Where replies go. Works over the platform's REST API alone, so any worker can use it.

    All calls raise ChannelBusy or Undeliverable, and editing MessageGone, nothing else of the platform's. A token
    that is refused counts as busy: whoever runs the bot can mend it, and what waits is answered then.
    """

    @property
    def limits(self) -> Limits: ...

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        """Post a part of a reply, once. `again`: an earlier call may have succeeded unheard; find its message first."""
        ...

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None: ...

    async def remove(self, to: Inbound, message: MessageId) -> None:
        """Take a message of the bot's away. One that is gone already counts as removed."""
        ...

    def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        """The bytes of a file of a message, from the platform's own hosts only. Raises FileUnreadable."""
        ...


@runtime_checkable
class ShowsActivity(Protocol):
    """The platform can show that somebody is at work, such as "is typing"."""

    def activity(self, to: Inbound, label: str) -> AbstractAsyncContextManager[None]:
        """Show `label`, such as "is thinking", until the first post or the end of the block.

        Returns at once and never raises: a reply neither waits for it nor depends on it.
        """
        ...


@runtime_checkable
class OpensThreads(Protocol):
    """The platform can begin a thread by itself, beside the one it was asked in."""

    async def open_thread(self, to: Inbound, part: Part, *, again: bool = False) -> Thread:
        """Post the part as the beginning of a thread of its own, in the channel `to` was said in; gives that thread.

        Once for each part's key, like `post`. Raises ChannelBusy or Undeliverable.
        """
        ...


@runtime_checkable
class KnowsTimeZones(Protocol):
    """The platform knows where people's clocks stand."""

    async def time_zone(self, message: Inbound) -> str | None:
        """The IANA name of the time zone of who wrote the message, where the platform tells; never raises."""
        ...
