"""What an operator's list of all tasks is made of, on a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.models import Inbound
from bot.state.store import DUE, Command
from bot.state.tasks import PAGE, Page, Stage, Task, Tasks
from tests.state.inbounds import THREAD, said


@pytest.fixture
def tasks(redis: Redis) -> Tasks:
    return Tasks(redis)


def a_task(asked: Inbound) -> Task:
    return Task(asked=asked, question="?", agent="deep-research", reference="P-00000", started_at=1.0)


async def keep(redis: Redis, tasks: Tasks, *kept: Task) -> None:
    await write(redis, *(command for task in kept for command in (tasks.saved(task), *tasks.due(task))))


async def write(redis: Redis, *commands: Command) -> None:
    async with redis.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(command.name, command.key, *command.arguments)
        await pipeline.execute()


async def pages(tasks: Tasks) -> list[Page]:
    return [page async for page in tasks.under_way()]


async def test_nothing_is_under_way_in_an_empty_store(tasks: Tasks) -> None:
    assert [page for page in await pages(tasks) if page.tasks] == []


async def test_tasks_of_all_platforms_and_teams_are_under_way_until_they_end(redis: Redis, tasks: Tasks) -> None:
    elsewhere = THREAD.model_copy(update={"platform": "discord", "team": "G1"})
    here, there, ended = (a_task(said("1", thread=thread)) for thread in (THREAD, elsewhere, THREAD))
    ended.asked = said("2")
    await keep(redis, tasks, here, there, ended)
    ended.stage = Stage.ENDED
    await write(redis, tasks.saved(ended))  # and its worker died before the index was right

    (page,) = await pages(tasks)

    assert sorted(task.name for task in page.tasks) == sorted([here.name, there.name])
    assert page.unreadable == []


async def test_one_that_has_ended_is_looked_after_until_all_of_it_is_cancelled(redis: Redis, tasks: Tasks) -> None:
    task = a_task(said("1")).model_copy(update={"stage": Stage.ENDED, "strays": ["int-1"]})
    await keep(redis, tasks, task)

    assert [page.tasks for page in await pages(tasks)] == [[task]]


async def test_many_come_page_by_page_and_each_once(redis: Redis, tasks: Tasks) -> None:
    many = [a_task(said(str(number))) for number in range(3 * PAGE + 1)]
    await keep(redis, tasks, *many)

    found = await pages(tasks)

    assert len(found) > 2
    assert max(len(page.tasks) for page in found) <= PAGE
    names = [task.name for page in found for task in page.tasks]
    assert sorted(names) == sorted(task.name for task in many)


async def test_one_that_another_release_wrote_hides_no_other(redis: Redis, tasks: Tasks) -> None:
    known, unknown = a_task(said("1")), a_task(said("2"))
    await keep(redis, tasks, known, unknown)
    await redis.set(tasks.saved(unknown).key, '{"version": 99}', ex=60)

    (page,) = await pages(tasks)

    assert (page.tasks, page.unreadable) == ([known], [unknown.name])


async def test_one_whose_record_is_gone_is_left_out(redis: Redis, tasks: Tasks) -> None:
    task = a_task(said("1"))
    await keep(redis, tasks, task)
    await redis.delete(tasks.saved(task).key)

    assert await pages(tasks) == [Page([], [])]


async def test_what_is_no_name_of_a_task_hides_none(redis: Redis, tasks: Tasks) -> None:
    task = a_task(said("1"))
    await keep(redis, tasks, task)
    await redis.zadd(DUE, {"nonsense": 1})

    assert await pages(tasks) == [Page([task], [])]
