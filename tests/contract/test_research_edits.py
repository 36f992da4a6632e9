"""People edit or delete the message that asked for a research."""

import json
import re

import pytest
from redis.asyncio import Redis

from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import EDITED, Platform, Said, answered_at_length, asked, cancelled, creates
from tests.contract.researches import QUESTION
from tests.contract.test_memory import EXPIRED_SECONDS


@pytest.fixture
def research_seconds() -> float:
    return 60


async def under_way(platform: Platform, gemini: GeminiSimulator) -> tuple[Said, list[str]]:
    """A research that shows its status and of which the API has heard, and the messages it shows."""
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: platform.buttons(mention) == ["Stop"])
    status = platform.message_ids(mention)
    await asked(gemini)
    return mention, status


async def scheduled(platform: Platform) -> Said:
    """A research for every Monday."""
    mention = await platform.mention("research every Monday 9:00 What do otters eat?")
    await platform.replied(mention, "next on Mon")
    return mention


async def nothing_is_left(platform: Platform, mention: Said) -> None:
    """Who asks for the tasks is told, in the second reply of the thread, that there are none."""
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running or scheduled", number=2)


@behavior("research:edit")
async def test_an_edited_question_is_researched_anew_in_the_same_message(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention, status = await under_way(platform, gemini)

    await platform.edit(mention, "research What do seals eat?")

    await asked(gemini, 2)
    await platform.until(lambda: platform.buttons(mention) == ["Stop"])
    assert [one.body["input"] for one in creates(gemini)] == ["What do otters eat?", "What do seals eat?"]
    assert len(cancelled(gemini)) == 1
    assert platform.message_ids(mention) == status


@behavior("research:edit")
async def test_a_research_edited_into_a_question_is_answered_in_the_place_of_its_status(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention, status = await under_way(platform, gemini)

    await platform.edit(mention, "echo: just this")

    await platform.replied(mention, EDITED)
    await nothing_is_left(platform, mention)
    assert platform.replies(mention)[0] == f"just this\n\n{EDITED}"
    assert platform.message_ids(mention)[:1] == status
    assert platform.buttons(mention) == []
    assert len(cancelled(gemini)) == 1


@behavior("research:edit")
async def test_an_answer_edited_into_a_research_gives_its_place_to_the_status(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await answered_at_length(platform, gemini)
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
@behavior("memory:expired")
@pytest.mark.parametrize("research_seconds", [0.5])
@pytest.mark.parametrize("before", ["research: What do otters eat?", "echo: otters"], ids=["report", "answer"])
async def test_a_new_report_comes_after_what_had_followed_the_old_answer_also_where_that_is_told_again(
    platform: Platform, gemini: GeminiSimulator, before: str
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    edited = await platform.write(before, under=mention)
    await platform.until(lambda: "otters" in str(platform.replies(mention)) and not platform.buttons(mention))
    await platform.write("remember that the sky is red", under=mention)
    await platform.until(lambda: "sky is red" in str(platform.replies(mention)))

    await platform.edit(edited, "research: What do seals eat?")
    await asked(gemini, 4)
    await platform.until(lambda: len(platform.files(mention)) == 3 and not platform.buttons(mention))
    await platform.write("what did I tell you?", under=mention)
    await asked(gemini, 5)
    await platform.until(lambda: "the sky is red" in platform.replies(mention)[-1])
    gemini.advance(EXPIRED_SECONDS)
    await platform.write("what is my name?", under=mention)
    await platform.until(lambda: "Your name is **Phil**" in platform.replies(mention)[-1])

    again = json.dumps(creates(gemini)[-1].body["input"])
    assert re.findall(r'"user_input", "content": \[\{"type": "text", "text": "([^"]+)"', again) == [
        "my name is Phil",
        "remember that the sky is red",
        "What do seals eat?",
        "what did I tell you?",
        "what is my name?",
    ]


@behavior("research:edit")
async def test_an_edit_that_leaves_the_research_as_it_was_changes_nothing(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention, status = await under_way(platform, gemini)

    await platform.edit(mention, QUESTION)
    await platform.write("tasks", under=mention)

    await platform.until(lambda: len(platform.replies(mention)) == 2)
    assert "otters" in platform.replies(mention)[1]
    assert platform.message_ids(mention)[:1] == status
    assert (len(creates(gemini)), cancelled(gemini)) == (1, [])


@behavior("research:delete")
async def test_with_its_message_goes_a_research_and_all_it_shows(platform: Platform, gemini: GeminiSimulator) -> None:
    mention, _ = await under_way(platform, gemini)
    await platform.write("echo: meanwhile", under=mention)
    await platform.replied(mention, "meanwhile", number=2)

    await platform.delete(mention)

    await platform.until(lambda: platform.replies(mention) == ["meanwhile"])
    assert len(cancelled(gemini)) == 1
    await nothing_is_left(platform, mention)


@behavior("research:delete")
async def test_with_its_message_goes_a_schedule_and_what_was_said_about_it(platform: Platform) -> None:
    mention = await scheduled(platform)
    await platform.write("echo: meanwhile", under=mention)
    await platform.replied(mention, "meanwhile", number=2)

    await platform.delete(mention)

    await platform.until(lambda: platform.replies(mention) == ["meanwhile"])
    await nothing_is_left(platform, mention)


@behavior("research:edit")
async def test_a_schedule_that_is_edited_into_a_question_is_dropped(platform: Platform) -> None:
    mention = await scheduled(platform)

    await platform.edit(mention, "echo: just this")

    await platform.until(lambda: platform.replies(mention) == [f"just this\n\n{EDITED}"])
    await nothing_is_left(platform, mention)


@behavior("research:edit")
async def test_a_schedule_that_is_edited_is_kept_for_its_new_time_alone(platform: Platform) -> None:
    mention = await scheduled(platform)

    await platform.edit(mention, "research every Tuesday 9:00 What do otters eat?")

    await platform.replied(mention, "next on Tue")
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "every Tuesday at 9:00", number=2)
    assert "Monday" not in platform.replies(mention)[1]


@behavior("research:edit")
async def test_an_edit_of_a_research_that_another_release_wrote_is_answered(
    platform: Platform, gemini: GeminiSimulator, redis: Redis
) -> None:
    """As after a rollback; and so is what comes after it in the thread."""
    mention, status = await under_way(platform, gemini)
    [record] = [str(name) for name in await redis.keys("*:task:*")]
    await redis.set(record, '{"version": 99}', ex=60)

    await platform.edit(mention, "echo: just this")

    await platform.replied(mention, "just this")
    assert platform.message_ids(mention) == status
    await platform.write("echo: and this", under=mention)
    await platform.replied(mention, "and this", number=2)
