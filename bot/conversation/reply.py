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
from bot.failpoints import Point, reached
from bot.models import Action, Inbound, Part

ACTIVITY = "is thinking…"
STOP = Action(label="Stop", says="stop")
CLOSE_SECONDS = 0.4  # for a call to the platform that is under way, whose outcome would else be unknown
PATIENCE_SECONDS = 180.0  # with a platform that takes nothing, before the reply counts as undeliverable

log = structlog.stdlib.get_logger()


class Reply:
    """Keeps the thread in step with a text that is added to from outside.

    The first text is posted at once; after that one edit per interval carries whatever has come since, so
    a slow platform merges edits and never delays the reading. While it is open, a task of its own does
    the posting; `complete` waits until everything is visible.
    """

    def __init__(
        self,
        channel: Channel,
        message: Inbound,
        posts: Posts,
        clock: Clock,
        *,
        text: str = "",
        shows_activity: bool = True,
    ) -> None:
        self._channel, self._message, self._posts, self._clock = channel, message, posts, clock
        self._shows_activity = shows_activity
        self._deltas = [text] if text else []  # what an earlier run has read of it
        self._begins_anew = False
        self._marked = len(self._deltas)
        self._shown: list[tuple[str, tuple[Action, ...] | None]] = []
        self._had_button: dict[int, bool] = {}
        self._showing = asyncio.Lock()
        self._changed = asyncio.Event()
        self._final = asyncio.Event()
        self._busy_since: float | None = None
        self._next_edit = self._free_again = clock.monotonic()
        self._resting: asyncio.Task[None] | None = None
        self._hurries = False
        self._activity = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._shows_activity and not self._posts.visible and isinstance(self._channel, ShowsActivity):
            await self._activity.enter_async_context(self._channel.activity(self._message, ACTIVITY))
        self.writer = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._showing.acquire()
        finally:
            self.writer.cancel()
            await asyncio.gather(self.writer, return_exceptions=True)  # `complete` has raised what matters
            await self._activity.aclose()

    @property
    def text(self) -> str:
        return "" if self._begins_anew else "".join(self._deltas)

    @property
    def marked_text(self) -> str:
        """The text as it was when it was marked last."""
        return "".join(self._deltas[: self._marked])

    def mark(self) -> None:
        self._marked = 0 if self._begins_anew else len(self._deltas)

    def add(self, delta: str) -> None:
        if self._begins_anew:
            self._deltas.clear()
            self._begins_anew = False
        if delta:
            self._deltas.append(delta)
            self._changed.set()

    def restart(self) -> None:
        """The text is told from its beginning again; what there is stays until that has begun."""
        self._begins_anew, self._marked = True, 0
        if self._posts.visible:  # it comes in a burst: wait for that rather than show less than before
            self._next_edit = self._clock.monotonic() + self._channel.limits.edit_seconds

    async def complete(self, *notes: str | None, at_once: bool = False) -> None:
        """Show the whole text with the notes under it. Raises Undeliverable, or ChannelBusy when it stays so.

        `at_once`: somebody waits to see it, so it does not wait out the edit interval.
        """
        text = close_fence("".join(self._deltas)) if any(notes) else "".join(self._deltas)
        self._deltas = ["\n\n".join(filter(None, (text, *notes)))]
        self._marked, self._begins_anew = 0, False
        self._final.set()
        self._changed.set()
        self._hurries = at_once and self._busy_since is None
        if self._hurries and self._resting is not None:
            self._resting.cancel()
        await asyncio.shield(self.writer)

    async def _follow(self) -> None:
        while not self._final.is_set() or self._changed.is_set():
            await self._changed.wait()
            if [_looks(part) for part in self._parts()] != self._shown:
                await self._rest()
            self._changed.clear()
            was_final = self._final.is_set()
            try:
                await self._show()
                self._busy_since = None
            except ChannelBusy as busy:
                self._wait_out(busy, was_final=was_final)

    async def _rest(self) -> None:
        """Wait out the edit interval and, unless the text is final, a platform that has no time for growing ones."""
        seconds = 0.0 if self._hurries else max(0.0, self._next_edit - self._clock.monotonic())
        self._resting = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait((self._resting,))
        finally:
            self._resting.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._free_again - self._clock.monotonic())):
                await self._final.wait()

    def _wait_out(self, busy: ChannelBusy, *, was_final: bool) -> None:
        now = self._clock.monotonic()
        self._hurries = False
        self._busy_since = self._busy_since or now
        if now - self._busy_since > PATIENCE_SECONDS:
            raise busy
        log.debug("channel_busy", cause=str(busy))
        if busy.unheard or was_final:
            self._next_edit = now + busy.retry_after
        self._free_again = now + busy.retry_after
        self._changed.set()

    async def _show(self) -> None:
        """Post or edit every part that differs from what is visible; take away those of an earlier, longer text."""
        parts = self._parts()
        for index, part in enumerate(parts):
            if self._shown[index : index + 1] == [_looks(part)]:
                continue
            if index and part.final:
                reached(Point.BETWEEN_PARTS)
            async with self._showing:
                await self._posts.show(part)
                self._shown[index:] = [_looks(part)]
                self._had_button[index] |= bool(part.actions)
            await self._activity.aclose()
            self._next_edit = self._clock.monotonic() + self._channel.limits.edit_seconds
        if self._final.is_set():
            async with self._showing:
                await self._posts.remove_from(len(parts))

    def _parts(self) -> list[Part]:
        """The text in pieces. Under the last one is a button to stop it, as long as it grows; not at first, since most
        replies have ended before anybody could press it, and taking it away costs an edit."""
        final = self._final.is_set()
        pieces = split("".join(self._deltas), limit_chars=self._channel.limits.message_chars)
        return [
            self._part(index, text, final=final, grows=not final and index == len(pieces) - 1)
            for index, text in enumerate(pieces)
        ]

    def _part(self, index: int, text: str, *, final: bool, grows: bool) -> Part:
        key = self._posts.key(index)
        is_known = self._posts.is_known(key)
        had_button = self._had_button.setdefault(index, is_known)  # an earlier run may have shown one
        if grows and is_known:
            return Part(key=key, text=text, final=final, actions=(STOP,))
        return Part(key=key, text=text, final=final, actions=() if had_button else None)


def _looks(part: Part) -> tuple[str, tuple[Action, ...] | None]:
    return part.text, part.actions
