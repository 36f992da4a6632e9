"""How an operator finds every schedule, on a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.models import Inbound, UserId
from bot.state.schedules import Schedule, Scheduled, ScheduleStore, schedule_id
from bot.state.store import Command
from tests.state.inbounds import THREAD, said

DUE = 1_800_000_000.0


@pytest.fixture
def store(redis: Redis) -> ScheduleStore:
    return ScheduleStore(redis)


def scheduled(message: Inbound, schedule: str = "") -> Scheduled:
    daily = Schedule(question="What is new?", words="every day at 9:00", cron="0 9 * * *")
    return Scheduled(
        id=schedule or schedule_id(message), asked=message, schedule=daily, created_at=DUE - 60, next_at=DUE
    )


async def keep(redis: Redis, store: ScheduleStore, *kept: Scheduled) -> None:
    await perform(redis, *(command for one in kept for command in (*store.indexed(one), store.saved(one))))


async def perform(redis: Redis, *commands: Command) -> None:
    async with redis.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(command.name, command.key, *command.arguments)
        await pipeline.execute()


async def names(store: ScheduleStore, schedule: str = "") -> list[str]:
    return sorted([one.name async for page in store.all(schedule) for one in page.schedules])


async def test_schedules_of_all_installations_are_found_each_once(redis: Redis, store: ScheduleStore) -> None:
    elsewhere = THREAD.model_copy(update={"platform": "discord", "team": "G1"})
    asked = [said("1"), said("2").model_copy(update={"place": "C9"}), said("1", thread=elsewhere)]
    others = [said(str(number)).model_copy(update={"author": UserId(f"U{number}")}) for number in range(3, 3000)]
    kept = [scheduled(message) for message in (*asked, *others)]
    await keep(redis, store, *kept)

    assert await names(store) == sorted(one.name for one in kept)


async def test_one_that_is_paused_is_found_after_its_time_has_come(redis: Redis, store: ScheduleStore) -> None:
    paused = scheduled(said("1")).model_copy(update={"paused": True})
    await keep(redis, store, paused)
    await store.forget(paused.name, DUE)  # as whoever fires them does

    assert await names(store) == [paused.name]


async def test_those_with_one_id_are_found_in_all_threads(redis: Redis, store: ScheduleStore) -> None:
    elsewhere = THREAD.model_copy(update={"channel": "C2"})
    one, same = scheduled(said("1"), "S-7F3K2"), scheduled(said("2", thread=elsewhere), "S-7F3K2")
    other = scheduled(said("3"), "S-00000")
    await keep(redis, store, one, same, other)

    assert await names(store, "S-7F3K2") == sorted([one.name, same.name])
    assert await names(store, "7F3K2") == []


async def test_what_was_deleted_is_not_found(redis: Redis, store: ScheduleStore) -> None:
    one, half = scheduled(said("1")), scheduled(said("2"))
    await keep(redis, store, one, half)
    await perform(redis, store.deleted(one), store.deleted(half))
    await store.lose(one)

    assert await names(store) == []


async def test_one_that_another_release_wrote_hides_no_other(redis: Redis, store: ScheduleStore) -> None:
    known, unknown = scheduled(said("1")), scheduled(said("2"))
    await keep(redis, store, known, unknown)
    await redis.set(store.saved(unknown).key, '{"version": 99}', ex=60)

    found = [page async for page in store.all() if page.schedules]

    assert [(page.schedules, page.unreadable) for page in found] == [([known], [unknown.name])]
