"""A clock that a test moves ahead."""

import asyncio

from bot.clock import SystemClock


class MovedClock(SystemClock):
    """The machine's, moved ahead by hand; what sleeps on it wakes then."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return super().now() + self._ahead_seconds

    def move(self, seconds: float) -> None:
        self._ahead_seconds += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(super().sleep(seconds))
        moving = asyncio.ensure_future(self._moved.wait())
        try:
            await asyncio.wait({sleeping, moving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            moving.cancel()
