"""Long tasks, on every platform."""

import re

import pytest

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.script import Dropped, HttpError
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates


@pytest.fixture
async def gemini() -> GeminiSimulator:
    return GeminiSimulator(research_seconds=2)


@behavior("research:reported")
@behavior("research:status")
@behavior("research:head")
async def test_a_research_reports_back_and_the_conversation_goes_on_from_it(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research What do otters eat?")

    await platform.replied(mention, "at work")
    assert platform.buttons(mention) == ["Stop"]
    await platform.replied(mention, "done (0:0")
    assert platform.buttons(mention) == []

    [file] = platform.files(mention)
    assert re.fullmatch(r"report-P-[0-9A-Z]{5}\.md", file)
    assert b"otters" in platform.files(mention)[file]
    assert any("otters" in reply for reply in platform.replies(mention)[1:])

    [research] = creates(gemini)
    messages = len(platform.replies(mention))
    await platform.write("shorten this", under=mention)
    await platform.replied(mention, "", number=messages + 1)
    assert creates(gemini)[-1].previous_interaction_id is not None
    assert "agent" in research.body
    assert "model" in creates(gemini)[-1].body


@behavior("research:stop")
@pytest.mark.parametrize("by", ["word", "button"])
async def test_a_research_is_stopped_here_and_upstream(platform: Platform, gemini: GeminiSimulator, by: str) -> None:
    mention = await platform.mention("research What do otters eat?")
    await platform.replied(mention, "at work")

    await (platform.press(mention, "Stop") if by == "button" else platform.write("stop", under=mention))

    await platform.replied(mention, "stopped (0:0")
    assert platform.buttons(mention) == []
    assert any(request.path.endswith("/cancel") for request in gemini.requests)


@behavior("research:stop")
async def test_a_stop_said_outside_of_threads_ends_ones_own_task_of_the_channel(platform: Platform) -> None:
    elsewhere = await platform.mention("research What do seals eat?", place=1)
    mention = await platform.mention("research What do otters eat?")
    await platform.replied(mention, "at work")

    await platform.mention("stop")

    await platform.replied(mention, "stopped (0:0")
    await platform.replied(elsewhere, "done (0:0")


@behavior("research:once")
async def test_a_start_whose_outcome_is_unknown_is_not_repeated(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Dropped(after_creating=True))

    mention = await platform.mention("research What do otters eat?")

    await platform.replied(mention, "cannot tell whether it runs")
    assert len(creates(gemini)) == 1


@behavior("research:once")
async def test_a_start_that_is_refused_for_now_is_tried_again(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=503, retry_after_seconds=0))

    mention = await platform.mention("research What do otters eat?")

    await platform.replied(mention, "done (0:0")
    assert len([request for request in creates(gemini) if not request.path.endswith("/cancel")]) == 2


@behavior("help")
async def test_help_says_what_it_can_do(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("help")

    await platform.replied(mention, "research <question>")
    assert creates(gemini) == []
