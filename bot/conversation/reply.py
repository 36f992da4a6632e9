"""The reply as people see it: it grows in the thread while it is written, and ends complete."""

import asyncio
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

import structlog

from bot.clock import Clock
from bot.conversation.adapter import Channel, ChannelBusy, ShowsActivity
from bot.conversation.posts import Posts
from bot.conversation.split import close_fence, split
from bot.models import Inbound, Part

ACTIVITY = "is thinking…"
PATIENCE_SECONDS = 180.0  # with a platform that takes nothing, before the reply counts as undeliverable

log = structlog.stdlib.get_logger()


class Reply:
    """Keeps the thread in step with a text that is added to from outside.

    The first text is posted at once; after that one edit per interval carries whatever has come since, so
    a slow platform merges edits and never delays the reading. While it is open, a task of its own does
    the posting; `complete` waits until everything is visible.
    """

    def __init__(
        self, channel: Channel, message: Inbound, posts: Posts, clock: Clock, *, shows_activity: bool = True
    ) -> None:
        self._channel, self._message, self._posts, self._clock = channel, message, posts, clock
        self._shows_activity = shows_activity
        self._deltas: list[str] = []
        self._begins_anew = False
        self._shown: list[str] = []
        self._changed = asyncio.Event()
        self._final = asyncio.Event()
        self._busy_since: float | None = None
        self._next_edit = self._free_again = clock.monotonic()
        self._activity = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._shows_activity and isinstance(self._channel, ShowsActivity):
            await self._activity.enter_async_context(self._channel.activity(self._message, ACTIVITY))
        self._writer = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)  # `complete` has raised what matters
        await self._activity.aclose()

    @property
    def text(self) -> str:
        return "" if self._begins_anew else "".join(self._deltas)

    def add(self, delta: str) -> None:
        if self._begins_anew:
            self._deltas.clear()
            self._begins_anew = False
        if delta:
            self._deltas.append(delta)
            self._changed.set()

    def restart(self) -> None:
        """The text is told from its beginning again; what there is stays until that has begun."""
        self._begins_anew = True
        if self._posts.visible:  # it comes in a burst: wait for that rather than show less than before
            self._next_edit = self._clock.monotonic() + self._channel.limits.edit_seconds

    async def complete(self, *notes: str | None) -> None:
        """Show the whole text with the notes under it. Raises Undeliverable, or ChannelBusy when it stays so."""
        text = close_fence("".join(self._deltas)) if any(notes) else "".join(self._deltas)
        self._deltas = ["\n\n".join(filter(None, (text, *notes)))]
        self._begins_anew = False
        self._final.set()
        self._changed.set()
        await asyncio.shield(self._writer)

    async def _follow(self) -> None:
        while not self._final.is_set() or self._changed.is_set():
            await self._changed.wait()
            if self._pieces() != self._shown:
                await self._rest()
            self._changed.clear()
            try:
                await self._show()
                self._busy_since = None
            except ChannelBusy as busy:
                self._wait_out(busy)

    async def _rest(self) -> None:
        """Wait out the edit interval and, unless the text is final, a platform that has no time for growing ones."""
        await self._clock.sleep(max(0.0, self._next_edit - self._clock.monotonic()))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._free_again - self._clock.monotonic())):
                await self._final.wait()

    def _wait_out(self, busy: ChannelBusy) -> None:
        now = self._clock.monotonic()
        self._busy_since = self._busy_since or now
        if now - self._busy_since > PATIENCE_SECONDS:
            raise busy
        log.debug("channel_busy", cause=str(busy))
        if busy.unheard or self._final.is_set():
            self._next_edit = now + busy.retry_after
        self._free_again = now + busy.retry_after
        self._changed.set()

    async def _show(self) -> None:
        """Post or edit every part whose text differs from what is visible."""
        final = self._final.is_set()
        for index, text in enumerate(self._pieces()):
            if index < len(self._shown) and self._shown[index] == text:
                continue
            await self._posts.show(Part(key=self._posts.key(index), text=text, final=final))
            await self._activity.aclose()
            self._shown[index:] = [text]
            self._next_edit = self._clock.monotonic() + self._channel.limits.edit_seconds

    def _pieces(self) -> list[str]:
        return split("".join(self._deltas), limit_chars=self._channel.limits.message_chars)
