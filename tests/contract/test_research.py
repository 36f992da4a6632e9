"""Long tasks, on every platform."""

import asyncio
import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from bot.service.settings import Settings
from bot.simulators.gemini import Dropped, Ends, Failure, GeminiSimulator, HttpError, OnlyThinks, SaysNothing
from tests.contract.behaviors import behavior
from tests.contract.moved_clock import MovedClock
from tests.contract.platforms import Platform, asked, cancelled, creates
from tests.contract.researches import QUESTION, UNKNOWN, at_work, unknown

CUT_OFF = "It reached its length limit and ends early."


@pytest.fixture
def research_seconds() -> float:
    return 2


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def tasks_of_team() -> int:
    return 10


@pytest.fixture
async def settings(settings: Settings, tasks_of_team: int) -> Settings:
    return settings.model_copy(update={"tasks_of_team": tasks_of_team})


@behavior("research:reported")
@behavior("research:status")
@behavior("research:head")
@pytest.mark.parametrize("research_seconds", [4])  # two looks before its end, of which one may be late
async def test_a_research_reports_back_and_the_conversation_goes_on_from_it(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "at work")
    assert platform.buttons(mention) == ["Stop"]
    await platform.replied(mention, "done (0:")
    assert platform.buttons(mention) == []

    files = platform.files(mention)
    assert {name.rpartition(".")[2] for name in files} == {"md", "pdf", "jpg"}
    [markdown] = [name for name in files if re.fullmatch(r"P-[0-9A-Z]{5}-report\.md", name)]
    assert b"otters" in files[markdown]
    [figure] = re.findall(rb"\]\((\S+figure-1\.jpg)\)", files[markdown])
    assert figure.decode() in files
    assert files[markdown.replace(".md", ".pdf")].startswith(b"%PDF")
    assert any("otters" in reply for reply in platform.replies(mention)[1:])

    [research] = creates(gemini)
    messages = len(platform.replies(mention))
    await platform.write("shorten this", under=mention)
    await platform.replied(mention, "", number=messages + 1)
    assert creates(gemini)[-1].previous_interaction_id is not None
    assert "agent" in research.body
    assert "model" in creates(gemini)[-1].body


@behavior("research:status")
@pytest.mark.parametrize("research_seconds", [5])
async def test_what_runs_shows_its_sources_and_its_cost_while_they_grow(platform: Platform) -> None:
    mention = await platform.mention("research What do otters and seals eat in winter?")

    at_work = r"at work, 0:\d\d, [26] sources, [13] search(es)?, \d+ tokens, about 0\.0\d USD"
    await platform.until(lambda: re.search(at_work, "".join(platform.replies(mention))))

    await platform.replied(mention, "done (0:")
    assert re.search(r"done \(0:\d\d, 6 sources, [\d,]+ tokens, about 0\.0\d USD\)", platform.replies(mention)[0])


async def looked_again(gemini: GeminiSimulator) -> None:
    """Wait until the next look at an interaction has begun; when the one after it comes is decided later."""
    seen = len(gemini.requests)
    async with asyncio.timeout(5):
        while all(request.method != "GET" for request in gemini.requests[seen:]):
            await asyncio.sleep(0.001)


@behavior("research:status")
@pytest.mark.parametrize("research_seconds", [600])
async def test_what_shows_no_sign_of_life_for_long_says_so_and_can_be_stopped(
    platform: Platform, gemini: GeminiSimulator, clock: MovedClock
) -> None:
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, "Planning the research")
    assert "sign of life" not in platform.replies(mention)[0]

    await looked_again(gemini)
    clock.move(725)

    await platform.replied(mention, "no sign of life for 12 min", seconds=45)  # else with the next look
    assert platform.buttons(mention) == ["Stop"]


