"""Starts whose outcome was lost, on every platform: what the API tells of is adopted, or cancelled."""

import asyncio

import pytest

from bot.service.settings import Settings
from bot.simulators.gemini import Dropped, GeminiSimulator, HttpError
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, cancelled, creates, polled
from tests.contract.ports import reachable
from tests.contract.researches import at_work, unknown


@pytest.fixture
def research_seconds() -> float:
    return 1.5


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    return reachable(settings)


@behavior("research:unknown")
async def test_each_start_is_numbered_where_the_api_tells_it_back(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Dropped())
    mention = await unknown(platform)
    await platform.press(mention, "Retry")
    await platform.replied(mention, "done (")

    labels = [one.body["labels"] for one in creates(gemini)]
    configs = [one.body["webhook_config"] for one in creates(gemini)]

    assert [isinstance(one, dict) and one["parley_start"] for one in labels] == ["1", "2"]
    metadata = [isinstance(one, dict) and one["user_metadata"] for one in configs]
    assert [isinstance(one, dict) and one["parley_start"] for one in metadata] == ["1", "2"]


@behavior("research:unknown")
async def test_what_an_earlier_start_made_is_cancelled_and_not_reported(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped(after_creating=True))
    mention = await unknown(platform)
    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (")
    await platform.until(lambda: len(cancelled(gemini)) == 1)

    [stray] = cancelled(gemini)
    await platform.until(lambda: stray in polled(gemini))  # for what it has cost
    assert len([one for one in polled(gemini) if one != stray]) == 1
    assert len(platform.replies(mention)) == 2


@behavior("research:unknown")
async def test_of_two_lost_starts_the_last_is_adopted(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Dropped(after_creating=True), times=2)
    mention = await unknown(platform)
    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (")

    [stray] = cancelled(gemini)
    assert len([one for one in polled(gemini) if one != stray]) == 1
    assert len(creates(gemini)) == 2


@behavior("research:unknown")
async def test_what_runs_of_a_research_that_was_cancelled_meanwhile_is_cancelled_upstream(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped(after_creating=True))
    mention = await unknown(platform)

    await platform.press(mention, "Cancel")
    await platform.replied(mention, "given up; I cannot tell whether it still runs (")

    async with asyncio.timeout(5):
        while not polled(gemini):  # for what it has cost
            await asyncio.sleep(0.01)
    assert cancelled(gemini) == polled(gemini)
    assert len(platform.replies(mention)) == 1


@behavior("research:stop")
@pytest.mark.parametrize("research_seconds", [600])
async def test_a_stop_that_the_api_does_not_take_at_once_shows_at_once_and_is_repeated(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await at_work(platform)
    gemini.fails(HttpError(status=503), times=2, operation="cancel")

    await platform.press(mention, "Stop")

    await platform.replied(mention, "stopped (")
    async with asyncio.timeout(8):
        while len(cancelled(gemini)) < 3:
            await asyncio.sleep(0.01)
    assert len(platform.replies(mention)) == 1
