"""One clock for all processes: the store's.

Where the machines disagree, or one is set anew, young work would else look an hour old, and be cancelled for it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import SystemClock

LOOK_SECONDS = 10.0  # between two looks at the store's time
SLOW_SECONDS = 1.0  # an answer that took longer may be off by half of that, and is not believed
FAR_SECONDS = 5.0  # worth a line in the log, as what the machine itself writes down is off by as much

log = structlog.stdlib.get_logger()


class CommonClock(SystemClock):
    """The store's time, carried on between two looks by the machine's monotonic clock, which nobody sets.

    Until the store has told it for the first time, it is the machine's own.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._began_at = super().now() - self.monotonic()  # when the monotonic clock stood at zero

    def now(self) -> float:
        return self._began_at + self.monotonic()

    async def look(self) -> None:
        """Take the store's time over. Raises redis.RedisError."""
        asked_at = self.monotonic()
        seconds, microseconds = await self._redis.time()
        took = self.monotonic() - asked_at
        if took <= SLOW_SECONDS:
            self._began_at = seconds + microseconds / 1e6 - asked_at - took / 2

    async def follow(self) -> None:
        """Look every few seconds, for ever; while the store is away, time goes on."""
        told = False
        while True:
            with suppress(RedisError):
                await self.look()
            is_far = abs(ahead := super().now() - self.now()) > FAR_SECONDS
            if is_far and not told:
                log.warning("clock_differs", seconds=round(ahead), fix="set the clock of this machine, or the store's")
            told = is_far
            await self.sleep(LOOK_SECONDS)


@asynccontextmanager
async def common_clock(redis: Redis) -> AsyncGenerator[CommonClock]:
    """The store's time, for as long as the block lasts."""
    clock = CommonClock(redis)
    with suppress(RedisError):
        await clock.look()
    following = asyncio.create_task(clock.follow())
    try:
        yield clock
    finally:
        following.cancel()
