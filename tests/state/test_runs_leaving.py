"""How runs end before their work does, on a real Valkey."""

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from bot.models import Inbound, MessageId
from bot.state.inbox import Inbox
from bot.state.run import RunLost
from bot.state.runs import Runs
from bot.state.store import Command, key
from bot.state.timing import Timing
from tests.state.inbounds import THREAD, Wakes, oldest, said, under, waiting

LEASE = key(THREAD, "lease:inbox")
REACHED = Command("SET", key(THREAD, "reached"), ("half of it", "EX", 60))
Process = Callable[[Timing], Runs]


@pytest.fixture(autouse=True)
async def something_waits(inbox: Inbox, message: Inbound) -> None:
    await inbox.accept(message)


async def work(runs: Runs, working: asyncio.Event, scope: str = "inbox") -> None:
    """A run that never comes to an end by itself."""
    async with runs.take(THREAD, scope) as run:
        assert run is not None
        run.checkpoint = lambda: [REACHED]
        working.set()
        await asyncio.Event().wait()


async def begun(runs: Runs, scope: str = "inbox") -> asyncio.Task[None]:
    working = asyncio.Event()
    task = asyncio.create_task(work(runs, working, scope))
    await working.wait()
    return task


async def test_a_run_that_is_cancelled_hands_over_what_it_has_reached(
    runs: Runs, other_runs: Runs, redis: Redis, wakes: Wakes, message: Inbound
) -> None:
    """F13."""
    async with asyncio.timeout(5):
        task = await begun(runs)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await redis.get(REACHED.key) == "half of it"
        assert wakes.threads.get_nowait() == THREAD
        async with other_runs.take(THREAD) as run:
            assert await oldest(run) == message
            assert run is not None
            await run.end()


async def test_a_step_of_a_task_that_is_cancelled_lets_go_and_is_woken_by_the_engine(
    runs: Runs, redis: Redis, wakes: Wakes
) -> None:
    task = await begun(runs, "task:1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await redis.get(REACHED.key) == "half of it"
    assert await redis.exists(key(THREAD, "lease:task:1")) == 0
    assert wakes.threads.empty()


async def test_a_run_that_fails_lets_go_and_leaves_the_message_where_it_is(
    runs: Runs, redis: Redis, wakes: Wakes, message: Inbound
) -> None:
    """The engine calls again for what failed."""
    with pytest.raises(LookupError):
        async with runs.take(THREAD):
            raise LookupError

    assert await redis.exists(LEASE) == 0
    assert await waiting(redis) == [message.id]
    assert wakes.threads.empty()


async def test_a_lease_is_renewed_as_long_as_somebody_works(process: Process, redis: Redis) -> None:
    timing = Timing(lease=1.2, watch=0.02)
    runs = process(timing)
    async with asyncio.timeout(5), under(runs.watch()):
        task = await begun(runs)
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < began + 3 * timing.lease:
            assert await redis.exists(LEASE) == 1
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait([task])


async def test_a_renewal_that_finds_a_newer_run_cuts_the_older_one_short(
    process: Process, redis: Redis, runs: Runs, wakes: Wakes
) -> None:
    """F12: else it would go on for minutes, for nobody."""
    older = process(Timing(lease=0.3, watch=0.02))
    async with asyncio.timeout(5):
        task = await begun(older)
        await redis.delete(LEASE)
        async with runs.take(THREAD) as newer, under(older.watch()):
            assert newer is not None

            with pytest.raises(RunLost):
                await task

            assert await redis.exists(REACHED.key) == 0
            assert wakes.threads.empty()
            await newer.end()


async def test_a_renewal_under_way_does_not_take_a_thread_again_that_was_let_go(
    process: Process, redis: Redis, inbox: Inbox
) -> None:
    """Nobody would be woken for what comes next in it."""
    runs = process(Timing(lease=0.6, watch=0.001))
    threads = [THREAD.model_copy(update={"root": MessageId(f"root {number}")}) for number in range(200)]
    for thread in threads:
        await inbox.accept(said("1", addressed=True, thread=thread))

    async def finish(number: int) -> None:
        async with runs.take(threads[number]) as run:
            await oldest(run)
            await asyncio.sleep(0.2 + number / 500)
            assert run is not None
            await run.take_out()

    async with asyncio.timeout(10), under(runs.watch()):
        await asyncio.gather(*map(finish, range(200)))
        left = await redis.keys("*lease*")

    assert left == []


async def test_a_message_is_heard_of_at_once(process: Process, inbox: Inbox) -> None:
    runs = process(Timing())
    async with asyncio.timeout(5), under(runs.watch()), runs.take(THREAD) as run:
        assert run is not None
        await inbox.accept(said("1715.0002"))
        await run.news()  # from now on the channel is open
        assert [later.id for later in await run.later()] == ["1715.0002"]

        async with asyncio.timeout(1):  # the lease is renewed later
            await inbox.accept(said("1715.0003"))
            await run.news()

        assert [later.id for later in await run.later()] == ["1715.0002", "1715.0003"]
        await run.end()


async def test_a_message_whose_news_was_lost_is_seen_when_the_lease_is_renewed(process: Process, redis: Redis) -> None:
    runs = process(Timing(lease=1.5, watch=0.02))
    async with asyncio.timeout(5), under(runs.watch()), runs.take(THREAD) as run:
        assert run is not None
        await _until_listened(redis)
        await run.later()

        await redis.rpush(key(THREAD, "inbox"), said("1715.0002").model_dump_json())

        await run.news()
        assert [later.id for later in await run.later()] == ["1715.0002"]
        await run.end()


async def _until_listened(redis: Redis) -> None:
    while not (await redis.pubsub_numsub("parley:news"))[0][1]:
        await asyncio.sleep(0.005)