@behavior("research:stop")
@pytest.mark.parametrize("research_seconds", [600])
@pytest.mark.parametrize("by", ["word", "button"])
async def test_a_research_is_stopped_here_and_upstream(platform: Platform, gemini: GeminiSimulator, by: str) -> None:
    mention = await at_work(platform)

    await (platform.press(mention, "Stop") if by == "button" else platform.write("stop", under=mention))

    await platform.replied(mention, "stopped (0:")
    assert platform.buttons(mention) == ["Retry"]
    assert cancelled(gemini)


@behavior("tasks")
@pytest.mark.parametrize("research_seconds", [600])
async def test_another_thread_of_the_channel_tells_of_its_tasks_too(platform: Platform) -> None:
    await at_work(platform)
    talk = await platform.mention("hello")
    await platform.replied(talk, "")

    await platform.write("tasks", under=talk)

    await platform.replied(talk, "otters", number=2)


@behavior("research:stop")
@pytest.mark.parametrize("research_seconds", [4])
async def test_a_stop_said_outside_of_threads_ends_ones_own_task_of_the_channel(platform: Platform) -> None:
    elsewhere = await platform.mention("research What do seals eat?", place=1)
    mention = await at_work(platform)

    await platform.mention("stop")

    await platform.replied(mention, "stopped (0:")
    await platform.replied(elsewhere, "done (0:")


@behavior("research:once")
async def test_a_start_whose_outcome_is_unknown_is_not_repeated(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Dropped(after_creating=True))

    mention = await platform.mention(QUESTION)

    await platform.replied(mention, UNKNOWN)
    assert len(creates(gemini)) == 1


@behavior("research:once")
async def test_a_start_that_is_refused_for_now_is_tried_again(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=503, retry_after_seconds=0))

    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "done (0:")
    assert len([request for request in creates(gemini) if not request.path.endswith("/cancel")]) == 2


@behavior("research:unknown")
async def test_a_start_that_was_lost_is_repeated_when_somebody_says_so(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped())
    mention = await unknown(platform)
    assert platform.buttons(mention) == ["Retry", "Cancel"]

    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (0:")
    assert len(creates(gemini)) == 2


@behavior("research:unknown")
async def test_a_start_that_was_lost_is_dropped_when_somebody_says_so(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped())
    mention = await unknown(platform)

    await platform.press(mention, "Cancel")

    await platform.replied(mention, "given up; I cannot tell whether it still runs (0:")
    assert platform.buttons(mention) == ["Retry"]
    assert len(creates(gemini)) == 1


FAILURES: list[tuple[Failure, str]] = [
    (Ends(status="failed"), "gave up"),
    (Ends(status="budget_exceeded"), "used up what it may spend"),
    (OnlyThinks(), "without a report"),
    (SaysNothing(), "without a report"),
    (HttpError(status=400), "could not work with this"),
]


@behavior("research:failed")
@behavior("research:retry")
@pytest.mark.parametrize(("failure", "notice"), FAILURES, ids=lambda value: getattr(value, "status", None))
async def test_a_research_without_a_report_says_why_and_is_tried_again(
    platform: Platform, gemini: GeminiSimulator, failure: Failure, notice: str
) -> None:
    gemini.fails(failure)
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, notice)
    assert re.search(r"`P-[0-9A-Z]{5}`", platform.replies(mention)[0])
    assert platform.buttons(mention) == ["Retry"]

    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (0:")
    assert len(creates(gemini)) == 2


@behavior("research:failed")
@pytest.mark.parametrize(
    ("failure", "notice"),
    [
        (Ends(status="failed", after_deltas=30), "gave up"),
        (Ends(status="budget_exceeded", after_deltas=30), "used up what it may spend"),
    ],
    ids=lambda value: getattr(value, "status", None),
)
async def test_what_was_found_until_it_failed_is_kept(
    platform: Platform, gemini: GeminiSimulator, failure: Failure, notice: str
) -> None:
    gemini.fails(failure)

    mention = await platform.mention(QUESTION)

    await platform.replied(mention, notice)
    assert "Simulated research" in platform.replies(mention)[0]
    assert len(platform.replies(mention)) == 1


@behavior("research:cut-off")
async def test_a_report_that_reached_its_length_limit_is_shown_as_far_as_it_came(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Ends(status="incomplete", after_deltas=30))

    mention = await platform.mention(QUESTION)

    await platform.replied(mention, CUT_OFF)
    assert platform.buttons(mention) == ["Retry"]
    assert any("otters" in reply and CUT_OFF in reply for reply in platform.replies(mention)[1:])
    [markdown] = [data for name, data in platform.files(mention).items() if name.endswith(".md")]
    assert CUT_OFF.encode() in markdown


@behavior("research:failed")
async def test_a_research_that_is_cancelled_elsewhere_says_that_it_stopped(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Ends(status="cancelled"))

    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "stopped (0:")
    assert platform.buttons(mention) == ["Retry"]


