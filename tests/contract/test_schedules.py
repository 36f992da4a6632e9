"""Research for later, on every platform: kept, listed, paused, deleted, and started when its time has come."""

import asyncio
import re

import pytest

from bot.clock import SystemClock
from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, asked, creates, makes_plan

REFERENCE = re.compile(r"S-[0-9A-Z]{5}")


class MovedClock(SystemClock):
    """The machine's, moved ahead by hand; what sleeps on it wakes then."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return super().now() + self._ahead_seconds

    def move(self, seconds: float) -> None:
        self._ahead_seconds += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(super().sleep(seconds))
        moving = asyncio.ensure_future(self._moved.wait())
        try:
            await asyncio.wait({sleeping, moving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            moving.cancel()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def gemini() -> GeminiSimulator:
    return GeminiSimulator(research_seconds=0.5)


@pytest.fixture
def consent() -> bool:
    return True


@behavior("schedule:again")
@behavior("tasks")
async def test_a_research_for_every_monday_is_listed_paused_resumed_and_deleted(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research every Monday 9:00 What do otters eat?")
    await platform.replied(mention, "next on Mon")
    said = platform.replies(mention)[0]
    assert "Every Monday at 9:00" in said
    [reference] = REFERENCE.findall(said)

    async def answered(words: str, answer: str) -> None:
        number = len(platform.replies(mention)) + 1
        await platform.write(words, under=mention)
        await platform.replied(mention, answer, number=number)

    await answered("tasks", f"`{reference}` every Monday at 9:00 (UTC), next on Mon")
    await answered(f"pause: {reference}", "Paused")
    await answered("tasks", "paused")
    await answered(f"resume: {reference}", "next on Mon")
    await answered(f"delete: {reference}", "Deleted")
    await answered("tasks", "Nothing is running or scheduled")
    assert creates(gemini) == []


@behavior("schedule:again")
async def test_a_rhythm_that_cannot_be_kept_is_refused_in_a_sentence(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research every 5 minutes What do otters eat?")

    await platform.replied(mention, "nothing more often than once an hour")
    assert creates(gemini) == []


@behavior("schedule:once")
async def test_a_research_in_two_hours_starts_then_and_once_and_reports_without_a_plan(
    platform: Platform, gemini: GeminiSimulator, clock: MovedClock
) -> None:
    mention = await platform.mention("research in 2 hours What do otters eat?")
    await platform.replied(mention, "Once, on ")
    clock.move(3600)
    assert creates(gemini) == []

    clock.move(3600 + 5)

    await asked(gemini)
    await platform.replied(mention, "done (0:0", number=2)
    assert [makes_plan(one) for one in creates(gemini)] == [False]
    assert "otters" in platform.replies(mention)[2]
    clock.move(3600)
    messages = len(platform.replies(mention))
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running or scheduled", number=messages + 1)
    assert len(creates(gemini)) == 1


@behavior("schedule:again")
async def test_a_research_for_every_hour_starts_each_time(
    platform: Platform, gemini: GeminiSimulator, clock: MovedClock
) -> None:
    mention = await platform.mention("research every hour: What do otters eat?")
    await platform.replied(mention, "Every hour")

    clock.move(3601)
    await platform.replied(mention, "done (0:0", number=2)
    clock.move(3601)
    await platform.replied(mention, "done (0:0", number=4)

    assert len(creates(gemini)) == 2
