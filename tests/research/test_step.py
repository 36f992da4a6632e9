"""The steps of a task while the API, the platform or the worker fails: nothing is paid for that nobody reads."""

import asyncio
from contextlib import suppress

import pytest

from bot.content import DocumentContent, FileRef
from bot.conversation.adapter import ChannelBusy
from bot.interactions.client import InteractionsClient
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.simulators.gemini import Dropped, GeminiSimulator, HttpError
from bot.state.records import Records
from bot.state.store import key
from bot.state.tasks import Stage, Task, Wish
from tests.chaos.proxy import Proxy
from tests.contract.moved_clock import MovedClock
from tests.contract.platforms import creates
from tests.research.attempts import Killed, Room, known, stepped, stored

HOUR_SECONDS = 3_600.0
ASKS = "cannot tell whether it runs"


async def step(manager: ResearchManager, task: Task) -> float | None:
    return await manager.step(task.asked.thread, task.id)


async def started(manager: ResearchManager, records: Records, task: Task) -> str:
    """Take steps until something is at work; gives its interaction."""
    while (running := (await known(records, task)).interaction_id) is None:
        await step(manager, task)
    return running


async def proposed(manager: ResearchManager, records: Records, task: Task) -> Task:
    while (now := await known(records, task)).stage != Stage.PROPOSED:
        await step(manager, task)
    return now


async def ended_upstream(interactions: InteractionsClient, running: str) -> None:
    async with asyncio.timeout(5):
        while (await interactions.get(running)).is_running:
            pass


def cancels(gemini: GeminiSimulator) -> int:
    return sum(request.path.endswith("/cancel") for request in gemini.requests)


@pytest.mark.parametrize("happens", [ChannelBusy("429", retry_after=1.0), Killed()])
async def test_an_unknown_start_is_asked_about_also_when_it_could_not_be_shown_at_once(
    manager: ResearchManager, room: Room, gemini: GeminiSimulator, task: Task, happens: BaseException
) -> None:
    async def fails() -> None:
        raise happens

    gemini.fails(Dropped())
    room.fails_before[ASKS] = fails

    with suppress(Killed):
        await step(manager, task)
    assert ASKS not in room.shown[0]
    await step(manager, task)

    assert ASKS in room.shown[0]


@pytest.mark.parametrize("consent", [True])
@pytest.mark.parametrize("wish", [Wish.APPROVE, Wish.CHANGE])
async def test_where_the_plan_is_lost_another_is_made_of_the_question(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task, wish: Wish
) -> None:
    """Without it "go ahead as planned" would be a research about nothing, and be paid for."""
    await proposed(manager, records, task)
    await records.tasks.wish(task, wish, "only the last years")
    gemini.fails(HttpError(status=404), operation="create")

    await step(manager, task)
    await step(manager, task)
    again = await proposed(manager, records, task)

    assert texts.PLAN_LOST in again.notes
    assert (again.approved_by, again.begun_at) == ("", None)
    assert "What do otters eat?" in str(creates(gemini)[-1].body["input"])
    assert creates(gemini)[-1].previous_interaction_id is None


