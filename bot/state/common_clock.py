"""One clock for all workers: the store's.

Where their machines disagree, or one is set anew, young work would else look an hour old, and be cancelled for it. That
the store's own clock is set, or that another server with another time takes its place, is followed and said.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import SystemClock

LOOK_SECONDS = 10.0  # between two looks at the store's time
SOON_SECONDS = 0.25  # and before it has told it at all
SLOW_SECONDS = 1.0  # an answer that took longer may be off by half of that, and is not believed
ANSWER_SECONDS = 2.0  # after which none is waited for
FAR_SECONDS = 5.0  # of difference that an operator should know of

# Also counts the time in which a machine sleeps, where there is such a clock.
since_boot: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)
log = structlog.stdlib.get_logger()


class CommonClock(SystemClock):
    """The store's time, carried on between two looks by a clock of the machine that nobody sets.

    Until the store has told it for the first time, it is the machine's own.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._booted_at = super().now() - since_boot()
        self._is_told = False
        self._is_far = False

    def now(self) -> float:
        return self._booted_at + since_boot()

    async def look(self) -> None:
        """Take the store's time over. Raises redis.RedisError, OSError, and TimeoutError."""
        asked_at = since_boot()
        async with asyncio.timeout(ANSWER_SECONDS):
            at = await time_of(self._redis)
        took = since_boot() - asked_at
        if took > SLOW_SECONDS:
            return
        booted_at = at - asked_at - took / 2
        if self._is_told and abs(booted_at - self._booted_at) > FAR_SECONDS:
            cause = "the store's clock was set, or this machine has slept"
            log.warning("clock_jumped", by_seconds=round(booted_at - self._booted_at), cause=cause)
        self._booted_at, self._is_told = booted_at, True

    async def follow(self) -> None:
        """Look every few seconds, for ever; while the store is away, time goes on."""
        while True:
            await self.sleep(LOOK_SECONDS if self._is_told else SOON_SECONDS)
            try:
                await self.look_if_possible()
            except Exception:
                log.exception("clock_broke", fix="report it; until it is mended, the time is carried on from here")
                await self.sleep(LOOK_SECONDS)

    async def look_if_possible(self) -> None:
        with suppress(RedisError, OSError, TimeoutError):
            await self.look()
            self._tell()

    def _tell(self) -> None:
        """Once, that the machine's own clock shows another time; it stamps what the machine logs."""
        ahead = super().now() - self.now()
        if abs(ahead) > FAR_SECONDS and not self._is_far:
            log.warning(
                "clock_differs", machine_ahead_seconds=round(ahead), fix="set this machine's clock, or the store's"
            )
        self._is_far = abs(ahead) > (FAR_SECONDS / 2 if self._is_far else FAR_SECONDS)


@asynccontextmanager
async def common_clock(redis: Redis) -> AsyncGenerator[CommonClock]:
    """The store's time, for as long as the block lasts."""
    clock = CommonClock(redis)
    await clock.look_if_possible()
    following = asyncio.create_task(clock.follow())
    try:
        yield clock
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def time_of(redis: Redis) -> float:
    """The store's, in seconds since 1970."""
    seconds, microseconds = await redis.time()
    return int(seconds) + int(microseconds) / 1_000_000
