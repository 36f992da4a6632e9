"""How a task ends, also where the worker dies at that, and how it is retried."""

import asyncio
from contextlib import suppress

import pytest

from bot.interactions.client import InteractionsClient
from bot.research.manager import ResearchManager
from bot.simulators.gemini import Ends, GeminiSimulator
from bot.state.records import Records
from bot.state.tasks import Stage, Task, Wish
from tests.contract.moved_clock import MovedClock
from tests.research.attempts import Killed, Room, known, stepped


async def test_a_worker_that_dies_once_people_were_told_does_not_tell_them_again_in_another_message(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="failed"))
    room.happens["gave up"] = dies

    with suppress(Killed):
        await stepped(manager, task)
    assert (await known(records, task)).stage == Stage.ENDING
    await stepped(manager, task)

    assert (await known(records, task)).ended
    assert ["gave up" in text for text in room.shown] == [True]


async def dies() -> None:
    raise Killed


@pytest.mark.parametrize("worker_dies", [False, True])
async def test_a_retry_at_the_very_moment_it_is_offered_counts(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task, worker_dies: bool
) -> None:
    async def presses_retry() -> None:
        await records.tasks.wish(task, Wish.RETRY, "U1")
        if worker_dies:
            raise Killed

    gemini.fails(Ends(status="failed"))
    room.happens["gave up"] = presses_retry
    with suppress(Killed):
        await stepped(manager, task)

    await stepped(manager, task)

    assert (await known(records, task)).attempt == 2
    assert len(room.reports) == 1
    assert [text for text in room.shown if "gave up" in text] == []


async def test_a_retry_that_came_before_the_end_begins_nothing(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    await records.tasks.wish(task, Wish.RETRY, "U1")

    await stepped(manager, task)
    await stepped(manager, task)

    assert (await known(records, task)).attempt == 1
    assert len(room.reports) == 1


async def test_the_report_of_another_attempt_is_posted_in_full_beside_what_the_first_has_left(
    manager: ResearchManager, records: Records, room: Room, task: Task
) -> None:
    room.takes_files = False
    await stepped(manager, task)
    assert (len(room.reports), room.files) == (1, [])

    room.takes_files = True
    await records.tasks.wish(task, Wish.RETRY, "U1")
    await stepped(manager, task)

    assert len(room.reports) == 2
    assert {name.rpartition(".")[2] for name in room.files} == {"md", "pdf", "jpg"}


@pytest.mark.parametrize("delay_seconds", [0.01])
async def test_after_an_hour_it_is_cancelled_and_keeps_what_it_has_found_and_what_that_cost(
    manager: ResearchManager,
    records: Records,
    room: Room,
    gemini: GeminiSimulator,
    interactions: InteractionsClient,
    clock: MovedClock,
    task: Task,
) -> None:
    gemini.answers(*["Otters eat fish. "] * 10_000)
    while (running := (await known(records, task)).interaction_id) is None:
        await manager.step(task.asked.thread, task.id)
    async with asyncio.timeout(5):
        while "Otters" not in (await interactions.get(running)).output_text:
            pass

    clock.move(3_700)
    await stepped(manager, task)

    [status] = room.shown
    assert "longer than an hour" in status
    assert "Otters eat fish." in status
    assert (await known(records, task)).tokens > 0
    assert any(request.path.endswith("/cancel") for request in gemini.requests)


async def test_what_ended_in_time_is_reported_also_when_nobody_looked_for_an_hour(
    manager: ResearchManager,
    records: Records,
    room: Room,
    interactions: InteractionsClient,
    clock: MovedClock,
    task: Task,
) -> None:
    while (running := (await known(records, task)).interaction_id) is None:
        await manager.step(task.asked.thread, task.id)
    async with asyncio.timeout(5):
        while (await interactions.get(running)).is_running:
            pass

    clock.move(3_700)
    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert len(room.reports) == 1


async def test_its_life_tells_what_happened_and_nothing_that_people_wrote(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="failed", code="internal_error"))
    await stepped(manager, task)
    await records.tasks.wish(task, Wish.RETRY, "U7")
    await stepped(manager, task)

    life = [moment.what for moment in (await known(records, task)).life]

    first, second = (await known(records, task)).interactions
    assert [what.partition("s: ")[2] for what in life if what.startswith("over")] == ["Failed (internal_error)", "done"]
    assert [what.partition(" after")[0] for what in life] == [
        *("has its turn", f"start 1 made {first}", "over", "ended", "retried by U7"),
        *("has its turn", f"start 2 made {second}", "report delivered", "over", "ended"),
    ]
