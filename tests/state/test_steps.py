"""When steps are due and who takes them, on a real Valkey."""

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.state.steps import LOOK_SECONDS, NOT_HERE_SECONDS, NotHere, Steps
from bot.state.store import DUE
from bot.state.timing import Timing
from tests.state.inbounds import under

HOUR = 60 * 60.0
BRIEF = Timing(lease=1.0)


@pytest.fixture
def steps(redis: Redis) -> Steps:
    return Steps(redis, Timing())


@pytest.fixture
def elsewhere(redis: Redis) -> Steps:
    return Steps(redis, Timing())


class Recorded:
    """A step that is told when each taking may end, and with what."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.waits: asyncio.Queue[float | None] = asyncio.Queue()

    async def __call__(self, name: str) -> float | None:
        self.begun.put_nowait(name)
        return await self.waits.get()


async def until(condition: Callable[[float], bool], redis: Redis, name: str) -> None:
    """Wait for a task's time, in seconds from now, to be as it should."""
    while True:
        seconds, microseconds = await redis.time()
        score = await redis.zscore(DUE, name)
        if score is not None and condition(float(score) - seconds - microseconds / 1e6):
            return
        await asyncio.sleep(0.01)


async def test_a_step_is_taken_again_after_its_wait_until_there_is_no_more(redis: Redis, steps: Steps) -> None:
    step = Recorded()

    async with asyncio.timeout(5), under(steps.run(step)):
        await steps.at_once("one")
        for wait in (0.0, 0.05, None):
            assert await step.begun.get() == "one"
            step.waits.put_nowait(wait)
        while await redis.exists(DUE):
            await asyncio.sleep(0.01)

    assert step.begun.empty()


async def test_what_is_made_due_during_a_step_is_not_forgotten_when_the_step_ends(
    redis: Redis, steps: Steps, elsewhere: Steps
) -> None:
    """Else what somebody wants would wait for as long as the step says, which did not know of it."""
    for wait in (HOUR, None):
        step = Recorded()
        async with asyncio.timeout(5), under(steps.run(step)):
            await steps.at_once("one")
            await step.begun.get()
            await elsewhere.at_once("one")
            step.waits.put_nowait(wait)

            await step.begun.get()
            step.waits.put_nowait(None)
        assert await redis.exists(DUE) == 0


async def test_however_often_a_task_is_made_due_it_goes_on_as_one(redis: Redis, steps: Steps, elsewhere: Steps) -> None:
    step = Recorded()

    async with asyncio.timeout(5), under(steps.run(step)), under(elsewhere.run(step)):
        for _ in range(3):
            await steps.at_once("one")
            await elsewhere.at_once("one")
            await step.begun.get()
        for _ in range(10):
            step.waits.put_nowait(HOUR)
        await until(lambda seconds: seconds > HOUR - 60, redis, "one")
        while not step.begun.empty():
            step.begun.get_nowait()

        assert await redis.zcard(DUE) == 1
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4 * LOOK_SECONDS):
                await step.begun.get()


async def test_a_step_that_nobody_ends_is_due_again_after_its_lease(redis: Redis, elsewhere: Steps) -> None:
    dying = Steps(redis, BRIEF)
    await dying.at_once("one")
    [lost] = await dying.exchange(10)

    assert await elsewhere.exchange(10) == []
    async with asyncio.timeout(5):
        while not (again := await elsewhere.exchange(10)):
            await asyncio.sleep(0.02)

    assert [taken.name for taken in again] == [lost.name]


async def test_who_has_lost_a_step_has_no_say_in_what_becomes_of_the_task(redis: Redis) -> None:
    slow, step = Steps(redis, BRIEF), Recorded()

    async with asyncio.timeout(5), under(slow.run(step)):
        await slow.at_once("one")
        await step.begun.get()
        await step.begun.get()  # after the lease
        step.waits.put_nowait(None)  # says the first

        await step.begun.get()
        for _ in range(10):
            step.waits.put_nowait(None)
        while await redis.exists(DUE):
            await asyncio.sleep(0.01)


async def test_no_more_is_taken_than_was_asked_for(steps: Steps) -> None:
    for name in ("one", "two", "three"):
        await steps.at_once(name)

    assert len(await steps.exchange(2)) == 2
    assert len(await steps.exchange(2)) == 1
    assert await steps.exchange(0) == []


async def test_a_step_that_fails_is_due_again(redis: Redis, steps: Steps) -> None:
    async def fail(_: str) -> float | None:
        raise ValueError

    async with asyncio.timeout(5), under(steps.run(fail)):
        await steps.at_once("one")

        await until(lambda seconds: seconds > 4, redis, "one")


async def test_a_step_that_goes_on_failing_is_named_once_and_tried_less_and_less_often(
    redis: Redis, steps: Steps
) -> None:
    fails = True

    async def step(_: str) -> float | None:
        if fails:
            raise ValueError
        return HOUR

    with capture_logs() as logs:
        async with asyncio.timeout(5), under(steps.run(step)):
            for low, high in ((4, 5), (9, 10), (19, 20)):
                await steps.at_once("one")
                await until(lambda seconds, low=low, high=high: low < seconds <= high, redis, "one")
            fails = False
            await steps.at_once("one")
            await until(lambda seconds: seconds > HOUR - 60, redis, "one")
            fails = True
            await steps.at_once("one")
            await until(lambda seconds: 4 < seconds <= 5, redis, "one")

    assert [(said["event"], said["task"]) for said in logs] == [("step_not_taken", "one")] * 2
    assert "report it" in logs[0]["fix"]


async def test_a_step_that_cannot_be_taken_here_is_left_to_others_without_a_word_more(
    redis: Redis, steps: Steps
) -> None:
    """Each time for as long: another process may take it, and must not wait for our sake."""

    async def step(_: str) -> float | None:
        raise NotHere

    with capture_logs() as logs:
        async with asyncio.timeout(5), under(steps.run(step)):
            for _ in range(3):
                await steps.at_once("one")
                await until(lambda seconds: 0 < seconds <= NOT_HERE_SECONDS, redis, "one")

    assert logs == []


async def test_what_ended_is_told_also_when_the_process_stops(redis: Redis, steps: Steps) -> None:
    step = Recorded()

    async with asyncio.timeout(5):
        async with under(steps.run(step)):
            await steps.at_once("one")
            await step.begun.get()
            asyncio.get_running_loop().call_later(0.05, step.waits.put_nowait, HOUR)

        await until(lambda seconds: seconds > HOUR - 60, redis, "one")
