"""People edit their questions, during and after the answer."""

import pytest

from bot.simulators.gemini import GeminiSimulator, Silent
from tests.contract.behaviors import behavior
from tests.contract.moments import MOMENTS, Moment
from tests.contract.platforms import EDITED, Platform, answered_at_length, creates

STUCK = Silent(seconds=60, after_deltas=2)


@behavior("edit:during")
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_question_edited_at_any_moment_of_its_answer_gets_one_answer_to_its_newest_text(
    platform: Platform, gemini: GeminiSimulator, moment: Moment
) -> None:
    """F37."""
    root, question, number = await moment.ask(platform, gemini)

    for text in ("echo: first", "echo: second", "what is my name? echo: third"):
        await platform.edit(question, text)
    await platform.until(lambda: any(EDITED in reply for reply in platform.replies(root)[number - 1 : number]))
    after = await platform.write("echo: afterwards", under=root)

    await platform.replied(after, "afterwards", number=number + 1)
    replies = platform.replies(root)
    assert len(replies) == number + 1
    assert replies[number - 1] == f"third\n\n{EDITED}"
    assert [one.body["input"] for one in creates(gemini)].count("what is my name? echo: third") == 1


@behavior("edit:during")
async def test_an_edited_question_is_answered_in_the_message_that_had_begun_to_answer_it(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(STUCK)
    mention = await platform.mention("echo: one two three four")
    await platform.replied(mention, "one two")
    begun = platform.message_ids(mention)

    await platform.edit(mention, "echo: five")

    await platform.replied(mention, EDITED)
    assert platform.replies(mention) == [f"five\n\n{EDITED}"]
    assert platform.message_ids(mention) == begun
    assert len(creates(gemini)) == 2


@behavior("edit:during")
async def test_a_question_edited_while_it_waits_goes_on_from_what_stands_before_it(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    gemini.fails(Silent(seconds=4, after_deltas=1))
    await platform.write("echo: slowly now", under=mention)
    waiting = await platform.write("what is my game?", under=mention)

    await platform.edit(waiting, "what is my name?")
    await platform.replied(mention, "Your name is **Phil**", number=3)
    await platform.write("how many messages?", under=mention)

    await platform.replied(mention, "4 messages", number=4)
    assert len(creates(gemini)) == 4


@behavior("edit:after")
async def test_an_answered_question_that_is_edited_is_answered_again_from_the_same_point(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    follow_up = await platform.write("my name is Grace", under=mention)
    await platform.replied(mention, "**Grace**", number=2)
    answers = platform.message_ids(mention)

    await platform.edit(follow_up, "what is my name?")

    await platform.replied(mention, EDITED, number=2)
    assert platform.replies(mention)[1].startswith("Your name is **Phil**")
    assert platform.message_ids(mention) == answers
    assert creates(gemini)[2].previous_interaction_id == creates(gemini)[1].previous_interaction_id
    await platform.write("how many messages?", under=mention)
    await platform.replied(mention, "3 messages", number=3)


@behavior("edit:earlier")
async def test_an_edit_of_an_earlier_question_does_not_change_what_the_thread_goes_on_from(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write("remember that the sky is red", under=mention)
    await platform.replied(mention, "sky is red", number=2)

    await platform.edit(mention, "my name is Grace")
    await platform.replied(mention, EDITED)
    await platform.write("what did I tell you?", under=mention)

    await platform.replied(mention, "the sky is red", number=3)
    assert "**Phil**" in platform.replies(mention)[2]
    assert "**Grace**" in platform.replies(mention)[0]


@behavior("edit:earlier")
async def test_a_retry_after_an_edit_of_an_earlier_question_is_of_the_newest_one(platform: Platform) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write("echo: newest", under=mention)
    await platform.replied(mention, "newest", number=2)
    await platform.edit(mention, "my name is Grace")
    await platform.replied(mention, EDITED)

    await platform.write("retry", under=mention)

    await platform.replied(mention, "newest", number=3)


@behavior("edit:after")
async def test_a_shorter_new_answer_leaves_nothing_of_the_longer_old_one(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await answered_at_length(platform, gemini)
    first, *_ = platform.message_ids(mention)

    await platform.edit(mention, "echo: short")

    await platform.until(lambda: platform.replies(mention) == [f"short\n\n{EDITED}"])
    assert platform.message_ids(mention) == [first]


@behavior("edit:nothing")
async def test_an_edit_that_leaves_the_text_as_it_was_changes_nothing(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")

    await platform.edit(mention, "my name is Phil")
    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, "Your name is **Phil**", number=2)
    assert len(creates(gemini)) == 2
    assert not any(EDITED in reply for reply in platform.replies(mention))
