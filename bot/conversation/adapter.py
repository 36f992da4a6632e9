"""What a chat platform must offer, and what it may offer.

A platform has two ends that live in different processes: where messages come in, and where replies go
out. What only some platforms can do is a protocol of one method, asked for with `isinstance` in one
place, so a new capability breaks no adapter.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

from bot.models import Inbound, Limits, MessageId, Part, Thread

Accept = Callable[[Inbound], Awaitable[None]]
"""Stores a message durably. The platform gets its acknowledgement only after this returns."""


class Channel(Protocol):
    """Where replies go. Works over the platform's REST API alone, so any worker can use it."""

    limits: Limits

    async def post(self, thread: Thread, part: Part) -> MessageId: ...

    async def edit(self, thread: Thread, message: MessageId, part: Part) -> None: ...


@runtime_checkable
class ShowsActivity(Protocol):
    """The platform can show that somebody is at work, such as "is typing"."""

    def activity(self, thread: Thread, label: str) -> AbstractAsyncContextManager[None]:
        """Show `label` until the block ends. Never raises: a reply does not depend on it."""
        ...
