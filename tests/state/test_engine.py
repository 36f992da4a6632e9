"""The engine with real workers on a real Valkey."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.models import Inbound, MessageId, Thread
from bot.state.engine import Duties, Engine
from bot.state.inbox import Inbox
from bot.state.run import RunLost
from bot.state.runs import Runs
from bot.state.store import DUE
from bot.state.timing import Timing
from tests.state.inbounds import answered, said

QUICK = Timing(redelivery=2, reconnection=0.05, grace=0.05)

Connect = Callable[[], AbstractAsyncContextManager[Engine]]


@pytest.fixture
def connect(redis_url: str) -> Connect:
    return lambda: Engine.connect(redis_url, QUICK)


async def nothing_to_drain(_: Thread) -> None:
    raise AssertionError


async def no_task(_: Thread, __: MessageId) -> float | None:
    raise AssertionError


@asynccontextmanager
async def running(
    engine: Engine,
    drain: Callable[[Thread], Coroutine[Any, Any, None]] = nothing_to_drain,
    step: Callable[[Thread, MessageId], Coroutine[Any, Any, float | None]] = no_task,
) -> AsyncGenerator[None]:
    task = asyncio.create_task(engine.run(Duties(drain, step)))
    yield
    task.cancel()
    await asyncio.wait([task])


async def test_a_thread_woken_in_one_process_is_drained_in_another(connect: Connect, thread: Thread) -> None:
    drained: asyncio.Queue[Thread] = asyncio.Queue()

    async with asyncio.timeout(5), connect() as listener, connect() as worker, running(worker, drained.put):
        await listener.wake(thread, "1")

        assert await drained.get() == thread


async def test_a_wake_up_comes_through_while_another_one_of_its_thread_is_at_work(
    connect: Connect, thread: Thread
) -> None:
    """Else a wake-up that hangs would keep all others of its thread out, however dead its run is."""
    together = asyncio.Semaphore(0)

    async def drain(_: Thread) -> None:
        together.release()
        await asyncio.Event().wait()

    async with asyncio.timeout(5), connect() as one, connect() as other, running(one, drain), running(other, drain):
        await one.wake(thread, "1")
        await together.acquire()
        await one.wake(thread, "2")

        await together.acquire()


async def test_a_second_wake_up_for_a_reason_that_still_waits_changes_nothing(connect: Connect, thread: Thread) -> None:
    drained: asyncio.Queue[Thread] = asyncio.Queue()

    async with asyncio.timeout(5), connect() as engine:
        for why in ("1", "1", "2", "1"):
            await engine.wake(thread, why)
        await engine.wake_again(thread)
        await engine.wake_again(thread)
        async with running(engine, drained.put):
            for _ in range(4):
                await drained.get()

    assert drained.empty()


async def test_of_drains_that_overlap_one_has_the_thread_and_nothing_is_answered_twice(
    connect: Connect, inbox: Inbox, runs: Runs, other_runs: Runs, thread: Thread
) -> None:
    names: list[str] = []
    drained = asyncio.Semaphore(0)

    def draining(by: Runs) -> Callable[[Thread], Coroutine[Any, Any, None]]:
        async def drain(one: Thread) -> None:
            names.extend(await answered(by, one))
            drained.release()

        return drain

    async with (
        asyncio.timeout(10),
        connect() as one,
        connect() as other,
        running(one, draining(runs)),
        running(other, draining(other_runs)),
    ):
        for number in range(1, 31):
            message = said(f"1715.{number:04}", addressed=True)
            await inbox.accept(message)
            await one.wake(thread, message.id)
        for _ in range(30):
            await drained.acquire()

    assert names == [f"1715.{number:04}" for number in range(1, 31)]


async def test_a_drain_that_fails_is_run_again(connect: Connect, thread: Thread) -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()
    count = 0

    async def drain(_: Thread) -> None:
        nonlocal count
        count += 1
        await runs.put(count)
        if count <= 2:
            raise ConnectionError

    async with connect() as engine, asyncio.timeout(5), running(engine, drain):
        await engine.wake(thread, "1")

        assert [await runs.get() for _ in range(3)] == [1, 2, 3]


async def test_a_drain_that_lost_its_run_is_not_run_again(connect: Connect, thread: Thread) -> None:
    """Whoever handed it over has woken the next."""
    drained: asyncio.Queue[str] = asyncio.Queue()

    async def drain(woken: Thread) -> None:
        drained.put_nowait(woken.root)
        if woken == thread:
            raise RunLost("test")

    async with asyncio.timeout(5), connect() as engine, running(engine, drain):
        await engine.wake(thread, "1")
        assert await drained.get() == thread.root
        await asyncio.sleep(0.6)  # longer than before a first and a second retry
        await engine.wake(thread.model_copy(update={"root": MessageId("another")}), "1")

        assert await drained.get() == "another"


async def test_a_worker_that_stops_hands_its_thread_to_another_within_a_second(
    connect: Connect, inbox: Inbox, redis: Redis, message: Inbound
) -> None:
    """F13."""
    started: asyncio.Queue[str] = asyncio.Queue()

    def draining(engine: Engine, name: str) -> Callable[[Thread], Coroutine[Any, Any, None]]:
        runs = Runs(redis, engine.wake_again, SystemClock(), QUICK, watching=redis, name=engine.name)

        async def drain(thread: Thread) -> None:
            async with runs.take(thread) as run:
                assert run is not None
                started.put_nowait(name)
                await asyncio.Event().wait()

        return drain

    await inbox.accept(message)
    async with asyncio.timeout(10), connect() as one, connect() as other:
        async with running(one, draining(one, "one")):
            await one.wake(message.thread, message.id)
            assert await started.get() == "one"
        async with running(other, draining(other, "other")), asyncio.timeout(1):
            assert await started.get() == "other"


async def test_a_drain_that_is_about_to_end_may_end(connect: Connect, thread: Thread) -> None:
    """Within the grace of a worker that stops."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def drain(_: Thread) -> None:
        started.set()
        await asyncio.sleep(QUICK.grace / 2)
        ended.set()

    async with asyncio.timeout(5), connect() as engine:
        async with running(engine, drain):
            await engine.wake(thread, "1")
            await started.wait()

        assert ended.is_set()


