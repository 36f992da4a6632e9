"""The task engine: wakes a thread when something waits in its inbox, and steps long tasks. Only it knows pydocket.

One wake-up per message, not per thread, because pydocket drops a key that is just ending. The limit of
one run per thread excludes but does not order; order is the inbox's. Arguments are ids only, since
pydocket pickles them. A crashed worker's wake-ups are handed out again after `REDELIVERY`; a living one
renews its leases, but not while it shuts down, so a shutdown takes less than that. What fails is tried
again and never given up, since giving up would leave a thread silent.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple, Self, TypeVar

import structlog
from docket import ConcurrencyLimit, Docket, ExponentialRetry, Perpetual, Retry, Worker

from bot.models import MessageId, Thread
from bot.state.store import sized

CONCURRENCY = 400
CONNECTIONS = 2 * CONCURRENCY + 50  # with fewer, pydocket takes a full pool for an outage
REDELIVERY = timedelta(seconds=30)

PATIENTLY = ExponentialRetry(
    attempts=None, minimum_delay=timedelta(milliseconds=250), maximum_delay=timedelta(seconds=30)
)
AFTER_A_FAILED_STEP = Perpetual(every=timedelta(seconds=5))

log = structlog.stdlib.get_logger()

T = TypeVar("T")


class Work(NamedTuple):
    """What a worker does: answer what waits in a thread, called again for as long as it raises; and take a task one
    short step further, which gives the seconds until the next one, or None when it has ended."""

    drain: Callable[[Thread], Coroutine[Any, Any, None]]
    step: Callable[[Thread, MessageId], Coroutine[Any, Any, float | None]]


class HandedOver(Exception):
    """We have to stop; another worker goes on."""


class Engine:
    """Wake-ups over one Redis: any number of processes may wake, any number may run."""

    def __init__(self, docket: Docket, *, grace_seconds: float) -> None:
        self._docket = docket
        self._work: Work | None = None
        self._active: set[asyncio.Future[Any]] = set()
        self._stopping = False
        self._grace_seconds = grace_seconds
        docket.register(self.drain_thread)
        docket.register(self.step_task)

    @classmethod
    @asynccontextmanager
    async def connect(cls, redis_url: str, *, grace_seconds: float = 6.0) -> AsyncGenerator[Self]:
        async with Docket(name="parley-engine", url=sized(redis_url, CONNECTIONS)) as docket:
            yield cls(docket, grace_seconds=grace_seconds)

    async def wake(self, thread: Thread, message: MessageId) -> None:
        """Have some worker drain the thread. A second wake-up for a message that still waits changes nothing."""
        await self._docket.add(self.drain_thread, key=f"turn:{thread}:{message}")(str(thread))

    async def step_now(self, thread: Thread, task: MessageId) -> None:
        """Have some worker take the task a step further at once; further steps follow by themselves."""
        now = datetime.now(UTC)
        await self._docket.replace(self.step_task, when=now, key=f"task:{thread}:{task}")(str(thread), task)

    async def run(self, work: Work) -> None:
        """Do what is waiting, many things at a time but each one alone, until cancelled.

        Cancelled, it takes no new ones, gives those at work `grace_seconds` to end, and hands the rest to
        another worker, or to the next start of this one.
        """
        self._work = work
        async with self._worker() as worker:
            running = asyncio.create_task(worker.run_forever())
            try:
                await asyncio.shield(running)
            finally:
                self._stopping = True
                running.cancel()
                await self._hand_over()
                await asyncio.gather(running, return_exceptions=True)

    def _worker(self) -> Worker:
        return Worker(
            self._docket,
            name=f"{socket.gethostname()}#{os.getpid()}#{secrets.token_hex(4)}",  # containers share name and pid
            concurrency=CONCURRENCY,
            redelivery_timeout=REDELIVERY,
            minimum_check_interval=timedelta(milliseconds=100),
            reconnection_delay=timedelta(seconds=1),
        )

    async def _hand_over(self) -> None:
        if self._active:
            await asyncio.wait(self._active, timeout=self._grace_seconds)
        for drain in self._active:
            drain.cancel()

    async def drain_thread(self, thread: Annotated[str, ConcurrencyLimit(1)], _retry: Retry = PATIENTLY) -> None:
        """Runs in a worker, one at a time for each thread."""
        try:
            await self._until_stopped(self._works().drain(Thread.parse(thread)))
        except HandedOver:
            log.info("turn_handed_over", thread=thread)
            await self._docket.add(self.drain_thread, key=f"turn:{thread}:{secrets.token_hex(4)}")(thread)

    async def step_task(
        self, thread: str, task: Annotated[str, ConcurrencyLimit(1)], perpetual: Perpetual = AFTER_A_FAILED_STEP
    ) -> None:
        """Runs in a worker: the same key again and again, one step at a time, until the task has ended."""
        try:
            wait = await self._until_stopped(self._works().step(Thread.parse(thread), MessageId(task)))
        except HandedOver:
            wait = 0.0
        if wait is None:
            perpetual.cancel()
        else:
            perpetual.after(timedelta(seconds=wait))

    def _works(self) -> Work:
        if self._work is None:
            raise RuntimeError("this process wakes threads; only one that runs does the work")
        return self._work

    async def _until_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result. Raises HandedOver when we have to stop before it has one."""
        task = asyncio.ensure_future(work)
        self._active.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._stopping:
                raise HandedOver from None
            raise
        finally:
            self._active.discard(task)
