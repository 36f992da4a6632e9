"""The same conversation in the edition of the API that was served before."""

import pytest

from bot.simulators.gemini import EditionName, GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates
from tests.contract.researches import QUESTION


@pytest.fixture
def edition() -> EditionName:
    return "outputs"


@pytest.fixture
def research_seconds() -> float:
    return 1


@behavior("conversation:chain")
async def test_a_thread_goes_on_from_its_last_answer_in_the_former_edition(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "Phil")

    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, "Your name is **Phil**", number=2)
    assert {request.path for request in creates(gemini)} == {"/v1beta/interactions"}


@behavior("research:reported")
async def test_a_research_reports_back_in_the_former_edition(platform: Platform) -> None:
    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "done (0:")
    assert {name.rpartition(".")[2] for name in platform.files(mention)} == {"md", "pdf", "jpg"}
