"""A new thread that goes on from an answer in another one."""

from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, Said, creates


async def shown(platform: Platform, thread: Said, text: str) -> None:
    await platform.until(lambda: any(text in reply for reply in platform.replies(thread)))


async def forked(platform: Platform, mention: Said, *, number: int) -> Said:
    await platform.write("fork", under=mention)
    await platform.replied(mention, "I have begun a new thread", number=number)
    [thread] = platform.threads()
    return thread


@behavior("fork")
async def test_a_fork_goes_on_from_the_same_answer_and_the_old_thread_does_not_notice(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    thread = await forked(platform, mention, number=2)

    await platform.write("my name is Grace", under=thread)
    await shown(platform, thread, "**Grace**")
    await platform.write("what is my name?", under=mention)
    await platform.replied(mention, "Your name is **Phil**", number=3)
    await platform.write("what is my name?", under=thread)
    await shown(platform, thread, "Your name is **Grace**")

    _, in_fork, in_old, in_fork_again = creates(gemini)
    assert in_fork.previous_interaction_id == in_old.previous_interaction_id is not None
    assert in_fork_again.previous_interaction_id != in_fork.previous_interaction_id
    assert len(platform.replies(mention)) == 3


@behavior("fork")
async def test_a_fork_can_be_forked(platform: Platform) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    thread = await forked(platform, mention, number=2)

    await platform.write("fork", under=thread)
    await platform.until(lambda: len(platform.threads()) == 2)
    await shown(platform, thread, "I have begun")
    second = platform.threads()[1]
    await platform.write("what is my name?", under=second)

    await shown(platform, second, "Your name is **Phil**")


@behavior("fork")
async def test_where_nothing_was_answered_there_is_nothing_to_fork(platform: Platform) -> None:
    mention = await platform.mention("fork")

    await platform.replied(mention, "no answer here that I could go on from")
    assert platform.threads() == []