@behavior("research:limits")
@behavior("tasks")
@pytest.mark.parametrize("research_seconds", [600])
async def test_a_third_research_of_a_person_waits_and_starts_when_another_ends(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    first, second = [await platform.mention(f"research What do {who} eat?") for who in ("otters", "seals")]
    await asked(gemini, 2)
    third = await platform.mention("research What do whales eat?")
    await platform.replied(third, "next in line")
    assert platform.buttons(third) == ["Stop"]
    listing = await platform.mention("tasks")
    await platform.replied(listing, "whales")
    assert all(what in platform.replies(listing)[0] for what in ("otters", "seals", "at work", "waiting in line"))

    await platform.press(first, "Stop")

    await platform.replied(first, "stopped (0:")
    await platform.replied(third, "starting")
    await asked(gemini, 3)
    assert "stopped" not in platform.replies(second)[0]


@behavior("research:limits")
@pytest.mark.parametrize("research_seconds", [600])
async def test_a_research_that_waits_is_stopped(platform: Platform, gemini: GeminiSimulator) -> None:
    for who in ("otters", "seals"):
        await platform.mention(f"research What do {who} eat?")
    await asked(gemini, 2)
    third = await platform.mention("research What do whales eat?")
    await platform.replied(third, "next in line")

    await platform.press(third, "Stop")

    await platform.replied(third, "stopped (0:")
    assert len(creates(gemini)) == 2


@behavior("research:limits")
@pytest.mark.parametrize("research_seconds", [600])
@pytest.mark.parametrize("tasks_of_team", [1])
async def test_a_team_runs_no_more_than_it_may(platform: Platform, gemini: GeminiSimulator) -> None:
    await platform.mention(QUESTION)
    await asked(gemini)

    second = await platform.mention("research What do seals eat?")

    await platform.replied(second, "next in line")
    assert len(creates(gemini)) == 1


@behavior("research:files")
@behavior("research:reported")
async def test_a_long_report_is_a_summary_with_the_whole_of_it_in_files(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    sections = [f"## Part {number}\n\n{'Otters eat fish. ' * 60}" for number in range(1, 41)]
    gemini.answers("# All about otters\n\n", *(f"{section}\n\n" for section in sections))

    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "done (0:")
    [_, short] = platform.replies(mention)
    assert len(short) <= platform.message_chars
    assert "The whole report is in the files." in short
    files = platform.files(mention)
    [markdown] = [data.decode() for name, data in files.items() if name.endswith(".md")]
    [pdf] = [PdfReader(BytesIO(data)) for name, data in files.items() if name.endswith(".pdf")]
    assert "Part 40" in markdown
    assert "Part 40" in "".join(page.extract_text() for page in pdf.pages)


@behavior("research:notified")
async def test_a_report_calls_who_asked_where_that_is_needed_and_nobody_else(platform: Platform) -> None:
    mention = await platform.mention(f"research What do otters eat? {' '.join(platform.calls)}")

    await platform.replied(mention, "done (0:")

    assert platform.notified() == platform.called_by_report


@behavior("help")
async def test_help_says_what_it_can_do(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("help")

    await platform.replied(mention, "research <question>")
    assert creates(gemini) == []
