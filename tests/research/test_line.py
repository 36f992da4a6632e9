"""The line in which researches of a person wait, for their plans too: a plan costs. On a real Valkey."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.interactions.client import InteractionsClient
from bot.models import Mark, MessageId
from bot.research.manager import ResearchManager
from bot.research.step import LONGEST_SECONDS
from bot.simulators.gemini import GeminiSimulator
from bot.state.records import Records
from bot.state.store import AT_ONCE, DUE
from bot.state.tasks import Stage, Task, Wish
from tests.contract.moved_clock import MovedClock
from tests.contract.platforms import creates
from tests.research.attempts import Killed, Room, known, stored


@pytest.fixture
def consent() -> bool:
    return True


@pytest.fixture
def research_seconds() -> float:
    return 600.0


@pytest.fixture
async def tasks(records: Records, manager: ResearchManager, task: Task) -> list[Task]:
    """Three of one person, of whom two may run at once; each has taken its first step."""
    three = [_another(task, number) for number in range(3)]
    for one in three:
        await stored(records, one)
        await step(manager, one)
    return three


def _another(task: Task, number: int) -> Task:
    asked = task.asked.model_copy(update={"message": MessageId(f"10{number}")})
    return task.model_copy(update={"asked": asked, "reference": f"P-0000{number}"})


async def step(manager: ResearchManager, task: Task) -> float | None:
    return await manager.step(task.asked.thread, task.id)


async def plans_are_made(gemini: GeminiSimulator, interactions: InteractionsClient, begun: Task) -> None:
    gemini.advance(600)
    async with asyncio.timeout(5):
        while (await interactions.get(begun.interaction_id or "")).is_running:
            pass


async def test_no_more_plans_are_made_at_once_than_researches_may_run(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, tasks: list[Task]
) -> None:
    assert len(creates(gemini)) == 2
    waits = room.messages[list(room.messages)[2]]
    assert "waiting, since 2 of yours run already, next in line" in waits.text
    assert [action.label for action in waits.actions or ()] == ["Stop"]
    assert waits.progress is not None
    stage = waits.progress.stages[0]
    assert (stage.label, stage.mark) == ("Plan", Mark.WAITING)
    assert "next in line" in stage.detail
    assert (await known(records, tasks[2])).stage == Stage.PLAN_QUEUED


async def test_the_next_has_its_turn_at_once_when_a_plan_is_proposed(
    redis: Redis,
    manager: ResearchManager,
    records: Records,
    gemini: GeminiSimulator,
    interactions: InteractionsClient,
    tasks: list[Task],
) -> None:
    await plans_are_made(gemini, interactions, await known(records, tasks[0]))

    await step(manager, tasks[0])

    assert (await known(records, tasks[0])).stage == Stage.PROPOSED
    assert await redis.zscore(DUE, tasks[2].name) == AT_ONCE
    await step(manager, tasks[2])
    assert (await known(records, tasks[2])).stage == Stage.PLANNING
    assert len(creates(gemini)) == 3


async def test_a_worker_that_dies_while_it_shows_a_plan_keeps_no_place(
    manager: ResearchManager,
    records: Records,
    room: Room,
    gemini: GeminiSimulator,
    interactions: InteractionsClient,
    tasks: list[Task],
) -> None:
    async def dies() -> None:
        raise Killed

    await plans_are_made(gemini, interactions, await known(records, tasks[0]))
    room.fails_before["**Research plan**"] = dies

    with pytest.raises(Killed):
        await step(manager, tasks[0])

    await step(manager, tasks[2])
    assert (await known(records, tasks[2])).stage == Stage.PLANNING


@pytest.mark.parametrize(
    ("wish", "said", "waits"),
    [(Wish.APPROVE, "U1", Stage.QUEUED), (Wish.CHANGE, "only Europe", Stage.PLAN_QUEUED)],
)
async def test_what_is_decided_about_a_plan_waits_in_line_again(
    manager: ResearchManager,
    records: Records,
    gemini: GeminiSimulator,
    interactions: InteractionsClient,
    tasks: list[Task],
    wish: Wish,
    said: str,
    waits: Stage,
) -> None:
    await plans_are_made(gemini, interactions, await known(records, tasks[0]))
    await step(manager, tasks[0])
    await step(manager, tasks[2])  # which takes the place

    await records.tasks.wish(tasks[0], wish, said)
    await step(manager, tasks[0])
    await step(manager, tasks[0])

    assert (await known(records, tasks[0])).stage == waits
    assert len(creates(gemini)) == 3


async def test_a_plan_that_waits_is_stopped_and_leaves_the_line(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, tasks: list[Task]
) -> None:
    await records.tasks.wish(tasks[2], Wish.STOP, "U1")

    assert await step(manager, tasks[2]) is None

    assert (await known(records, tasks[2])).ended
    assert len(creates(gemini)) == 2


async def test_the_hour_of_a_plan_begins_with_its_turn(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, clock: MovedClock, tasks: list[Task]
) -> None:
    clock.move(2 * LONGEST_SECONDS)
    for one in tasks:
        await step(manager, one)

    await step(manager, tasks[2])

    assert (await known(records, tasks[2])).stage == Stage.PLANNING
    assert len(creates(gemini)) == 3
