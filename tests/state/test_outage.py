"""Runs whose Redis dies, freezes or fills up, on a Valkey of the test's own."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from bot.clock import SystemClock
from bot.models import Inbound, MessageId, Thread
from bot.state.engine import Duties, Engine
from bot.state.heartbeats import alive
from bot.state.inbox import Inbox, settled
from bot.state.run import RunLost
from bot.state.runs import Runs
from bot.state.store import Command, key
from bot.state.timing import Timing
from tests.chaos.redis_server import RedisServer
from tests.state.inbounds import THREAD, Wakes, oldest, said, under, waiting

TIMING = Timing(lease=30, watch=0.02, lost=1.0)
SHORT = Timing(lease=0.6, watch=0.02, lost=1.0)
REACHED = Command("SET", key(THREAD, "reached"), ("half of it", "EX", 60))
BIG = Command("SET", key(THREAD, "big"), ("x" * 100_000, "EX", 60))


@pytest.fixture
async def redis(server: RedisServer) -> AsyncGenerator[Redis]:
    async with server.client() as redis:
        yield redis


@pytest.fixture
def runs(redis: Redis, wakes: Wakes) -> Runs:
    return Runs(redis, wakes.for_run, SystemClock(), TIMING, watching=redis, name="a worker")


@pytest.fixture(autouse=True)
async def something_waits(inbox: Inbox, message: Inbound) -> None:
    await inbox.accept(message)


async def work(runs: Runs, working: asyncio.Event) -> None:
    async with runs.take(THREAD) as run:
        assert run is not None
        run.checkpoint = lambda: [REACHED]
        await run.write()
        working.set()
        await asyncio.Event().wait()


async def begun(runs: Runs) -> asyncio.Task[None]:
    working = asyncio.Event()
    task = asyncio.create_task(work(runs, working))
    await working.wait()
    return task


async def watched(redis: Redis) -> None:
    """Wait until the runs have been looked after for the first time."""
    while not await alive(redis):
        await asyncio.sleep(0.005)


async def test_a_run_that_lost_redis_ends_soon_and_is_handed_over_when_it_is_back(
    server: RedisServer, redis: Redis, runs: Runs, wakes: Wakes, message: Inbound
) -> None:
    """F17: killed, and started again with its file."""
    async with asyncio.timeout(15), under(runs.watch()):
        task = await begun(runs)
        await watched(redis)
        await server.kill()
        async with asyncio.timeout(TIMING.lost + 2):
            with pytest.raises(RunLost):
                await task
        assert wakes.threads.empty()

        await server.start()

        assert await wakes.threads.get() == THREAD
        assert await redis.get(REACHED.key) == "half of it"
        async with runs.take(THREAD) as run:
            assert await oldest(run) == message
            assert run is not None
            await run.end()


async def test_a_redis_that_says_nothing_is_as_good_as_dead(
    server: RedisServer, redis: Redis, runs: Runs, wakes: Wakes
) -> None:
    """F17: it keeps its connections, and answers none."""
    async with asyncio.timeout(15), under(runs.watch()):
        task = await begun(runs)
        await watched(redis)
        server.stop_world()
        async with asyncio.timeout(TIMING.lost + 4):
            with pytest.raises(RunLost):
                await task

        server.continue_world()

        assert await wakes.threads.get() == THREAD
        assert await redis.get(REACHED.key) == "half of it"
        assert await redis.exists(key(THREAD, "lease:inbox")) == 0


async def test_a_moment_without_redis_costs_no_run(server: RedisServer, redis: Redis, runs: Runs) -> None:
    async with asyncio.timeout(15), under(runs.watch()):
        task = await begun(runs)
        await watched(redis)
        server.stop_world()
        await asyncio.sleep(TIMING.lost / 3)
        server.continue_world()
        await redis.ping()
        await asyncio.sleep(TIMING.lost * 2)

        assert not task.done()
        task.cancel()
        await asyncio.wait([task])


async def test_who_works_hears_of_messages_again_after_a_restart(server: RedisServer, inbox: Inbox, runs: Runs) -> None:
    async with asyncio.timeout(15), under(runs.watch()):
        await server.kill()
        await server.start()
        async with runs.take(THREAD) as run:
            assert run is not None
            await run.later()
            await inbox.accept(said("1715.0002"))

            await run.news()

            assert [later.id for later in await run.later()] == ["1715.0002"]
            await run.end()


async def test_a_full_store_takes_all_of_a_write_or_nothing(
    server: RedisServer, redis: Redis, runs: Runs, message: Inbound
) -> None:
    """F18."""
    async with runs.take(THREAD) as run:
        assert run is not None
        await run.write(BIG)
        await server.limit_memory(1)

        with pytest.raises(OutOfMemoryError):
            await run.write(REACHED, settled(message))
        with pytest.raises(OutOfMemoryError):
            await run.write(settled(message), Command("DEL", BIG.key))

        assert await redis.exists(REACHED.key) == 0
        assert await redis.exists(BIG.key) == 1
        assert await waiting(redis) == [message.id]
        await server.limit_memory(0)
        await run.write(REACHED)
        await run.end()


async def test_a_full_store_takes_all_of_a_message_or_nothing(server: RedisServer, redis: Redis, inbox: Inbox) -> None:
    """F18: refused means that the platform brings it again."""
    late = said("1715.0002")
    await server.limit_memory(1)
    with pytest.raises(OutOfMemoryError):
        await inbox.accept(late)
    await server.limit_memory(0)

    assert late.id not in await waiting(redis)
    await inbox.accept(late)

    assert late.id in await waiting(redis)


async def test_a_run_that_cannot_save_in_a_full_store_does_so_as_soon_as_there_is_room(
    server: RedisServer, redis: Redis, runs: Runs, wakes: Wakes
) -> None:
    """F18: nobody else could go on before."""
    async with asyncio.timeout(15), under(runs.watch()):
        task = await begun(runs)
        await server.limit_memory(1)

        task.cancel()
        await asyncio.wait([task])
        assert wakes.threads.empty()
        await server.limit_memory(0)

        assert await wakes.threads.get() == THREAD
        assert await redis.get(REACHED.key) == "half of it"
        assert await redis.exists(key(THREAD, "lease:inbox")) == 0


async def test_what_a_full_store_refuses_in_a_run_is_saved_when_there_is_room(
    server: RedisServer, redis: Redis, wakes: Wakes
) -> None:
    """F18: such as the id of what was just started. Whoever comes next goes on from that, however long it takes."""
    runs = Runs(redis, wakes.for_run, SystemClock(), SHORT, watching=redis, name="a worker")

    async def step() -> None:
        async with runs.take(THREAD, "step:1") as run:
            assert run is not None
            run.checkpoint = lambda: [REACHED]
            await server.limit_memory(1)
            await run.save()

    async with asyncio.timeout(15), under(runs.watch()):
        with pytest.raises(OutOfMemoryError):
            await step()
        await asyncio.sleep(2 * SHORT.lease)

        await server.limit_memory(0)

        while await redis.exists(key(THREAD, "lease:step:1")):
            await asyncio.sleep(0.005)
        assert await redis.get(REACHED.key) == "half of it"
        assert wakes.threads.empty()


async def test_connections_that_waited_while_redis_was_restarted_lose_no_wake_up(server: RedisServer) -> None:
    """The engine's own client tries nothing twice, and each of these takes a connection that was there before."""
    threads = [THREAD.model_copy(update={"root": str(number)}) for number in range(20)]
    async with Engine.connect(server.url, TIMING) as engine:
        await asyncio.gather(*(engine.wake(thread, "first") for thread in threads))

        await server.kill()
        await server.start()

        await asyncio.gather(*(engine.wake(thread, "second") for thread in threads))


async def test_a_worker_ends_also_while_redis_says_nothing(server: RedisServer) -> None:
    """Else whoever restarts it has to wait, or kill it."""
    timing = Timing(lost=0.3, reconnection=0.05, grace=0.05, leave=0.3)
    drained = asyncio.Event()

    async def drain(_: Thread) -> None:
        drained.set()
        await asyncio.Event().wait()

    async def no_step(_: Thread, __: MessageId) -> float | None:
        raise AssertionError

    async def worker() -> None:
        async with Engine.connect(server.url, timing) as engine:
            await engine.wake(THREAD, "1")
            await engine.run(Duties(drain, no_step))

    async with asyncio.timeout(15):
        ending = asyncio.create_task(worker())
        await drained.wait()
        server.stop_world()

        ending.cancel()

        await asyncio.wait((ending,), timeout=5)
        assert ending.done()
        server.continue_world()
