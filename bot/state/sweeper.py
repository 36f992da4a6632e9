"""The sweeper: finds work that nobody does, and wakes somebody for it, so that no thread stays silent.

A wake-up can be lost with the worker that took it, with Redis's memory of the last second, or in the engine. So
this does not ask the engine: a thread with something in its inbox and without a lease has nobody. (Steps of tasks
need no sweeping; see `Steps`.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.models import Thread
from bot.state.store import THREADS, Script, key
from bot.state.timing import Timing

TURN = "parley:sweep"  # which process sweeps: whoever comes first in each interval
QUIET_SECONDS = 60.0  # before a thread in which nothing waits is looked at no more
BATCH = 500

log = structlog.stdlib.get_logger()


class Sweeper:
    def __init__(
        self, redis: Redis, wake: Callable[[Thread, str], Awaitable[None]], clock: Clock, timing: Timing
    ) -> None:
        self._redis, self._wake, self._clock, self._timing = redis, wake, clock, timing
        self._forget = Script("forget")

    async def run(self) -> None:
        """Sweep in turn with the other workers, until cancelled."""
        while True:
            await self._clock.sleep(self._timing.sweep)
            try:
                async with asyncio.timeout(self._timing.sweep):
                    await self._sweep_in_turn()
            except (RedisError, TimeoutError) as error:
                log.debug("not_swept", cause=type(error).__name__)
            except Exception:  # whatever it is, the worker answers on
                log.exception("sweep_broke", fix="report it; until it is mended, what has lost its worker waits")

    async def _sweep_in_turn(self) -> None:
        if await self._redis.set(TURN, "1", nx=True, px=int(self._timing.sweep * 900)):
            await self.sweep()

    async def sweep(self) -> None:
        """Wake every thread that nobody works on."""
        threads = await self._redis.zrange(THREADS, 0, -1, withscores=True)
        for start in range(0, len(threads), BATCH):
            found = [(str(name), float(at)) for name, at in threads[start : start + BATCH]]
            await self._drop([name for name, _ in found if _parsed(name) is None])
            await self._sweep_threads([(thread, at) for name, at in found if (thread := _parsed(name))])

    async def _sweep_threads(self, threads: Sequence[tuple[Thread, float]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for thread, _ in threads:
                pipeline.llen(key(thread, "inbox"))
                pipeline.exists(key(thread, "lease:inbox"))
            looked = await pipeline.execute()
        for (thread, at), waiting, held in zip(threads, looked[::2], looked[1::2], strict=True):
            if waiting and not held:
                log.info("thread_swept", thread=str(thread), waiting=waiting)
                await self._wake(thread, "swept")
            elif not waiting and self._clock.now() - at > QUIET_SECONDS:
                await self._forget.run(self._redis, [THREADS], [str(thread), f"{at:.3f}"])

    async def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            log.error("thread_dropped", thread=name, cause="it is no thread's name")
            await self._redis.zrem(THREADS, name)


def _parsed(name: str) -> Thread | None:
    try:
        return Thread.parse(name)
    except ValueError:
        return None
