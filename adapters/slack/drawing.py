"""Whether progress is drawn: workspaces may refuse its blocks, and then have it in words.

Source: "Plan block", "chat.postMessage method", Slack developer docs.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from adapters.slack.blocks import Fields, render_content
from adapters.slack.calls import Calls, Refused
from adapters.slack.pace import Kind
from bot.clock import Clock
from bot.models import Part, Thread

REFUSING = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
WORDS_SECONDS = 600.0  # after a refusal, before blocks are tried again

Answer = TypeVar("Answer")
Call = Callable[[Fields], Awaitable[Answer]]

log = structlog.stdlib.get_logger()


class Drawing:
    """Makes the calls that show parts, for one workspace."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls, self._clock = calls, clock
        self._words_until: float | None = None  # monotonic

    async def show(self, kind: Kind, thread: Thread, part: Part, call: Call[Answer], *, must: bool = True) -> Answer:
        """One call with the part's fields, as `Calls.make`. A refused drawing costs a second one, but only once."""
        drawn = part.progress is not None and not self._is_in_words()
        content = render_content(part, drawn=drawn)
        try:
            return await self._calls.make(kind, thread, lambda: call(content), must=must)
        except Refused as refused:
            if not drawn or refused.code not in REFUSING:
                raise
            log.info("progress_not_drawn", cause=str(refused))
        self._words_until = self._clock.monotonic() + WORDS_SECONDS
        return await self.show(kind, thread, part, call, must=must)

    def _is_in_words(self) -> bool:
        return self._words_until is not None and self._clock.monotonic() < self._words_until
