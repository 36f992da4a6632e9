"""People delete their questions, during the answer and before it."""

import pytest

from bot.simulators.gemini import GeminiSimulator, Silent
from tests.contract.behaviors import behavior
from tests.contract.moments import MOMENTS, Moment
from tests.contract.platforms import Platform, creates


@behavior("delete:during")
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_question_deleted_at_any_moment_of_its_answer_leaves_nothing(
    platform: Platform, gemini: GeminiSimulator, moment: Moment
) -> None:
    """F36."""
    root, question, number = await moment.ask(platform, gemini)
    await platform.write("echo: afterwards", under=root)

    await platform.delete(question)

    await platform.until(lambda: platform.replies(root)[number - 1 :] == ["afterwards"])
    await platform.write("echo: still here", under=root)
    await platform.replied(root, "still here", number=number + 1)
    assert platform.replies(root)[number - 1 :] == ["afterwards", "still here"]
    assert platform.buttons(root) == []


@behavior("delete:during")
async def test_all_messages_of_a_long_answer_go_with_its_question(platform: Platform, gemini: GeminiSimulator) -> None:
    repeated = "x" * (platform.message_chars // 4)
    gemini.fails(Silent(seconds=60, after_deltas=11))
    mention = await platform.mention(f"echo 6 times: {repeated}")
    await platform.until(lambda: len(platform.replies(mention)) == 2)

    await platform.delete(mention)

    await platform.until(lambda: platform.replies(mention) == [])


@behavior("delete:waiting")
async def test_a_question_deleted_while_it_waits_is_never_asked(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Silent(seconds=4, after_deltas=1))
    mention = await platform.mention("echo: slowly now")
    await platform.replied(mention, "slowly")
    waiting = await platform.write("echo: regretted", under=mention)
    await platform.write("echo: meant", under=mention)

    await platform.delete(waiting)

    await platform.replied(mention, "meant", number=2)
    assert [request.body["input"] for request in creates(gemini)] == ["echo: slowly now", "echo: meant"]
    assert len(platform.replies(mention)) == 2


@behavior("delete:during")
async def test_the_thread_goes_on_from_before_the_question_that_was_deleted(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    gemini.fails(Silent(seconds=60, after_deltas=1))
    regretted = await platform.write("my name is Grace", under=mention)
    await platform.replied(mention, "Nice", number=2)

    await platform.delete(regretted)
    await platform.until(lambda: len(platform.replies(mention)) == 1)
    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, "Your name is **Phil**", number=2)
    assert creates(gemini)[2].previous_interaction_id == creates(gemini)[1].previous_interaction_id
