"""How long tasks end before their time, on every platform: what was found and what it cost is kept."""

import re

import pytest

from bot.simulators.gemini import GeminiSimulator, HttpError
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform
from tests.contract.researches import QUESTION, at_work


@pytest.fixture
def research_seconds() -> float:
    return 600


@pytest.fixture
def delay_seconds() -> float:
    return 0.02


def says_slowly(gemini: GeminiSimulator) -> None:
    gemini.answers(*["Otters eat fish. "] * 1_000)


@behavior("research:stop")
async def test_a_stopped_research_keeps_what_it_has_found_and_what_it_cost(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    says_slowly(gemini)
    mention = await at_work(platform)

    await platform.press(mention, "Stop")

    await platform.replied(mention, "stopped")
    [status] = platform.replies(mention)
    assert "Otters eat fish." in status
    assert re.search(r"[\d,]+ tokens", status)


@behavior("research:stop")
async def test_a_research_that_cannot_be_read_any_more_is_stopped_all_the_same(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await at_work(platform)
    gemini.fails(HttpError(status=500), times=50, operation="get")

    await platform.press(mention, "Stop")

    await platform.replied(mention, "stopped")
    assert platform.buttons(mention) == ["Retry"]


@behavior("research:stop")
@pytest.mark.parametrize("research_seconds", [10])
async def test_a_research_that_is_stopped_before_it_wrote_anything_names_the_sources_it_had_found(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, "2 sources")

    await platform.press(mention, "Stop")

    await platform.replied(mention, "Example source on otters: <https://example.com/simulated-source/1>")


@behavior("research:stop")
@behavior("research:retry")
@pytest.mark.parametrize("research_seconds", [4])
async def test_a_stopped_research_begins_again_by_retry(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await at_work(platform)
    await platform.press(mention, "Stop")
    await platform.replied(mention, "stopped (0:")

    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (0:")
    assert platform.buttons(mention) == []
