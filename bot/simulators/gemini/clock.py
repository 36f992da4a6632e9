"""The time the simulator lives in: that of the machine, which callers may move forward but never back.

Retention, the life of files and the length of a research are measured on it, so that 55 days pass in a test.
"""

import asyncio
import time


class Clock:
    """Seconds since 1970, ahead of the machine's by what was advanced."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0
        self._advanced = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._ahead_seconds

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once. Raises ValueError for a time that is past."""
        if seconds < 0:
            raise ValueError("time only goes forward")
        self._ahead_seconds += seconds
        self._advanced.set()
        self._advanced = asyncio.Event()

    async def until(self, moment: float) -> None:
        """Wait for a moment to come; whoever waits is woken when the clock is moved."""
        while (left_seconds := moment - self.now()) > 0:
            await self._wait(left_seconds)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._advanced.wait()
        except TimeoutError:
            return