async def test_what_cannot_be_cancelled_when_a_task_is_given_up_is_cancelled_later(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    await started(manager, records, task)
    gemini.fails(HttpError(status=401), times=2, operation="get")
    gemini.fails(HttpError(status=503), operation="cancel")

    clock.move(HOUR_SECONDS + 1)
    wait = await step(manager, task)

    assert "API key" in room.shown[0]
    assert wait is not None
    await stepped(manager, task)
    assert cancels(gemini) == 2
    assert (await known(records, task)).strays == []


async def test_an_outage_of_the_api_only_delays_what_is_at_work(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    await started(manager, records, task)
    gemini.fails(HttpError(status=503), times=50, operation="get")

    for _ in range(50):
        clock.move(await step(manager, task) or 0.0)
    life = [moment.what for moment in (await known(records, task)).life]
    assert sum(what.startswith("step failed") for what in life) == 1
    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert len(room.reports) == 1


async def test_an_api_that_takes_nothing_is_waited_for_and_people_are_told(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    gemini.fails(HttpError(status=429, retry_after_seconds=1), times=50, operation="create")

    for _ in range(50):
        clock.move(await step(manager, task) or 0.0)

    assert texts.BUSY in room.shown[0]
    await stepped(manager, task)
    assert len(room.reports) == 1
    assert (await known(records, task)).starts == 51


async def test_a_report_that_cannot_be_read_after_an_hour_is_read_later(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task,
) -> None:  # fmt: skip
    await ended_upstream(interactions, await started(manager, records, task))
    clock.move(HOUR_SECONDS + 100)
    gemini.fails(HttpError(status=503), operation="get")

    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert len(room.reports) == 1


@pytest.mark.parametrize("research_seconds", [3_000.0])
async def test_what_somebody_else_has_cancelled_is_told_as_stopped_after_an_hour_too(
    manager: ResearchManager, records: Records, room: Room, clock: MovedClock, interactions: InteractionsClient,
    task: Task,
) -> None:  # fmt: skip
    await interactions.cancel(await started(manager, records, task))

    clock.move(HOUR_SECONDS + 1)
    await stepped(manager, task)

    assert f"_{texts.STOPPED} (" in room.shown[0]


@pytest.mark.parametrize(("consent", "delay_seconds"), [(True, 60.0)])
async def test_a_plan_that_never_comes_is_given_up_after_an_hour(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    gemini.answers("At last", "a plan.")
    await started(manager, records, task)

    clock.move(HOUR_SECONDS + 1)
    await stepped(manager, task)

    assert texts.TOO_LONG in room.shown[0]
    assert cancels(gemini) == 1


async def test_a_start_that_nobody_decides_about_is_given_up_after_a_day(
    manager: ResearchManager, room: Room, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    gemini.fails(Dropped())
    await step(manager, task)
    assert ASKS in room.shown[0]

    clock.move(24 * HOUR_SECONDS + 1)
    await stepped(manager, task)

    assert texts.GIVEN_UP in room.shown[0]


@pytest.mark.parametrize("consent", [True])
async def test_an_empty_plan_is_not_offered(
    manager: ResearchManager, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.answers("")

    await stepped(manager, task)

    assert texts.NO_PLAN.removesuffix(".") in room.shown[0]


async def test_a_worker_that_has_to_stop_while_it_starts_something_hears_of_it_first(
    manager: ResearchManager, records: Records, line: Proxy, task: Task
) -> None:
    line.delay_seconds = 0.3
    stepping = asyncio.create_task(step(manager, task))
    async with asyncio.timeout(5):
        while not (await known(records, task)).creating:
            await asyncio.sleep(0.01)

    stepping.cancel()
    with suppress(asyncio.CancelledError):
        await stepping

    now = await known(records, task)
    assert (now.stage, now.creating) == (Stage.RUNNING, False)
    assert now.interaction_id is not None


async def test_stop_counts_while_the_api_does_not_answer(
    manager: ResearchManager, records: Records, room: Room, line: Proxy, task: Task
) -> None:
    line.stall()
    stepping = asyncio.create_task(step(manager, task))
    async with asyncio.timeout(5):
        while not (await known(records, task)).creating:
            await asyncio.sleep(0.01)

    await records.tasks.wish(task, Wish.STOP, "U1")
    async with asyncio.timeout(10):
        await stepping
        await stepped(manager, task)

    assert texts.GIVEN_UP in room.shown[0]


@pytest.mark.parametrize("consent", [False, True])
@pytest.mark.parametrize("wish", [Wish.STOP, Wish.WITHDRAW])
async def test_a_wish_that_it_ends_counts_while_the_api_does_not_answer_a_look(
    manager: ResearchManager, records: Records, line: Proxy, task: Task, wish: Wish
) -> None:
    """F26: within 10 s."""
    await started(manager, records, task)
    line.stall()
    stepping = asyncio.create_task(step(manager, task))
    async with asyncio.timeout(5):
        while not await records.redis.exists(key(task.asked.thread, f"lease:step:{task.id}")):
            await asyncio.sleep(0.01)

    await records.tasks.wish(task, wish, "U1")
    async with asyncio.timeout(10):
        assert await stepping == 0.0
        while not (await known(records, task)).ended:
            await step(manager, task)


@pytest.mark.parametrize("wish", [Wish.STOP, Wish.WITHDRAW])
async def test_a_wish_that_it_ends_counts_while_the_questions_file_does_not_come(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task, wish: Wish
) -> None:
    file = DocumentContent(mime_type="text/csv", source=FileRef(url="https://files.example/a", name="a.csv"))
    task.asked = task.asked.model_copy(update={"content": (*task.asked.content, file)})
    await stored(records, task)
    stepping = asyncio.create_task(stepped(manager, task))
    await asyncio.wait_for(room.opening.wait(), 10)

    await records.tasks.wish(task, wish, "U1")
    await asyncio.wait_for(stepping, 10)

    assert (await known(records, task)).ended
    assert creates(gemini) == []


@pytest.mark.parametrize("consent", [True])
async def test_a_plan_that_could_not_be_changed_is_offered_again_by_retry(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    plan = (await proposed(manager, records, task)).plan_id
    await records.tasks.wish(task, Wish.CHANGE, "only the last years")
    gemini.fails(HttpError(status=400), operation="create")
    await stepped(manager, task)
    asked = len(creates(gemini))

    await records.tasks.wish(task, Wish.RETRY, "U1")
    again = await proposed(manager, records, task)
    await step(manager, task)

    assert again.plan_id == plan
    assert len(creates(gemini)) == asked
    assert "Research plan" in room.shown[0]


@pytest.mark.parametrize(("status_seconds", "research_seconds"), [(10.0, 3_000.0)])
async def test_that_nothing_but_time_passes_is_told_less_often_than_news(
    manager: ResearchManager, records: Records, room: Room, clock: MovedClock, task: Task
) -> None:
    """A workspace takes about 50 edits a minute, for all that goes on in it."""
    await started(manager, records, task)
    clock.move(11)
    await step(manager, task)
    told = len(room.calls)

    for _ in range(5):
        clock.move(5)
        await step(manager, task)
    assert len(room.calls) == told
    clock.move(6)
    await step(manager, task)

    assert len(room.calls) == told + 1
    assert "0:42" in room.shown[0]


@pytest.mark.parametrize("research_seconds", [600.0])
@pytest.mark.parametrize("told", [False, True])
async def test_a_stop_of_what_may_have_been_started_says_so_and_cancels_what_is_known(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task,
    told: bool,
) -> None:  # fmt: skip
    """The worker died while it was creating; the API may have told of it meanwhile."""
    made = await started(manager, records, task)
    now = await known(records, task)
    now.creating, now.interaction_id, now.interactions = True, None, []
    await stored(records, now)
    if told:
        await records.tasks.tell(task.asked.thread, task.id, made, 1)
    await records.tasks.wish(task, Wish.STOP, "U1")

    await stepped(manager, task)

    assert (texts.GIVEN_UP in room.shown[0]) is not told
    assert cancels(gemini) == told


async def test_a_report_that_was_ready_is_delivered_also_when_all_workers_were_away_for_hours(
    manager: ResearchManager, records: Records, room: Room, clock: MovedClock, interactions: InteractionsClient,
    task: Task,
) -> None:  # fmt: skip
    await ended_upstream(interactions, await started(manager, records, task))

    clock.move(5 * HOUR_SECONDS)
    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert len(room.reports) == 1


@pytest.mark.parametrize("consent", [True])
async def test_a_plan_that_came_late_may_be_approved_for_a_day(
    manager: ResearchManager, records: Records, room: Room, clock: MovedClock, interactions: InteractionsClient,
    task: Task,
) -> None:  # fmt: skip
    await ended_upstream(interactions, await started(manager, records, task))

    clock.move(25 * HOUR_SECONDS)
    await proposed(manager, records, task)
    await step(manager, task)

    assert "Research plan" in room.shown[0]
