"""Runs: who works on a thread now. One run at a time, and only the newest one has any effect.

A run has a lease, renewed for all runs of a process together; when the process dies the lease ends, and the sweeper
wakes the thread for another. It also has a fence, a number that grows with each run: everything a run writes
is written by one script that compares the fence first, so that a run which was held up for a while finds out
before it does anything visible.

Losing Redis, and being asked to stop, are the same for a run: its work is cancelled where it stands, what it
has reached is saved, the lease is let go, and the thread is woken for whoever comes next. Where Redis is away, that
is done when it is back; where it is full, when there is room.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as StoreAway
from redis.exceptions import OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import TimeoutError as StoreSilent

from bot.clock import Clock
from bot.failpoints import Point, reached
from bot.models import Thread
from bot.state.heartbeats import beat
from bot.state.run import Afterwards, Run, RunLost
from bot.state.store import INBOX_SECONDS, NEWS, Command, Script, key
from bot.state.timing import Timing

FENCE_SECONDS = INBOX_SECONDS
RENEWALS = 3  # of a lease, before it would end
BEAT_SECONDS = 10.0
LISTEN_SECONDS = 30.0
HAND_OVER_SECONDS = 1.0

log = structlog.stdlib.get_logger()


class Runs:
    """The runs of one process, which is called `name`."""

    def __init__(
        self,
        redis: Redis,
        wake: Callable[[Thread], Awaitable[None]],
        clock: Clock,
        timing: Timing,
        *,
        watching: Redis,
        name: str,
    ) -> None:
        self._redis, self._wake, self._clock, self._timing, self._name = redis, wake, clock, timing, name
        self._watching = watching  # a client of its own, so that it need not wait behind the work
        self._take, self._perform = Script("take"), Script("perform")
        self._held: dict[str, Run] = {}
        self._left: dict[str, Run] = {}  # cut short without Redis, or a full one: to be handed over later
        self._heard_at = self._renewed_at = clock.monotonic()
        self._beaten_at: float | None = None

    @asynccontextmanager
    async def take(
        self, thread: Thread, scope: str = "inbox", reading: Sequence[Command] = ()
    ) -> AsyncGenerator[Run | None]:
        """A run of the thread's inbox, or of a task in it; None when another run has it, or nothing waits. What
        commands read that come with it, it finds in `Run.found`, as all earlier runs left it.

        Raises RunLost when the work in the block was cut short; somebody is woken to go on from its checkpoint.
        """
        run = await self._taken(thread, scope, reading)
        if run is None:
            yield None
            return
        self._held[str(run)] = run
        reached(Point.LEASED)
        try:
            yield run
        except asyncio.CancelledError:
            await self._hand_over(run)
            if run.lost and _only_ours():
                raise RunLost(f"Redis does not answer in {run}") from None
            raise
        except RunLost:
            raise
        except (StoreAway, StoreSilent) as error:
            await self._hand_over(run)
            raise RunLost(f"{type(error).__name__} in {run}") from error
        except RedisError:  # it refuses something, for the want of room, say; who called tries again, in a while
            await self._hand_over(run, wakes=False)
            raise
        except BaseException:
            with suppress(RedisError, RunLost):
                await run.end()
            raise
        finally:
            if self._held.get(str(run)) is run:
                del self._held[str(run)]

    async def watch(self) -> None:
        """Renew the leases, hear the news, hand over what was left; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._keep())

    async def perform(
        self, run: Run, afterwards: Afterwards, commands: Sequence[Command], beside: Sequence[Command] = ()
    ) -> int:
        keys = [*_keys(run.thread, run.scope), *(command.key for command in commands)]
        arguments: list[str | int] = [run.fence, self._lease_milliseconds, afterwards]
        for command in commands:
            arguments += [1 + len(command.arguments), command.name, *command.arguments]
        redis = self._watching if afterwards == "renew" else self._redis
        return int(await self._perform.run(redis, keys, arguments, beside=beside))

    async def entries(self, run: Run) -> list[str]:
        return [str(entry) for entry in await self._redis.lrange(key(run.thread, run.scope), 0, -1)]

    async def _taken(self, thread: Thread, scope: str, reading: Sequence[Command]) -> Run | None:
        attempt = secrets.token_hex(8)  # a command whose answer was lost is sent again
        arguments = [self._lease_milliseconds, FENCE_SECONDS, int(scope == "inbox"), attempt]
        keys = [*_keys(thread, scope), key(thread, f"taker:{scope}")]
        taken, found = await self._take.run_and_read(self._redis, keys, arguments, reading)
        return None if taken is None else Run(thread, scope, int(taken[0]), list(taken[1]), self, found)

    @property
    def _lease_milliseconds(self) -> int:
        return int(self._timing.lease * 1000)

    async def _hand_over(self, run: Run, *, wakes: bool = True) -> None:
        if run.ended:
            return
        try:
            async with asyncio.timeout(HAND_OVER_SECONDS):
                await self._give_up(run, wakes=wakes)
        except (RedisError, OSError):
            self._left[str(run)] = run

    async def _give_up(self, run: Run, *, wakes: bool = True) -> None:
        """Save what the run has reached, let go of its scope, and have somebody go on. Raises RedisError where that has
        to be done again, as in a full store, in which nobody could go on."""
        with suppress(RunLost):
            try:
                await run.end(*run.checkpoint())
            except OutOfMemoryError:
                raise
            except ResponseError as error:
                await run.end()
                log.warning("checkpoint_not_saved", run=str(run), cause=type(error).__name__)
            if wakes and run.scope == "inbox":
                await self._wake(run.thread)
            log.info("run_handed_over", run=str(run))

    async def _keep(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._timing.lost):
                    await self._watching.ping()
                self._heard_at = self._clock.monotonic()
                async with asyncio.timeout(self._timing.lost):
                    await self._look_after()
            except (RedisError, OSError) as error:
                await self._miss(error)
            await self._clock.sleep(self._timing.watch)

    async def _look_after(self) -> None:
        now = self._clock.monotonic()
        if now - self._renewed_at >= self._timing.lease / RENEWALS:
            await asyncio.gather(*map(self._renew, [*self._held.values(), *self._left.values()]))
            self._renewed_at = now
        if self._beaten_at is None or now - self._beaten_at >= BEAT_SECONDS:
            await beat(self._watching, self._name)
            self._beaten_at = now
        for run in list(self._left.values()):
            await self._give_up(run)
            del self._left[str(run)]

    async def _renew(self, run: Run) -> None:
        if not await run.renew() and self._held.get(str(run)) is run and not run.ended:
            run.lose()

    async def _miss(self, error: Exception) -> None:
        """Redis did not answer. After a while others may take over, so what runs here has to stop, also where it waits
        for an answer that will not come."""
        if self._clock.monotonic() - self._heard_at > self._timing.lost and self._held:
            log.warning("store_lost", cause=type(error).__name__, runs=len(self._held))
            for run in list(self._held.values()):
                run.lose()
        if self._clock.monotonic() - self._heard_at > self._timing.lost:
            with suppress(RedisError, OSError):
                await self._redis.connection_pool.disconnect()

    def _tell(self, heard: Mapping[str, object] | None) -> None:
        run = self._held.get(f"{heard['data']} inbox") if heard else None
        if run is not None:
            run.tell()

    async def _listen(self) -> None:
        """Hear of messages for threads that are worked on here."""
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(NEWS)
                    for run in self._held.values():
                        run.tell()
                    while True:
                        heard = cast(
                            "Mapping[str, object] | None",
                            await channel.get_message(ignore_subscribe_messages=True, timeout=LISTEN_SECONDS),
                        )
                        self._tell(heard)
            except (RedisError, OSError) as error:
                log.debug("news_lost", cause=type(error).__name__)
                await self._clock.sleep(self._timing.watch)


def _keys(thread: Thread, scope: str) -> list[str]:
    """Of the fence, the lease and the inbox of a scope."""
    return [key(thread, f"fence:{scope}"), key(thread, f"lease:{scope}"), key(thread, scope)]


def _only_ours() -> bool:
    """Whether the cancellation that arrived is `Run.lose`'s alone; takes it back if so."""
    task = asyncio.current_task()
    return task is not None and task.uncancel() == 0
