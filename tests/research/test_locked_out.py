"""A key that the API no longer takes, a bill, a quota: what is at work is not left alone with what it costs."""

import pytest

from bot.interactions.client import InteractionsClient
from bot.interactions.types import Status
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.research.work import STRAY_SECONDS
from bot.simulators.gemini import GeminiSimulator, HttpError
from bot.state.records import Records
from bot.state.tasks import Task, Wish
from tests.contract.moved_clock import MovedClock
from tests.contract.platforms import creates
from tests.research.attempts import Room, known, stepped, stored
from tests.research.test_step import HOUR_SECONDS, cancels, proposed, started, step

LOCKED_OUT = [
    HttpError(status=401),
    HttpError(status=403),
    HttpError(status=402),
    HttpError(status=429, code="quota_exceeded"),
]


@pytest.mark.parametrize("failure", LOCKED_OUT)
@pytest.mark.parametrize("consent", [False, True])
async def test_what_is_at_work_is_waited_for_while_the_api_does_not_let_us_in(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task,
    failure: HttpError,
) -> None:  # fmt: skip
    await started(manager, records, task)
    gemini.fails(failure, times=5, operation="get")

    waits = [await step(manager, task) for _ in range(5)]

    assert waits == [30.0] * 5
    assert texts.LOCKED_OUT in room.shown[0]
    assert cancels(gemini) == 0
    await (proposed(manager, records, task) if task.stage != "queued" else stepped(manager, task))
    assert len(creates(gemini)) == 1


async def test_the_operator_is_told_once_what_to_do_about_it(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, task: Task, capsys: pytest.CaptureFixture[str]
) -> None:
    await started(manager, records, task)
    gemini.fails(HttpError(status=401), times=5, operation="get")

    for _ in range(5):
        await step(manager, task)

    told = [line for line in capsys.readouterr().out.splitlines() if "locked_out" in line]
    assert len(told) == 1
    assert "GEMINI_API_KEY" in told[0]
    assert [moment.what for moment in (await known(records, task)).life].count("locked out: BadKey") == 1


@pytest.mark.parametrize("research_seconds", [600.0])
@pytest.mark.parametrize("failure", LOCKED_OUT)
async def test_after_an_hour_it_ends_and_is_tried_to_be_cancelled_until_it_is(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task, failure: HttpError,
) -> None:  # fmt: skip
    running = await started(manager, records, task)
    gemini.fails(failure, times=2, operation="get")
    gemini.fails(failure, times=3, operation="cancel")

    clock.move(HOUR_SECONDS + 1)
    await step(manager, task)
    now = await known(records, task)

    assert (now.ended, now.strays) == (True, [running])
    assert f"`{task.reference}`" in room.shown[0]
    assert texts.MAY_RUN in room.shown[0]
    while await step(manager, task) is not None:
        assert (await known(records, task)).strays == [running]
    assert (await interactions.get(running)).status == Status.CANCELLED
    assert cancels(gemini) == 4


@pytest.mark.parametrize("research_seconds", [600.0])
async def test_another_try_begins_beside_nothing_that_still_runs(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task,
) -> None:  # fmt: skip
    running = await started(manager, records, task)
    gemini.fails(HttpError(status=401), times=2, operation="get")
    gemini.fails(HttpError(status=401), operation="cancel")
    clock.move(HOUR_SECONDS + 1)
    await step(manager, task)

    await records.tasks.wish(task, Wish.RETRY, "U1")
    await step(manager, task)

    assert await started(manager, records, task) != running
    assert (await interactions.get(running)).status == Status.CANCELLED


@pytest.mark.parametrize("research_seconds", [600.0])
async def test_a_stop_counts_at_once_and_says_that_it_may_still_run(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, interactions: InteractionsClient,
    task: Task,
) -> None:  # fmt: skip
    running = await started(manager, records, task)
    gemini.fails(HttpError(status=401), times=2, operation="get")
    gemini.fails(HttpError(status=401), operation="cancel")
    await step(manager, task)

    await records.tasks.wish(task, Wish.STOP, "U1")
    wait = await step(manager, task)

    assert (await known(records, task)).ended
    assert f"_{texts.STOPPED} (" in room.shown[0]
    assert texts.MAY_RUN in room.shown[0]
    assert wait is not None
    await stepped(manager, task)
    assert (await interactions.get(running)).status == Status.CANCELLED


async def test_what_cannot_be_cancelled_for_long_is_tried_calmly_and_told_once(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, clock: MovedClock, task: Task,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    await stepped(manager, task)
    await records.tasks.tell(task.asked.thread, task.id, "v1_other", 0)
    gemini.fails(HttpError(status=401), times=1_000, operation="cancel")

    clock.move(HOUR_SECONDS)
    waits = [await step(manager, task) for _ in range(20)]

    assert waits == [STRAY_SECONDS] * 20
    told = [line for line in capsys.readouterr().out.splitlines() if "not_cancelled" in line]
    assert len(told) == 1
    assert "GEMINI_API_KEY" in told[0]


@pytest.mark.parametrize("consent", [True])
async def test_a_stray_is_tried_again_soon_also_while_a_plan_waits(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, task: Task
) -> None:
    await proposed(manager, records, task)
    await records.tasks.tell(task.asked.thread, task.id, "v1_other", 0)
    gemini.fails(HttpError(status=503), operation="cancel")

    wait = await step(manager, task)

    assert (await known(records, task)).strays == ["v1_other"]
    assert wait is not None
    assert wait < 60


@pytest.mark.parametrize("research_seconds", [600.0])
async def test_what_was_started_twice_has_cost_twice(
    manager: ResearchManager, records: Records, room: Room, interactions: InteractionsClient, task: Task
) -> None:
    """The API tells of the first start when the second is at work already."""
    first = await started(manager, records, task)
    now = await known(records, task)
    now.interaction_id, now.interactions, now.spent, now.starts = None, [], {}, 2
    await stored(records, now)
    await records.tasks.tell(task.asked.thread, task.id, first, 1)

    await step(manager, task)

    billed = (await interactions.get(first)).usage.total_tokens
    assert billed > 0
    assert (await known(records, task)).spent[first].tokens == billed


@pytest.mark.parametrize("consent", [False, True])
async def test_what_never_began_did_not_take_longer_than_an_hour(
    manager: ResearchManager, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    gemini.fails(HttpError(status=503), times=100, operation="create")
    await step(manager, task)

    clock.move(HOUR_SECONDS + 1)
    await stepped(manager, task)

    assert texts.NEVER_BEGAN in room.shown[0]
    assert cancels(gemini) == 0
