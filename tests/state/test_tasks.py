"""The records of long tasks, on a real Valkey."""

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.models import Inbound
from bot.state.runs import Runs
from bot.state.store import Command
from bot.state.tasks import Stage, Task, Tasks, Wish, told
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
    await write(redis, *map(tasks.saved, (later, task)), *tasks.indexed(later), *tasks.indexed(task))

    assert [one.id for one in await tasks.here(task.asked)] == [task.id, later.id]
    task.stage = Stage.ENDED
    await write(redis, *tasks.indexed(task))
    assert [one.id for one in await tasks.here(task.asked)] == [later.id]


async def test_one_that_another_release_wrote_hides_no_other(redis: Redis, tasks: Tasks, task: Task) -> None:
    newer = task.model_copy(update={"asked": said("1715.0009")})
    await write(redis, *tasks.indexed(task), tasks.saved(task), *tasks.indexed(newer))
    await redis.set(tasks.saved(newer).key, newer.model_dump_json().replace('"queued"', '"new"'), ex=60)

    with capture_logs() as logs:
        assert await tasks.here(task.asked) == [task]

    assert [(one["log_level"], one["task"]) for one in logs] == [("error", newer.name)]


async def test_one_that_another_release_wrote_counts_as_none(redis: Redis, tasks: Tasks, task: Task) -> None:
    newer = task.model_dump_json().replace('"queued"', '"reviewing"')
    await redis.set(tasks.saved(task).key, newer, ex=60)

    with capture_logs() as logs:
        assert await tasks.get(THREAD, task.id) is None

    [said] = logs
    assert (said["event"], said["task"]) == ("task_unreadable", task.name)
    assert "start the release" in said["fix"]


async def test_a_task_asked_for_in_another_channel_is_listed_in_both(redis: Redis, tasks: Tasks, task: Task) -> None:
    task.asked = task.asked.model_copy(update={"place": "C2"})
    await write(redis, tasks.saved(task), *tasks.indexed(task))

    elsewhere = THREAD.model_copy(update={"channel": "C3"})
    for thread, place in ((THREAD, None), (elsewhere, "C2"), (THREAD, "C2")):
        message = said("1715.0005").model_copy(update={"thread": thread, "place": place})
        assert await tasks.here(message) == [task]
    assert await tasks.here(said("1715.0005").model_copy(update={"thread": elsewhere})) == []


async def test_wishes_wait_until_each_is_settled(redis: Redis, tasks: Tasks, task: Task) -> None:
    await tasks.wish(task, Wish.APPROVE, "U1")
    await tasks.wish(task, Wish.CHANGE, "only Europe")

    assert await tasks.wishes(task) == {"approve": "U1", "change": "only Europe"}
    await write(redis, tasks.settled(task, Wish.APPROVE))
    assert await tasks.wishes(task) == {"change": "only Europe"}
    await write(redis, tasks.settled(task, Wish.CHANGE))
    assert await tasks.wishes(task) == {}


async def test_a_wish_that_was_done_as_it_was_said_leaves_what_was_said_since(
    tasks: Tasks, task: Task, runs: Runs
) -> None:
    await tasks.wish(task, Wish.CHANGE, "only Asia")

    async with runs.take(THREAD, "step:1") as run:
        assert run is not None
        await run.write(tasks.settled_as_said(task, Wish.CHANGE, "only Europe"))
        assert await tasks.wishes(task) == {"change": "only Asia"}
        await run.end(tasks.settled_as_said(task, Wish.CHANGE, "only Asia"))

    assert await tasks.wishes(task) == {}


async def test_what_the_api_tells_of_waits_with_its_start_until_it_was_taken_in(
    redis: Redis, tasks: Tasks, task: Task
) -> None:
    await tasks.tell(THREAD, task.id, "the plan", 1)
    await tasks.tell(THREAD, task.id, "the research", 2)
    await tasks.wish(task, Wish.STOP, "U1")

    assert told(await tasks.wishes(task)) == {"the plan": 1, "the research": 2}
    await write(redis, tasks.heard(task, "the plan"))
    assert told(await tasks.wishes(task)) == {"the research": 2}


def test_a_start_that_cannot_be_read_is_none_that_is_known() -> None:
    assert told({"told v1_x": "2", "told v1_y": "second", "stop": "U1"}) == {"v1_x": 2, "v1_y": 0}


async def test_a_sandbox_is_found_by_the_thread_that_has_it(redis: Redis, tasks: Tasks, task: Task) -> None:
    assert await tasks.sandbox(THREAD) is None

    await write(redis, tasks.works_in(task, "env_1"))

    assert await tasks.sandbox(THREAD) == "env_1"
    assert await tasks.sandbox(THREAD.model_copy(update={"root": "1715.7777"})) is None


async def test_a_task_is_found_by_its_interaction(redis: Redis, tasks: Tasks, task: Task) -> None:
    await write(redis, tasks.found_by(task, "v1_abc"))

    assert await tasks.doing("v1_abc") == task.name
    assert await tasks.doing("v1_other") is None


def test_a_task_that_begins_again_keeps_an_approved_plan_and_nothing_of_its_run(task: Task) -> None:
    again = task.model_copy(
        update={"stage": Stage.ENDED, "plan_id": "the plan", "approved_by": "U1", "interaction_id": "it",
                "creating": True, "begun_at": 2.0, "failures": 3, "starts": 2, "unseen_at": 3.0}
    )  # fmt: skip

    again.begin_again(9.0, plans=True)

    assert (again.stage, again.plan_id, again.approved_by, again.started_at) == (Stage.QUEUED, "the plan", "U1", 9.0)
    assert (again.interaction_id, again.creating, again.begun_at, again.failures) == (None, False, None, 0)
    assert (again.starts, again.attempt, again.unseen_at) == (2, 2, None)


@pytest.mark.parametrize(("plans", "stage"), [(True, Stage.PLAN_QUEUED), (False, Stage.QUEUED)])
def test_a_task_that_begins_again_without_consent_is_planned_again_where_plans_are_made(
    task: Task, plans: bool, stage: Stage
) -> None:
    task.begin_again(9.0, plans=plans)

    assert task.stage == stage
