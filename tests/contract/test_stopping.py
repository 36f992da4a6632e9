"""An answer under way can be stopped."""

import asyncio

import pytest

from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, Said, cancelled, creates

STOPPED = "_Stopped._"
LONG = "count to 300"


@pytest.fixture
def delay_seconds() -> float:
    return 0.05


async def stop(platform: Platform, said: Said, by: str, *, number: int) -> None:
    match by:
        case "button":
            await platform.until(lambda: platform.buttons(said) == ["Stop"])
            await platform.press(said, "Stop")
        case "reaction":
            await platform.react(said, number=number)
        case _:
            await platform.write("Stop", under=said)


@behavior("stop:answer")
@behavior("stop:goes-on")
@pytest.mark.parametrize("by", ["word", "button", "reaction"])
async def test_an_answer_is_stopped_within_a_second_and_the_thread_goes_on_from_the_one_before(
    platform: Platform, gemini: GeminiSimulator, by: str
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write(LONG, under=mention)
    await platform.replied(mention, "2, 3,", number=2)

    await stop(platform, mention, by, number=2)
    async with asyncio.timeout(1):
        await platform.replied(mention, STOPPED, number=2)

    text = platform.replies(mention)[1]
    assert text.startswith("1, 2, 3,")
    assert "300" not in text
    assert platform.buttons(mention) == []
    assert cancelled(gemini)

    await platform.write("what is my name?", under=mention)
    said_so = 4 if by == "word" else 3
    await platform.replied(mention, "Your name is **Phil**", number=said_so)
    assert platform.replies(mention)[1] == text
    assert platform.replies(mention)[2:-1] == (["Stopped."] if by == "word" else [])
    assert creates(gemini)[2].previous_interaction_id == creates(gemini)[1].previous_interaction_id


@behavior("stop:answer")
async def test_a_stop_also_ends_what_waits_behind_the_answer(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention(LONG)
    await platform.replied(mention, "2, 3,")
    await platform.write("count to 200", under=mention)

    await platform.write("stop", under=mention)

    await platform.replied(mention, STOPPED, number=2)
    await platform.replied(mention, "Stopped.", number=3)
    assert STOPPED in platform.replies(mention)[0]
    assert len(creates(gemini)) == 1


@behavior("stop:nothing")
async def test_the_word_says_that_nothing_runs(platform: Platform) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")

    await platform.write("stop", under=mention)

    await platform.replied(mention, "Nothing is running here.", number=2)


@behavior("stop:nothing")
async def test_a_reaction_where_nothing_runs_is_passed_over_in_silence(platform: Platform) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")

    await platform.react(mention)
    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, "Your name is **Phil**", number=2)
    assert len(platform.replies(mention)) == 2
    assert STOPPED not in platform.replies(mention)[0]
