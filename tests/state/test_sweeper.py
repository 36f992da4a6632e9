"""The sweeper, on a real Valkey."""

import asyncio
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.models import Inbound, MessageId, Thread
from bot.state.inbox import Inbox
from bot.state.runs import Runs
from bot.state.store import THREADS
from bot.state.sweeper import QUIET_SECONDS, Sweeper
from bot.state.timing import Timing
from tests.state.inbounds import THREAD, Wakes, answered, said, under


@dataclass
class Clock:
    """Stands still, and lets who sleeps go on when it is told to."""

    at: float = 1_800_000_000.0
    sleepers: list[asyncio.Event] = field(default_factory=list[asyncio.Event])

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        rung = asyncio.Event()
        self.sleepers.append(rung)
        await rung.wait()

    async def until_asleep(self, count: int) -> None:
        while len(self.sleepers) < count:
            await asyncio.sleep(0.005)

    def ring(self) -> None:
        for sleeper in self.sleepers:
            sleeper.set()
        self.sleepers.clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(redis: Redis, wakes: Wakes, clock: Clock) -> Inbox:
    return Inbox(redis, wakes.for_message, clock)


@pytest.fixture
def woken() -> list[Thread]:
    return []


@pytest.fixture
def sweeper(redis: Redis, clock: Clock, woken: list[Thread]) -> Sweeper:
    async def wake(thread: Thread, why: str) -> None:
        assert why
        woken.append(thread)

    return Sweeper(redis, wake, clock, Timing())


async def known(redis: Redis) -> list[str]:
    return [str(name) for name in await redis.zrange(THREADS, 0, -1)]


async def test_a_thread_in_which_something_waits_and_nobody_works_is_woken(
    inbox: Inbox, sweeper: Sweeper, woken: list[Thread], message: Inbound
) -> None:
    await inbox.accept(message)

    await sweeper.sweep()
    await sweeper.sweep()

    assert woken == [THREAD, THREAD]


async def test_a_thread_in_which_somebody_works_is_left_alone(
    inbox: Inbox, runs: Runs, sweeper: Sweeper, woken: list[Thread], message: Inbound
) -> None:
    await inbox.accept(message)
    async with runs.take(THREAD) as run:
        await sweeper.sweep()

        assert woken == []
        assert run is not None
        await run.end()
    await sweeper.sweep()
    assert woken == [THREAD]


async def test_of_many_threads_all_that_need_it_are_woken(
    inbox: Inbox, runs: Runs, sweeper: Sweeper, woken: list[Thread]
) -> None:
    threads = [THREAD.model_copy(update={"root": MessageId(f"root {number}")}) for number in range(600)]
    for thread in threads:
        await inbox.accept(said("1", addressed=True, thread=thread))
    for thread in threads[::2]:
        await answered(runs, thread)

    await sweeper.sweep()

    assert sorted(map(str, woken)) == sorted(map(str, threads[1::2]))


async def test_a_quiet_thread_is_looked_at_no_more_until_something_comes(
    inbox: Inbox, runs: Runs, redis: Redis, sweeper: Sweeper, clock: Clock, message: Inbound
) -> None:
    await inbox.accept(message)
    await answered(runs)
    clock.at += QUIET_SECONDS - 1
    await sweeper.sweep()
    assert await known(redis) == [str(THREAD)]

    clock.at += 2
    await sweeper.sweep()
    assert await known(redis) == []

    await inbox.accept(said("1715.0002"))
    assert await known(redis) == [str(THREAD)]


async def test_a_thread_in_which_something_waits_is_not_forgotten_however_long(
    inbox: Inbox, redis: Redis, sweeper: Sweeper, clock: Clock, woken: list[Thread], message: Inbound
) -> None:
    await inbox.accept(message)
    clock.at += 100 * QUIET_SECONDS

    await sweeper.sweep()

    assert woken == [THREAD]
    assert await known(redis) == [str(THREAD)]


async def test_a_quiet_thread_is_not_forgotten_when_something_comes_meanwhile(
    inbox: Inbox, runs: Runs, redis: Redis, clock: Clock, message: Inbound
) -> None:
    """While another thread is woken, after both have been looked at."""
    quiet = THREAD.model_copy(update={"root": MessageId("quiet")})
    await inbox.accept(said("1", addressed=True, thread=quiet))
    await answered(runs, quiet)
    clock.at += 1
    await inbox.accept(message)
    await redis.zadd(THREADS, {str(THREAD): 0})  # the first to be looked at
    clock.at += 2 * QUIET_SECONDS

    async def speaks(thread: Thread, _: str) -> None:
        assert thread == THREAD
        await inbox.accept(said("2", thread=quiet))

    await Sweeper(redis, speaks, clock, Timing()).sweep()

    assert str(quiet) in await known(redis)


async def test_of_two_sweepers_one_sweeps_each_time(
    redis: Redis, inbox: Inbox, clock: Clock, message: Inbound, woken: list[Thread]
) -> None:
    await inbox.accept(message)

    async def wake(thread: Thread, _: str) -> None:
        woken.append(thread)

    timing = Timing(sweep=1.5)
    one, other = (Sweeper(redis, wake, clock, timing) for _ in range(2))
    async with asyncio.timeout(5), under(one.run()), under(other.run()):
        await clock.until_asleep(2)
        clock.ring()
        await clock.until_asleep(2)
        assert woken == [THREAD]

        while await redis.exists("parley:sweep"):
            await asyncio.sleep(0.01)
        clock.ring()
        await clock.until_asleep(2)

        assert woken == [THREAD, THREAD]


async def test_what_is_no_name_of_a_thread_is_dropped_and_hides_none(
    redis: Redis, inbox: Inbox, sweeper: Sweeper, woken: list[Thread], message: Inbound
) -> None:
    await inbox.accept(message)
    await redis.zadd(THREADS, {"nonsense": 1})

    with capture_logs() as logs:
        await sweeper.sweep()

    assert woken == [THREAD]
    assert await known(redis) == [str(THREAD)]
    assert [one["thread"] for one in logs if one["event"] == "thread_dropped"] == ["nonsense"]


async def test_whatever_breaks_a_sweep_the_next_one_comes(
    redis: Redis, inbox: Inbox, clock: Clock, message: Inbound, woken: list[Thread]
) -> None:
    await inbox.accept(message)

    async def wake(thread: Thread, _: str) -> None:
        woken.append(thread)
        if len(woken) == 1:
            raise ValueError

    with capture_logs() as logs:
        async with asyncio.timeout(5), under(Sweeper(redis, wake, clock, Timing(sweep=0.2)).run()):
            while len(woken) < 2:
                await clock.until_asleep(1)
                clock.ring()

    assert [one["log_level"] for one in logs if one["event"] == "sweep_broke"] == ["error"]
