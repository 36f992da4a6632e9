"""How many long tasks may run at once, and who is next, on a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.models import MessageId, UserId
from bot.state.slots import SLOT_SECONDS, Line, Most, Slots
from bot.state.tasks import Task
from tests.state.inbounds import said

NOW = 1_800_000_000.0


@pytest.fixture
def slots(redis: Redis) -> Slots:
    return Slots(redis, Most(of_person=2, of_team=3))


def task(number: int, author: str = "U1") -> Task:
    asked = said(f"1715.{number:04}").model_copy(update={"author": UserId(author), "message": MessageId(str(number))})
    return Task(asked=asked, question="?", agent="deep-research", reference="P-00000", started_at=NOW)


async def leave(slots: Slots, redis: Redis, left: Task) -> None:
    for command in slots.left(left):
        await redis.execute_command(command.name, command.key, *command.arguments)


async def test_a_person_may_run_so_many_and_the_others_wait_in_order(slots: Slots) -> None:
    admitted = [await slots.admit(task(number), now=NOW + number) for number in range(4)]

    assert admitted == [None, None, Line(0, own=2), Line(1, own=2)]


async def test_a_task_that_runs_may_run_on(slots: Slots) -> None:
    await slots.admit(task(1), now=NOW)
    await slots.admit(task(2), now=NOW)

    assert await slots.admit(task(1), now=NOW + 1) is None


async def test_the_first_in_line_goes_when_another_leaves_and_not_the_second(slots: Slots, redis: Redis) -> None:
    for number in range(4):
        await slots.admit(task(number), now=NOW + number)

    await leave(slots, redis, task(0))

    assert await slots.first_in_line(task(0)) == [task(2).name]
    assert await slots.admit(task(3), now=NOW + 9) == Line(1, own=1)
    assert await slots.admit(task(2), now=NOW + 9) is None
    assert await slots.admit(task(3), now=NOW + 9) == Line(0, own=2)


async def test_a_team_may_run_so_many(slots: Slots, redis: Redis) -> None:
    admitted = [await slots.admit(task(number, f"U{number}"), now=NOW + number) for number in range(5)]

    assert admitted == [None, None, None, Line(0), Line(1)]
    await leave(slots, redis, task(1, "U1"))
    assert await slots.first_in_line(task(1, "U1")) == [task(3, "U3").name]
    assert await slots.admit(task(3, "U3"), now=NOW + 9) is None


async def test_who_has_many_in_line_keeps_no_place_from_others(slots: Slots) -> None:
    for number in range(8):
        await slots.admit(task(number), now=NOW + number)

    assert await slots.admit(task(9, "U2"), now=NOW + 9) is None


async def test_what_stops_waiting_no_longer_stands_in_line(slots: Slots, redis: Redis) -> None:
    for number in range(4):
        await slots.admit(task(number), now=NOW + number)

    await leave(slots, redis, task(2))

    assert await slots.admit(task(3), now=NOW + 9) == Line(0, own=2)


async def test_a_place_that_nobody_gave_back_is_free_in_the_end(slots: Slots) -> None:
    for number in range(3):
        await slots.admit(task(number), now=NOW)

    assert await slots.admit(task(2), now=NOW + SLOT_SECONDS + 1) is None
