"""The last question, answered again."""

from bot.simulators.gemini import GeminiSimulator, HttpError
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates


@behavior("retry")
async def test_the_last_question_is_answered_again_from_the_same_point_and_the_thread_goes_on_from_there(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    gemini.answers("# Dull\n\n## A chapter")
    await platform.write("write about me", under=mention)
    await platform.replied(mention, "chapter", number=2)
    gemini.answers("# Lively\n\n## A chapter")

    await platform.write("retry", under=mention)

    await platform.replied(mention, "Lively", number=3)
    first, again = creates(gemini)[1:]
    assert again.previous_interaction_id == first.previous_interaction_id
    assert again.body["input"] == first.body["input"]
    assert "Dull" in platform.replies(mention)[1]
    await platform.write("summarize this", under=mention)
    await platform.replied(mention, "has the report **Lively**", number=4)


@behavior("retry")
async def test_a_question_that_failed_is_tried_again(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    gemini.fails(HttpError(status=400))
    await platform.write("what is my name?", under=mention)
    await platform.replied(mention, "could not work with this", number=2)

    await platform.write("retry", under=mention)

    await platform.replied(mention, "Your name is **Phil**", number=3)
    assert creates(gemini)[2].previous_interaction_id == creates(gemini)[1].previous_interaction_id


@behavior("retry")
async def test_a_retry_can_be_retried(platform: Platform, gemini: GeminiSimulator) -> None:
    for answer in ("once", "twice", "three times"):
        gemini.answers(answer)
    mention = await platform.mention("surprise me")
    await platform.replied(mention, "once")

    await platform.write("retry", under=mention)
    await platform.write("retry", under=mention)

    await platform.replied(mention, "three times", number=3)
    assert [request.previous_interaction_id for request in creates(gemini)] == [None, None, None]
    assert [request.body["input"] for request in creates(gemini)] == ["surprise me"] * 3


@behavior("retry")
async def test_where_nothing_was_asked_it_says_so(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("retry")

    await platform.replied(mention, "There is no question here")
    assert creates(gemini) == []
