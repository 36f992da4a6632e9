"""What people may rely on in a conversation, on every platform."""

import asyncio

import pytest

from bot.simulators.gemini import GeminiSimulator, Silent
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates


@behavior("reply:mention:in-thread")
async def test_a_mention_is_answered_in_a_thread_under_it(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.answers("Par", "is.")

    mention = await platform.mention("What is the capital of France?")

    await platform.replied(mention, "Paris.")
    assert creates(gemini)[-1].body["input"] == "What is the capital of France?"
    assert creates(gemini)[-1].previous_interaction_id is None


@behavior("reply:mention:once")
async def test_a_mention_that_comes_again_and_again_is_answered_once(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    await platform.comes_twice()
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "Phil")

    after = await platform.write("what is my name?", under=mention)

    await platform.replied(after, "Your name is **Phil**", number=2)
    assert len(platform.replies(mention)) == 2
    assert len(creates(gemini)) == 2


@behavior("reply:lost-delivery")
async def test_a_mention_whose_first_delivery_is_lost_is_answered(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.answers("Here.")
    await platform.comes_late()

    mention = await platform.mention("are you there?")

    await platform.replied(mention, "Here.")


@behavior("reply:follow-up")
@behavior("conversation:chain")
async def test_a_follow_up_needs_no_mention_and_goes_on_from_the_last_answer(platform: Platform) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "Phil")

    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, "Your name is **Phil**", number=2)


@behavior("conversation:chain")
async def test_another_thread_knows_nothing_of_it(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "Phil")
    gemini.answers("No idea.")

    other = await platform.mention("what is my name?")

    await platform.replied(other, "No idea.")
    assert creates(gemini)[-1].previous_interaction_id is None


@behavior("conversation:settings")
async def test_instruction_and_settings_go_with_every_request(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("hello")
    await platform.replied(mention, "simulator")
    await platform.write("and again", under=mention)
    await platform.replied(mention, "", number=2)

    first, second = creates(gemini)

    for name in ("model", "system_instruction", "generation_config"):
        assert first.body[name]
        assert second.body[name] == first.body[name]


@behavior("reply:order")
async def test_messages_of_one_thread_are_answered_in_order(platform: Platform, gemini: GeminiSimulator) -> None:
    for answer in ("first", "second", "third"):
        gemini.answers(answer)

    mention = await platform.mention("1")
    await platform.write("2", under=mention)
    await platform.write("3", under=mention)

    await platform.replied(mention, "third", number=3)
    assert platform.replies(mention) == ["first", "second", "third"]
    assert [request.body["input"] for request in creates(gemini)] == ["1", "2", "3"]


@behavior("reply:whole")
async def test_a_long_reply_comes_complete_in_several_messages(platform: Platform, gemini: GeminiSimulator) -> None:
    words = [f"word{number} " for number in range(platform.message_chars // 3)]
    gemini.answers(*words)

    mention = await platform.mention("tell me everything")

    await platform.replied(mention, words[-1].strip(), number=3)
    replies = platform.replies(mention)
    assert " ".join(replies).split() == "".join(words).split()
    assert all(len(reply) <= platform.message_chars for reply in replies)


@behavior("reply:activity")
async def test_people_see_that_it_works_before_it_answers(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("hello")

    await platform.replied(mention, "simulator")
    assert platform.was_seen_at_work(mention)


@behavior("reply:quiet")
async def test_a_reply_notifies_nobody(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.answers(*" ".join([*platform.calls, "done"]))

    mention = await platform.mention("call everybody")

    await platform.replied(mention, "done")
    assert platform.notified() == []


@behavior("silence:not-addressed")
async def test_what_is_not_said_to_the_bot_is_not_answered(platform: Platform, gemini: GeminiSimulator) -> None:
    aside = await platform.write("lunch?")
    await platform.write("yes!", under=aside)

    mention = await platform.mention("hello")

    await platform.replied(mention, "simulator")
    assert platform.replies(aside) == []
    assert len(creates(gemini)) == 1


@behavior("silence:bots")
async def test_other_bots_and_itself_are_not_answered(platform: Platform, gemini: GeminiSimulator) -> None:
    other = await platform.other_bot_mentions("hello")

    mention = await platform.mention("hello")

    await platform.replied(mention, "simulator")
    assert platform.replies(other) == []
    assert len(creates(gemini)) == 1


@behavior("message:too-long")
async def test_a_message_beyond_the_limit_is_used_up_to_it_and_said_so(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    """Where the platform makes a file of a long paste, all of it is read."""
    gemini.answers("Read.")

    mention = await platform.mention("x" * 100_000)

    await platform.replied(mention, "Read." if platform.pastes_are_files else "I read the first 40,000")
    used = str(creates(gemini)[-1].body["input"]).count("x" * 10) * 10
    assert used == (100_000 if platform.pastes_are_files else 40_000)
    assert platform.replies(mention)[0].startswith("Read.")


@behavior("message:empty")
async def test_a_mention_without_a_question_gets_a_kind_word(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("")

    await platform.replied(mention, "Yes?")
    assert creates(gemini) == []


@behavior("conversation:chain")
async def test_thirty_threads_at_once_keep_their_own_conversations(platform: Platform) -> None:
    mentions = [await platform.mention(f"my name is Person{n}", place=n) for n in range(30)]
    await asyncio.gather(*(platform.replied(m, f"Person{n}") for n, m in enumerate(mentions)))

    for mention in mentions:
        await platform.write("what is my name?", under=mention)

    for number, mention in enumerate(mentions):
        await platform.replied(mention, f"**Person{number}**", number=2)


@behavior("reply:order")
@pytest.mark.parametrize("further", [2, 20])
async def test_what_is_said_while_a_thread_is_being_answered_is_answered_too_in_order(
    platform: Platform, gemini: GeminiSimulator, further: int
) -> None:
    """F06."""
    gemini.fails(Silent(seconds=1, after_deltas=1))
    mention = await platform.mention("echo: number 0")
    await platform.replied(mention, "number")
    said = [f"echo: number {number}" for number in range(1, further + 1)]

    for text in said:
        await platform.write(text, under=mention)

    for number in range(further + 1):
        await platform.replied(mention, f"number {number}", number=number + 1)
    assert platform.replies(mention) == [f"number {number}" for number in range(further + 1)]
    assert [request.body["input"] for request in creates(gemini)] == ["echo: number 0", *said]
