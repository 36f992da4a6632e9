"""People edit or delete the message that asked for a research."""

import pytest

from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, Said, asked, creates

QUESTION = "research What do otters eat?"
EDITED = "_This answers the edited question._"


@pytest.fixture
def research_seconds() -> float:
    return 60


@pytest.fixture
async def gemini(research_seconds: float) -> GeminiSimulator:
    return GeminiSimulator(research_seconds=research_seconds)


async def at_work(platform: Platform) -> tuple[Said, list[str]]:
    """A research that shows its status, and the messages it shows."""
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: platform.buttons(mention) == ["Stop"])
    return mention, platform.message_ids(mention)


def cancels(gemini: GeminiSimulator) -> int:
    return len([one for one in gemini.requests if one.path.endswith("/cancel")])


@behavior("research:edit")
async def test_an_edited_question_is_researched_anew_in_the_same_message(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention, status = await at_work(platform)
    await asked(gemini)

    await platform.edit(mention, "research What do seals eat?")

    await asked(gemini, 2)
    await platform.until(lambda: platform.buttons(mention) == ["Stop"])
    assert [one.body["input"] for one in creates(gemini)] == ["What do otters eat?", "What do seals eat?"]
    assert cancels(gemini) == 1
    assert platform.message_ids(mention) == status


@behavior("research:edit")
async def test_a_research_edited_into_a_question_is_answered_in_the_place_of_its_status(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention, status = await at_work(platform)
    await asked(gemini)

    await platform.edit(mention, "echo: just this")

    await platform.replied(mention, EDITED)
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running", number=2)
    assert platform.replies(mention)[0] == f"just this\n\n{EDITED}"
    assert platform.message_ids(mention)[:1] == status
    assert platform.buttons(mention) == []
    assert cancels(gemini) == 1


@behavior("research:edit")
async def test_an_answer_edited_into_a_research_gives_its_place_to_the_status(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.answers(*(f"word{number} " for number in range(platform.message_chars // 3)))
    mention = await platform.mention("tell me everything")
    await platform.until(lambda: len(platform.replies(mention)) == 3)
    first, *_ = platform.message_ids(mention)

    await platform.edit(mention, QUESTION)

    await platform.until(lambda: platform.buttons(mention) == ["Stop"])
    await platform.until(lambda: platform.message_ids(mention) == [first])
    await asked(gemini, 2)
    assert creates(gemini)[1].previous_interaction_id is None


@behavior("research:edit")
@pytest.mark.parametrize("research_seconds", [0.5])
async def test_a_report_goes_when_its_question_is_edited(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: len(platform.files(mention)) == 3 and not platform.buttons(mention))

    await platform.edit(mention, "echo: just this")

    await platform.until(lambda: platform.replies(mention) == [f"just this\n\n{EDITED}"])
    assert platform.files(mention) == {}
    assert creates(gemini)[1].previous_interaction_id is None


@behavior("research:edit")
async def test_an_edit_that_leaves_the_research_as_it_was_changes_nothing(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention, status = await at_work(platform)
    await asked(gemini)

    await platform.edit(mention, QUESTION)
    await platform.write("tasks", under=mention)

    await platform.until(lambda: len(platform.replies(mention)) == 2)
    assert "otters" in platform.replies(mention)[1]
    assert platform.message_ids(mention)[:1] == status
    assert (len(creates(gemini)), cancels(gemini)) == (1, 0)


@behavior("research:delete")
async def test_with_its_message_goes_a_research_and_all_it_shows(platform: Platform, gemini: GeminiSimulator) -> None:
    mention, _ = await at_work(platform)
    await asked(gemini)
    await platform.write("echo: meanwhile", under=mention)
    await platform.replied(mention, "meanwhile", number=2)

    await platform.delete(mention)

    await platform.until(lambda: platform.replies(mention) == ["meanwhile"])
    assert cancels(gemini) == 1
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running", number=2)


@behavior("research:delete")
async def test_with_its_message_goes_a_schedule_and_what_was_said_about_it(platform: Platform) -> None:
    mention = await platform.mention("research every Monday 9:00 What do otters eat?")
    await platform.replied(mention, "next on Mon")
    await platform.write("echo: meanwhile", under=mention)
    await platform.replied(mention, "meanwhile", number=2)

    await platform.delete(mention)

    await platform.until(lambda: platform.replies(mention) == ["meanwhile"])
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running or scheduled", number=2)


@behavior("research:edit")
async def test_a_schedule_that_is_edited_into_a_question_is_dropped(platform: Platform) -> None:
    mention = await platform.mention("research every Monday 9:00 What do otters eat?")
    await platform.replied(mention, "next on Mon")

    await platform.edit(mention, "echo: just this")

    await platform.until(lambda: platform.replies(mention) == [f"just this\n\n{EDITED}"])
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running or scheduled", number=2)


@behavior("research:edit")
async def test_a_schedule_that_is_edited_is_kept_for_its_new_time_alone(platform: Platform) -> None:
    mention = await platform.mention("research every Monday 9:00 What do otters eat?")
    await platform.replied(mention, "next on Mon")

    await platform.edit(mention, "research every Tuesday 9:00 What do otters eat?")

    await platform.replied(mention, "next on Tue")
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "every Tuesday at 9:00", number=2)
    assert "Monday" not in platform.replies(mention)[1]