async def test_workers_have_names_of_their_own(connect: Connect) -> None:
    """Containers share host names and process ids."""
    async with connect() as one, connect() as other:
        assert one.name != other.name


async def test_a_task_is_stepped_until_it_has_ended(connect: Connect, thread: Thread) -> None:
    steps: asyncio.Queue[MessageId] = asyncio.Queue()
    count = 0

    async def step(_: Thread, task: MessageId) -> float | None:
        nonlocal count
        count += 1
        steps.put_nowait(task)
        return 0.05 if count < 3 else None

    async with asyncio.timeout(5), connect() as engine, running(engine, step=step):
        await engine.step_now(thread, MessageId("1"))
        assert [await steps.get() for _ in range(3)] == ["1", "1", "1"]

        await engine.step_now(thread, MessageId("2"))
        assert await steps.get() == "2"

    assert steps.empty()


async def test_a_step_that_fails_is_taken_again(connect: Connect, thread: Thread) -> None:
    tried: asyncio.Queue[int] = asyncio.Queue()
    count = 0

    async def step(_: Thread, __: MessageId) -> float | None:
        nonlocal count
        count += 1
        tried.put_nowait(count)
        if count == 1:
            raise ConnectionError
        return None

    async with asyncio.timeout(15), connect() as engine, running(engine, step=step):
        await engine.step_now(thread, MessageId("1"))

        assert [await tried.get(), await tried.get()] == [1, 2]


async def test_of_steps_of_a_task_that_overlap_one_has_it_and_it_goes_on_as_one(
    connect: Connect, runs: Runs, other_runs: Runs, thread: Thread
) -> None:
    """Somebody wants something of it while a step is under way."""
    held, turned_away, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    count = 0

    def stepping(by: Runs) -> Callable[[Thread, MessageId], Coroutine[Any, Any, float | None]]:
        async def step(one: Thread, task: MessageId) -> float | None:
            nonlocal count
            async with by.take(one, f"step:{task}") as run:
                if run is None:
                    turned_away.set()
                    return 0.05
                count += 1
                held.set()
                await turned_away.wait()
                await run.end()
            if count == 2:
                ended.set()
            return None if count == 2 else 3600.0

        return step

    async with (
        asyncio.timeout(10),
        connect() as one,
        connect() as other,
        running(one, step=stepping(runs)),
        running(other, step=stepping(other_runs)),
    ):
        await one.step_now(thread, MessageId("1"))
        await held.wait()
        await other.step_now(thread, MessageId("1"))
        await ended.wait()
        await asyncio.sleep(0.6)  # longer than between two looks

    assert count == 2


async def test_a_worker_that_stops_in_a_step_hands_the_task_to_another(connect: Connect, thread: Thread) -> None:
    started: asyncio.Queue[str] = asyncio.Queue()

    async def slow(_: Thread, __: MessageId) -> float | None:
        started.put_nowait("slow")
        await asyncio.Event().wait()
        return None

    async def quick(_: Thread, __: MessageId) -> float | None:
        started.put_nowait("quick")
        return None

    async with asyncio.timeout(10), connect() as one, connect() as other:
        async with running(one, step=slow):
            await one.step_now(thread, MessageId("1"))
            assert await started.get() == "slow"

        async with running(other, step=quick):
            assert await started.get() == "quick"


async def test_what_is_no_name_of_a_task_is_dropped(connect: Connect, redis: Redis) -> None:
    await redis.zadd(DUE, {"nonsense": 1})

    with capture_logs() as logs:
        async with asyncio.timeout(5), connect() as worker, running(worker):
            while await redis.exists(DUE):
                await asyncio.sleep(0.01)

    assert [one["task"] for one in logs if one["event"] == "task_dropped"] == ["nonsense"]
