"""Bad days at the API: what people read, what is asked of the API, and that the thread goes on."""

import re

import pytest

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.script import (
    Cut,
    Dropped,
    Ends,
    EndsEarly,
    ErrorEvent,
    Failure,
    HttpError,
    OnlyThinks,
    Refused,
    SaysNothing,
)
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates

REFERENCE = re.compile(r"`P-[0-9A-Z]{5}`")

FINAL: list[tuple[Failure, str]] = [
    (HttpError(status=401), "does not let me in"),
    (HttpError(status=403), "does not let me in"),
    (HttpError(status=400), "could not work with this message"),
    (HttpError(status=429, code="quota_exceeded"), "used up"),
    (HttpError(status=504), "lost the line"),
    (Dropped(), "lost the line"),
    (Refused(), "declined"),
    (Ends(status="failed"), "gave up"),
    (ErrorEvent(), "broke in the middle"),
    (OnlyThinks(), "no answer"),
    (SaysNothing(), "no answer"),
]


@behavior("failure:notice")
@behavior("failure:usable")
@behavior("failure:no-second-create")
@pytest.mark.parametrize(("failure", "notice"), FINAL, ids=lambda value: getattr(value, "kind", None))
async def test_a_failed_turn_says_so_once_and_the_thread_goes_on(
    platform: Platform, gemini: GeminiSimulator, failure: Failure, notice: str
) -> None:
    gemini.fails(failure)
    mention = await platform.mention("hello")
    await platform.replied(mention, notice)
    gemini.answers("Fine again.")

    await platform.write("and now?", under=mention)

    await platform.replied(mention, "Fine again.", number=2)
    assert len(platform.replies(mention)) == 2
    assert REFERENCE.search(platform.replies(mention)[0])
    assert len(creates(gemini)) == 2


@behavior("failure:notice")
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_refusal_for_now_is_tried_again(platform: Platform, gemini: GeminiSimulator, status: int) -> None:
    gemini.fails(HttpError(status=status, retry_after_seconds=0))
    gemini.answers("At last.")

    mention = await platform.mention("hello")

    await platform.replied(mention, "At last.")
    assert len(platform.replies(mention)) == 1


@behavior("failure:notice")
async def test_an_api_that_stays_away_is_said_in_one_sentence(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=503, retry_after_seconds=0), times=20)

    mention = await platform.mention("hello")

    await platform.replied(mention, "not available")
    assert REFERENCE.search(platform.replies(mention)[0])


@behavior("failure:resumed")
@behavior("failure:no-second-create")
@pytest.mark.parametrize(
    "failure", [Cut(after_events=6, after_seconds=1), EndsEarly(after_events=6)], ids=["cut", "ended"]
)
async def test_an_answer_whose_stream_broke_is_completed(
    platform: Platform, gemini: GeminiSimulator, failure: Failure
) -> None:
    gemini.fails(failure)

    mention = await platform.mention("my name is Phil")

    await platform.replied(mention, "only know what this conversation told me")
    assert len(platform.replies(mention)) == 1
    assert len(creates(gemini)) == 1


@behavior("failure:no-second-create")
async def test_a_stream_cut_before_its_first_event_is_not_asked_for_again(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Cut(after_events=0))

    mention = await platform.mention("hello")

    await platform.replied(mention, "broke")
    assert REFERENCE.search(platform.replies(mention)[0])
    assert len(creates(gemini)) == 1


@behavior("reply:whole")
async def test_an_answer_that_reaches_its_length_limit_is_shown_and_said(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Ends(status="incomplete", after_deltas=3))

    mention = await platform.mention("write a long answer")

    await platform.replied(mention, "length limit")
    assert not REFERENCE.search(platform.replies(mention)[0])


ENDINGS = [
    ("failed", "gave up", "gave up"),
    ("cancelled", "was stopped", "was stopped"),
    ("budget_exceeded", "used up what it may spend", "used up what it may spend"),
    ("incomplete", "length limit and ends here", "length limit before it had begun"),
    ("pondering", "in a way I do not know", "in a way I do not know"),
]


@behavior("failure:outcomes")
@pytest.mark.parametrize("after_deltas", [0, 3])
@pytest.mark.parametrize(("status", "cut_short", "silent"), ENDINGS)
async def test_each_way_an_interaction_can_end_has_its_own_outcome(
    platform: Platform, gemini: GeminiSimulator, status: str, cut_short: str, silent: str, after_deltas: int
) -> None:
    """F25."""
    gemini.fails(Ends.model_construct(status=status, after_deltas=after_deltas))

    mention = await platform.mention("echo: one two three four five")

    await platform.replied(mention, cut_short if after_deltas else silent)
    [reply] = platform.replies(mention)
    assert reply.startswith("one two three") == bool(after_deltas)
    assert "four" not in reply
    assert platform.buttons(mention) == []
    gemini.answers("Fine again.")
    await platform.write("and now?", under=mention)
    await platform.replied(mention, "Fine again.", number=2)
    assert platform.replies(mention)[0] == reply


@behavior("failure:notice")
async def test_what_was_told_before_a_failure_stays(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Cut(after_events=10, after_seconds=1))
    gemini.fails(HttpError(status=401), operation="get", times=20)

    mention = await platform.mention("hello")

    await platform.replied(mention, "does not let me in")
    reply = platform.replies(mention)[0]
    assert REFERENCE.search(reply)
    assert reply.startswith("Hello")
