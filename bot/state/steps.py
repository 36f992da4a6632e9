"""When the next step of each long task is due, and who takes it.

All of it is one sorted set: a task's name, by the time of its next step. Taking a step moves it ahead by a lease, so a
step whose worker died is due again by itself. Ending it sets the next time, unless somebody has made it due meanwhile,
who must not be kept waiting. A lease may end while a slow step goes on; that two steps of a task have no effect at once
is the concern of `Runs`. What ends is told with the next look, for all tasks in one round trip, since with hundreds
of them the engine of the turns would cost more than the steps.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.state.store import AT_ONCE, DUE, TASK_SECONDS, Script
from bot.state.timing import Timing

LOOK_SECONDS = 0.25
FAILED_SECONDS = 5.0  # until a step that failed is tried again; twice as long each time, up to
LONGEST_FAILED_SECONDS = 10 * 60.0
NOT_HERE_SECONDS = 60.0  # until one is due again that this process cannot take; what is wanted of it is due at once
MOST_AT_ONCE = 100  # steps in one process
FIX = "report it; until it is mended the step is tried again, every 10 minutes in the end"

log = structlog.stdlib.get_logger()


class NotHere(Exception):
    """This process cannot take the step, and has said why; that of another release may."""


class Taken(NamedTuple):
    name: str  # of the task
    mark: str  # tells this taking from all others


class Ended(NamedTuple):
    taken: Taken
    wait: float | None  # seconds until the next step, None for none


class Steps:
    """The steps that one process takes, or makes others take."""

    def __init__(self, redis: Redis, timing: Timing) -> None:
        self._redis, self._timing = redis, timing
        self._hand_out = Script("hand_out")
        self._at_work: set[asyncio.Task[None]] = set()
        self._ended: list[Ended] = []
        self._failing: dict[str, float] = {}  # tasks whose last step failed here, with the wait that followed
        self._look_soon = asyncio.Event()

    async def at_once(self, name: str) -> None:
        """Have some process take the task's next step now."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zadd(DUE, {name: AT_ONCE})
            pipeline.expire(DUE, TASK_SECONDS)
            await pipeline.execute()
        self._look_soon.set()

    async def run(self, step: Callable[[str], Awaitable[float | None]]) -> None:
        """Take what is due, many steps at a time, until cancelled; those under way then are waited for.

        `step` gives the seconds until the task's next step, or None for no more.
        """
        try:
            while True:
                await self._look(step)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._look_soon.wait()
                self._look_soon.clear()
        finally:
            await asyncio.gather(*self._at_work, return_exceptions=True)
            with suppress(RedisError, OSError, TimeoutError):  # they are due again when their leases end
                await self.exchange(0)

    async def exchange(self, most: int) -> list[Taken]:
        """Tell what has ended, and take what is due. Raises redis.RedisError, or TimeoutError."""
        ended = list(self._ended)
        told = [word for one in ended for word in (*one.taken, "" if one.wait is None else f"{one.wait:.3f}")]
        async with asyncio.timeout(self._timing.lost):
            arguments = [f"{self._timing.lease:.3f}", max(0, most), TASK_SECONDS, *told]
            mark, names = await self._hand_out.run(self._redis, [DUE], arguments)
        del self._ended[: len(ended)]
        return [Taken(str(name), str(mark)) for name in names]

    async def _look(self, step: Callable[[str], Awaitable[float | None]]) -> None:
        try:
            taken = await self.exchange(MOST_AT_ONCE - len(self._at_work))
        except (RedisError, OSError, TimeoutError) as error:
            log.debug("steps_not_read", cause=type(error).__name__)
            await asyncio.sleep(self._timing.reconnection)
            return
        for one in taken:
            task = asyncio.create_task(self._take(one, step))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

    async def _take(self, taken: Taken, step: Callable[[str], Awaitable[float | None]]) -> None:
        try:
            wait = await step(taken.name)
            self._failing.pop(taken.name, None)
        except RedisError as error:
            log.warning("step_not_taken", task=taken.name, cause=type(error).__name__)
            wait = FAILED_SECONDS
        except NotHere:
            wait = NOT_HERE_SECONDS
        except Exception:
            if taken.name not in self._failing:  # else it was said, and fails in the same way each time
                log.exception("step_not_taken", task=taken.name, fix=FIX)
            wait = self._put_off(taken.name)
        self._ended.append(Ended(taken, wait))
        if wait is not None and wait < LOOK_SECONDS:
            self._look_soon.set()

    def _put_off(self, name: str) -> float:
        """Seconds until the step that failed is tried again."""
        last = self._failing.get(name)
        self._failing[name] = FAILED_SECONDS if last is None else min(2 * last, LONGEST_FAILED_SECONDS)
        return self._failing[name]
