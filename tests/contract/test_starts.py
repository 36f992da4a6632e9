"""Starts whose outcome was lost, on every platform: what the API tells of is adopted, or cancelled."""

import asyncio

import pytest

from bot.service.settings import Settings
from bot.simulators.gemini import Dropped, GeminiSimulator, HttpError
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates, polled
from tests.contract.ports import free_port

QUESTION = "research What do otters eat?"
UNKNOWN = "cannot tell whether it runs"


@pytest.fixture
def research_seconds() -> float:
    return 1.5


@pytest.fixture
async def gemini(research_seconds: float) -> GeminiSimulator:
    return GeminiSimulator(research_seconds=research_seconds)


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    """With an address that the API can call."""
    port = free_port()
    return settings.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}/"})


def cancelled(gemini: GeminiSimulator) -> list[str]:
    """The interactions that were to be cancelled, with repetitions."""
    return [one.path.split("/")[-2] for one in gemini.requests if one.path.endswith("/cancel")]


@behavior("research:unknown")
async def test_each_start_is_numbered_where_the_api_tells_it_back(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Dropped())
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, UNKNOWN)
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
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, UNKNOWN)
    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (")
    await platform.until(lambda: len(cancelled(gemini)) == 1)

    [read] = polled(gemini)
    assert cancelled(gemini) != [read]
    assert len(platform.replies(mention)) == 2


@behavior("research:unknown")
async def test_of_two_lost_starts_the_last_is_adopted(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Dropped(after_creating=True), times=2)
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, UNKNOWN)
    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (")

    [read] = polled(gemini)
    [stray] = cancelled(gemini)
    assert read != stray
    assert len(creates(gemini)) == 2


@behavior("research:unknown")
async def test_what_runs_of_a_research_that_was_cancelled_meanwhile_is_cancelled_upstream(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped(after_creating=True))
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, UNKNOWN)

    await platform.press(mention, "Cancel")
    await platform.replied(mention, "given up; I cannot tell whether it still runs (")

    async with asyncio.timeout(5):
        while not cancelled(gemini):
            await asyncio.sleep(0.01)
    assert polled(gemini) == []
    assert len(platform.replies(mention)) == 1


@behavior("research:stop")
@pytest.mark.parametrize("research_seconds", [600])
async def test_a_stop_that_the_api_does_not_take_at_once_shows_at_once_and_is_repeated(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, "at work")
    gemini.fails(HttpError(status=503), times=2, operation="cancel")

    await platform.press(mention, "Stop")

    await platform.replied(mention, "stopped (")
    async with asyncio.timeout(8):
        while len(cancelled(gemini)) < 3:
            await asyncio.sleep(0.01)
    assert len(platform.replies(mention)) == 1
