"""Bad days at the platform."""

from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates

WORDS = [f"word{number} " for number in range(30)]


@behavior("reply:once")
async def test_a_post_whose_answer_is_lost_is_not_repeated(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.answers(*WORDS, "end.")
    platform.lose_reply_to_post()

    mention = await platform.mention("hello")

    await platform.replied(mention, "end.")
    after = await platform.write("and now?", under=mention)
    await platform.replied(after, "", number=2)
    assert len(platform.replies(mention)) == 2


@behavior("reply:patience")
async def test_a_platform_that_asks_to_wait_gets_the_whole_reply_later(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.answers(*WORDS, "end.")
    platform.limit_posts()
    platform.limit_edits()

    mention = await platform.mention("hello")

    await platform.replied(mention, "end.")
    assert platform.replies(mention) == ["".join([*WORDS, "end."])]
    assert platform.violations() == []


@behavior("reply:permanent")
async def test_a_refusal_for_good_is_not_argued_with_and_the_thread_goes_on(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.answers("Nobody sees this.")
    gemini.answers("Here again.")
    platform.refuse_post()

    mention = await platform.mention("hello")
    await platform.write("and now?", under=mention)

    await platform.replied(mention, "Here again.")
    assert platform.replies(mention) == ["Here again."]
    assert len(creates(gemini)) == 2
