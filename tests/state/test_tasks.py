"""The records of long tasks, on a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.models import Inbound
from bot.state.store import Command
from bot.state.tasks import Stage, Task, Tasks, Wish
from tests.state.inbounds import THREAD, said


@pytest.fixture
def tasks(redis: Redis) -> Tasks:
    return Tasks(redis)


@pytest.fixture
def task(message: Inbound) -> Task:
    return Task(asked=message, question="?", agent="deep-research", reference="P-00000", started_at=1.0)


async def write(redis: Redis, *commands: Command) -> None:
    for command in commands:
        await redis.execute_command(command.name, command.key, *command.arguments)


async def test_a_task_is_read_as_it_was_saved(redis: Redis, tasks: Tasks, task: Task) -> None:
    await write(redis, tasks.saved(task))

    assert await tasks.get(THREAD, task.id) == task


async def test_a_task_is_listed_where_it_was_asked_for_until_it_ends(redis: Redis, tasks: Tasks, task: Task) -> None:
    later = task.model_copy(update={"asked": said("1715.0009"), "started_at": 2.0})
    await write(
        redis, *map(tasks.saved, (later, task)), *tasks.indexed(later, due_at=1), *tasks.indexed(task, due_at=1)
    )

    assert [one.id for one in await tasks.here(task.asked)] == [task.id, later.id]
    task.stage = Stage.ENDED
    await write(redis, *tasks.indexed(task, due_at=1))
    assert [one.id for one in await tasks.here(task.asked)] == [later.id]


async def test_a_task_asked_for_in_another_channel_is_listed_in_both(redis: Redis, tasks: Tasks, task: Task) -> None:
    task.asked = task.asked.model_copy(update={"place": "C2"})
    await write(redis, tasks.saved(task), *tasks.indexed(task, due_at=1))

    for place in (None, "C2"):
        assert await tasks.here(said("1715.0005").model_copy(update={"place": place})) == [task]
    assert await tasks.here(said("1715.0005").model_copy(update={"place": "C3"})) == []


async def test_wishes_wait_until_each_is_granted(redis: Redis, tasks: Tasks, task: Task) -> None:
    await tasks.wish(task, Wish.APPROVE, "U1")
    await tasks.wish(task, Wish.CHANGE, "only Europe")

    assert await tasks.wishes(task) == {"approve": "U1", "change": "only Europe"}
    await write(redis, tasks.granted(task, Wish.APPROVE))
    assert await tasks.wishes(task) == {"change": "only Europe"}
    await write(redis, tasks.unwished(task))
    assert await tasks.wishes(task) == {}


async def test_what_the_api_tells_of_is_adopted_but_for_what_the_task_has_had(tasks: Tasks, task: Task) -> None:
    assert await tasks.adopted(task) is None
    await tasks.adopt(THREAD, task.id, "the research")
    await tasks.adopt(THREAD, task.id, "the plan")
    task.interactions = ["the plan"]

    assert await tasks.adopted(task) == "the research"
    task.interactions.append("the research")
    assert await tasks.adopted(task) is None


async def test_a_task_is_found_by_its_interaction(redis: Redis, tasks: Tasks, task: Task) -> None:
    await write(redis, tasks.found_by(task, "v1_abc"))

    assert await tasks.doing("v1_abc") == task.name
    assert await tasks.doing("v1_other") is None


def test_a_task_that_begins_again_keeps_an_approved_plan_and_nothing_of_its_run(task: Task) -> None:
    ended = task.model_copy(
        update={"stage": Stage.ENDED, "plan_id": "the plan", "approved_by": "U1", "interaction_id": "it",
                "creating": True, "begun_at": 2.0, "failures": 3}
    )  # fmt: skip

    again = ended.begun_again(9.0, plans=True)

    assert (again.stage, again.plan_id, again.approved_by, again.started_at) == (Stage.QUEUED, "the plan", "U1", 9.0)
    assert (again.interaction_id, again.creating, again.begun_at, again.failures) == (None, False, None, 0)


def test_a_task_that_begins_again_without_consent_is_planned_again_where_plans_are_made(task: Task) -> None:
    assert task.begun_again(9.0, plans=True).stage == Stage.PLANNING
    assert task.begun_again(9.0, plans=False).stage == Stage.QUEUED
