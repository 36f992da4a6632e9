"""The engine with real workers on a real Valkey."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bot.models import MessageId, Thread
from bot.state.engine import Engine, Work


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
    task = asyncio.create_task(engine.run(Work(drain, step)))
    yield
    task.cancel()
    await asyncio.wait([task])


async def test_a_thread_woken_in_one_process_is_drained_in_another(redis_url: str, thread: Thread) -> None:
    drained: asyncio.Queue[Thread] = asyncio.Queue()

    async with (
        asyncio.timeout(5),
        Engine.connect(redis_url) as listener,
        Engine.connect(redis_url) as worker,
        running(worker, drained.put),
    ):
        await listener.wake(thread, MessageId("1"))

        assert await drained.get() == thread


async def test_one_thread_is_never_drained_twice_at_once(redis_url: str, thread: Thread) -> None:
    together, most, finished = 0, 0, asyncio.Semaphore(0)

    async def drain(_: Thread) -> None:
        nonlocal together, most
        together += 1
        most = max(most, together)
        await asyncio.sleep(0.05)
        together -= 1
        finished.release()

    async with (
        asyncio.timeout(10),
        Engine.connect(redis_url) as one,
        Engine.connect(redis_url) as other,
        running(one, drain),
        running(other, drain),
    ):
        for number in range(6):
            await one.wake(thread, MessageId(str(number)))
        for _ in range(6):
            await finished.acquire()

    assert most == 1


async def test_a_drain_that_fails_is_run_again(redis_url: str, thread: Thread) -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()
    count = 0

    async def drain(_: Thread) -> None:
        nonlocal count
        count += 1
        await runs.put(count)
        if count == 1:
            raise ConnectionError

    async with Engine.connect(redis_url) as engine, asyncio.timeout(5), running(engine, drain):
        await engine.wake(thread, MessageId("1"))

        assert [await runs.get(), await runs.get()] == [1, 2]


async def test_a_worker_that_stops_hands_its_thread_to_another(redis_url: str, thread: Thread) -> None:
    started: asyncio.Queue[str] = asyncio.Queue()

    async def slow(_: Thread) -> None:
        await started.put("slow")
        await asyncio.sleep(60)

    async def quick(_: Thread) -> None:
        await started.put("quick")

    async with (
        asyncio.timeout(5),
        Engine.connect(redis_url, grace_seconds=0.05) as one,
        Engine.connect(redis_url) as other,
    ):
        async with running(one, slow):
            await one.wake(thread, MessageId("1"))
            assert await started.get() == "slow"

        async with running(other, quick):
            assert await started.get() == "quick"


async def test_a_task_is_stepped_until_it_has_ended(redis_url: str, thread: Thread) -> None:
    steps: asyncio.Queue[MessageId] = asyncio.Queue()

    async def step(_: Thread, task: MessageId) -> float | None:
        await steps.put(task)
        return 0.05 if steps.qsize() < 3 else None

    async with asyncio.timeout(5), Engine.connect(redis_url) as engine, running(engine, step=step):
        await engine.step_now(thread, MessageId("1"))
        while steps.qsize() < 3:
            await asyncio.sleep(0.02)

        await engine.step_now(thread, MessageId("2"))
        while steps.qsize() < 4:
            await asyncio.sleep(0.02)

    assert [steps.get_nowait() for _ in range(4)] == ["1", "1", "1", "2"]


async def test_a_step_that_fails_is_taken_again(redis_url: str, thread: Thread) -> None:
    tried: asyncio.Queue[int] = asyncio.Queue()

    async def step(_: Thread, __: MessageId) -> float | None:
        await tried.put(1)
        if tried.qsize() == 1:
            raise ConnectionError
        return None

    async with asyncio.timeout(15), Engine.connect(redis_url) as engine, running(engine, step=step):
        await engine.step_now(thread, MessageId("1"))
        while tried.qsize() < 2:
            await asyncio.sleep(0.05)


async def test_a_task_is_never_stepped_twice_at_once(redis_url: str, thread: Thread) -> None:
    together, most, steps = 0, 0, 0

    async def step(_: Thread, __: MessageId) -> float | None:
        nonlocal together, most, steps
        together += 1
        most = max(most, together)
        await asyncio.sleep(0.2)
        together -= 1
        steps += 1
        return None

    async with asyncio.timeout(10), Engine.connect(redis_url) as engine, running(engine, step=step):
        await engine.step_now(thread, MessageId("1"))
        await asyncio.sleep(0.1)
        await engine.step_now(thread, MessageId("1"))
        while steps < 2:
            await asyncio.sleep(0.05)

    assert most == 1


async def test_a_worker_that_stops_in_a_step_hands_the_task_to_another(redis_url: str, thread: Thread) -> None:
    started: asyncio.Queue[str] = asyncio.Queue()

    async def slow(_: Thread, __: MessageId) -> float | None:
        await started.put("slow")
        await asyncio.sleep(60)
        return None

    async def quick(_: Thread, __: MessageId) -> float | None:
        await started.put("quick")
        return None

    async with (
        asyncio.timeout(10),
        Engine.connect(redis_url, grace_seconds=0.05) as one,
        Engine.connect(redis_url) as other,
    ):
        async with running(one, step=slow):
            await one.step_now(thread, MessageId("1"))
            assert await started.get() == "slow"

        async with running(other, step=quick):
            assert await started.get() == "quick"
