"""A seat for one: of several processes that could do a thing, one does it and the others wait.

Discord's gateway is such a thing, since each connection gets every event. A seat is no lock: while Redis is away
its holder stays, because nobody else could take it either, and what comes twice in the moments around a change
is told apart when it is accepted. Only somebody else's name on it means that it is lost.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.state.store import Script
from bot.state.timing import Timing

ANSWER_SECONDS = 2.0
SIT, LEAVE = Script("sit"), Script("leave")

log = structlog.stdlib.get_logger()


class SeatLost(Exception):
    """Somebody else has the seat."""


class Seat:
    def __init__(
        self,
        redis: Redis,
        name: str,
        clock: Clock,
        *,
        held_seconds: float = Timing.seat,
        poll_seconds: float = 1.0,
    ) -> None:
        self._redis, self._name, self._clock = redis, name, clock
        self._held_seconds, self._poll_seconds = held_seconds, poll_seconds

    @asynccontextmanager
    async def taken(self) -> AsyncGenerator[None]:
        """Wait until the seat is free, and hold it while the block lasts; it is free again as soon as the block ends.

        When it is lost the block is cancelled and SeatLost raised. That, and whatever the block raises, comes in an
        exception group.
        """
        holder = secrets.token_hex(16)
        try:
            await self._wait(holder)
            async with asyncio.TaskGroup() as group:
                holding = group.create_task(self._hold(holder))
                yield
                holding.cancel()
        finally:
            await self._free(holder)

    async def _wait(self, holder: str) -> None:
        waiting = False
        while (is_ours := await self._ask(holder)) is not True:
            if is_ours is False and not waiting:
                waiting = True
                log.info("waiting_for_seat", seat=self._name)
            await self._clock.sleep(self._poll_seconds)
        log.info("seat_taken", seat=self._name)

    async def _hold(self, holder: str) -> None:
        while True:
            await self._clock.sleep(self._held_seconds / 5)
            if await self._ask(holder) is False:
                raise SeatLost(self._name)

    async def _ask(self, holder: str) -> bool | None:
        """Take the seat, or keep it: whether it is ours; None when Redis does not say."""
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                return bool(await SIT.run(self._redis, [_key(self._name)], [holder, int(self._held_seconds * 1000)]))
        return None

    async def _free(self, holder: str) -> None:
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await LEAVE.run(self._redis, [_key(self._name)], [holder])


async def occupied(redis: Redis, name: str) -> bool:
    """Whether anybody has the seat of this name."""
    return bool(await redis.exists(_key(name)))


def _key(name: str) -> str:
    return f"parley:seat:{name}"
