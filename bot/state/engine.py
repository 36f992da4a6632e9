"""The task engine: wakes a thread when something waits in its inbox, and steps long tasks. Only it knows pydocket,
which wakes threads; the steps are `Steps`'s.

One wake-up per message, not per thread, because pydocket drops a key that is just ending. That one run works on a
thread at a time, and on what comes first, is not the engine's concern but that of `Runs`; so a wake-up
that comes while another one is at work ends at once. Arguments are ids only, since pydocket pickles them. A crashed
worker's wake-ups are handed out again after `Timing.redelivery`; a living one renews its leases, but
not while it shuts down, so a shutdown takes less than that. What fails is tried again and never given up, since
giving up would leave a thread silent.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, NamedTuple, Self, TypeVar

import structlog
from docket import Docket, ExponentialRetry, Retry, Worker

from bot.failpoints import Point, reached
from bot.models import MessageId, Thread
from bot.state.run import RunLost
from bot.state.steps import Steps
from bot.state.store import connect, sized
from bot.state.timing import Timing
from bot.state.turns import is_turn_name, parse_turn_name, turn_name

CONCURRENCY = 400
CONNECTIONS = 2 * CONCURRENCY + 50  # with fewer, pydocket takes a full pool for an outage

PATIENTLY = ExponentialRetry(
    attempts=None, minimum_delay=timedelta(milliseconds=250), maximum_delay=timedelta(seconds=30)
)

log = structlog.stdlib.get_logger()

T = TypeVar("T")


class Duties(NamedTuple):
    """What a worker does: answer what waits in a thread, called again for as long as it raises; and take a task one
    short step further, which gives the seconds until the next one, or None when it has ended."""

    drain: Callable[[Thread], Coroutine[Any, Any, None]]
    step: Callable[[Thread, MessageId], Coroutine[Any, Any, float | None]]


class CutShort(Exception):
    """We have to stop, or another run has taken over; somebody goes on."""


class Engine:
    """Wake-ups over one Redis: any number of processes may wake, any number may run."""

    def __init__(self, docket: Docket, steps: Steps, timing: Timing) -> None:
        self._docket, self._steps, self._timing = docket, steps, timing
        self.name = f"{socket.gethostname()}#{os.getpid()}#{secrets.token_hex(4)}"  # containers share name and pid
        self._duties: Duties | None = None
        self._active: set[asyncio.Future[Any]] = set()
        self._stopping = False
        docket.register(self.drain_thread)

    @classmethod
    @asynccontextmanager
    async def connect(cls, redis_url: str, timing: Timing) -> AsyncGenerator[Self]:
        docket = Docket(name="parley-engine", url=sized(redis_url, CONNECTIONS))
        async with docket, connect(redis_url) as redis:
            yield cls(docket, Steps(redis, timing), timing)

    async def wake(self, thread: Thread, why: str) -> None:
        """Have some worker drain the thread. A second wake-up for the same reason, where the first one still waits,
        changes nothing."""
        await self._docket.add(self.drain_thread.__name__, key=f"turn:{thread}:{why}")(str(thread))

    async def wake_again(self, thread: Thread) -> None:
        """Have another run go on with a thread that this one had to leave."""
        await self.wake(thread, secrets.token_hex(4))

    async def step_now(self, thread: Thread, task: MessageId) -> None:
        """Have some worker take the task a step further at once; further steps follow by themselves."""
        await self._steps.at_once(turn_name(thread, task))

    async def run(self, duties: Duties) -> None:
        """Do what is waiting, many things at a time but each one alone, until cancelled.

        Cancelled, it takes no new ones, gives those at work a moment to end, and cuts the rest short, which
        another worker goes on with, or the next start of this one.
        """
        self._duties = duties
        async with self._worker() as worker:
            running = asyncio.create_task(self._run(worker))
            try:
                await asyncio.shield(running)
            finally:
                self._stopping = True
                reached(Point.SHUTDOWN_BEGUN)
                running.cancel()
                await self._hand_over()
                await asyncio.gather(running, return_exceptions=True)

    async def _run(self, worker: Worker) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._claim(worker))
            group.create_task(self._steps.run(self._step))

    async def _claim(self, worker: Worker) -> None:
        """Wake threads until cancelled. pydocket then takes its name off Redis, and would wait for ever for one that
        says nothing; what it leaves there ends by itself."""
        claiming = asyncio.create_task(worker.run_forever())
        try:
            await asyncio.shield(claiming)
        finally:
            claiming.cancel()
            await asyncio.wait((claiming,), timeout=self._timing.leave)
            claiming.cancel()
            await asyncio.gather(claiming, return_exceptions=True)

    def _worker(self) -> Worker:
        return Worker(
            self._docket,
            name=self.name,
            concurrency=CONCURRENCY,
            redelivery_timeout=timedelta(seconds=self._timing.redelivery),
            minimum_check_interval=timedelta(milliseconds=100),
            reconnection_delay=timedelta(seconds=self._timing.reconnection),
        )

    async def _hand_over(self) -> None:
        if self._active:
            await asyncio.wait(self._active, timeout=self._timing.grace)
        for drain in self._active:
            drain.cancel()

    async def drain_thread(self, thread: str, _retry: Retry = PATIENTLY) -> None:
        """Runs in a worker; several may at once for one thread, of which one gets it."""
        reached(Point.FETCHED)
        if self._stopping:  # it was fetched in the last moment
            await self.wake_again(Thread.parse(thread))
            return
        with suppress(CutShort):  # its run has woken another
            await self._until_cut_short(self._known_duties().drain(Thread.parse(thread)))
        reached(Point.TASK_ACKNOWLEDGED)

    async def _step(self, name: str) -> float | None:
        """A step of the task with this name; again at once when it was cut short, as another worker may."""
        if self._stopping:  # it was taken in the last moment
            return 0.0
        if not is_turn_name(name):
            log.error("task_dropped", task=name, cause="it is no task's name")
            return None
        try:
            return await self._until_cut_short(self._known_duties().step(*parse_turn_name(name)))
        except CutShort:
            return 0.0

    def _known_duties(self) -> Duties:
        if self._duties is None:
            raise RuntimeError("this process wakes threads; only one that runs does the work")
        return self._duties

    async def _until_cut_short(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result. Raises CutShort when it has to end before it has one."""
        task = asyncio.ensure_future(work)
        self._active.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._stopping:
                raise CutShort from None
            raise
        except RunLost as lost:
            log.info("run_lost", cause=str(lost))
            raise CutShort from None
        finally:
            self._active.discard(task)
