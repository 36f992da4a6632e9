"""The records of schedules, on a real Valkey."""

import pytest
from pydantic import ValidationError
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.models import Inbound, MessageId, UserId
from bot.state.schedules import (
    SCHEDULE_SECONDS,
    SCHEDULES,
    Schedule,
    Scheduled,
    ScheduleStore,
    firing_id,
    parse_firing,
    schedule_id,
)
from bot.state.store import DAY_SECONDS, Command
from bot.state.turns import reference
from tests.state.inbounds import THREAD, said

DAILY = Schedule(question="What is new?", words="every day at 9:00", cron="0 9 * * *")
DUE = 1_800_000_000.0


@pytest.fixture
def store(redis: Redis) -> ScheduleStore:
    return ScheduleStore(redis)


def scheduled(message: Inbound, next_at: float | None = DUE) -> Scheduled:
    return Scheduled(id=schedule_id(message), asked=message, schedule=DAILY, created_at=DUE - 60, next_at=next_at)


async def keep(redis: Redis, store: ScheduleStore, one: Scheduled) -> Scheduled:
    await perform(redis, *store.indexed(one), store.saved(one))
    return one


async def perform(redis: Redis, *commands: Command) -> None:
    for command in commands:
        await redis.execute_command(command.name, command.key, *command.arguments)


def test_an_id_is_short_and_that_of_the_turn_but_for_the_letter(message: Inbound) -> None:
    assert schedule_id(message) == schedule_id(message)
    assert schedule_id(message)[1:] == reference(message)[1:]
    assert len(schedule_id(message)) == len("S-7F3K2")


async def test_what_is_kept_is_found_again(redis: Redis, store: ScheduleStore, message: Inbound) -> None:
    one = await keep(redis, store, scheduled(message))

    assert await store.get(one.name) == one
    assert await store.due(DUE) == [(one.name, DUE)]
    assert await store.due(DUE - 1) == []
    assert DAY_SECONDS * 399 < await redis.ttl(SCHEDULES) <= SCHEDULE_SECONDS


async def test_it_is_listed_in_its_thread_and_where_it_was_asked_and_under_who_asked(
    redis: Redis, store: ScheduleStore
) -> None:
    elsewhere = THREAD.model_copy(update={"channel": "C2"})
    asked = said("1").model_copy(update={"place": "C9"})
    later = await keep(redis, store, scheduled(asked, DUE + 60))
    sooner = await keep(redis, store, scheduled(said("2")))
    other = await keep(redis, store, scheduled(said("3", thread=elsewhere).model_copy(update={"author": UserId("U2")})))

    assert await store.here(said("4")) == [sooner, later]
    assert await store.here(said("4").model_copy(update={"place": "C9"})) == [sooner, later]
    assert await store.here(said("4", thread=elsewhere)) == [other]
    assert await store.here(said("4", thread=elsewhere).model_copy(update={"place": "C9"})) == [other, later]
    assert await store.of_author(said("4", thread=elsewhere)) == [sooner, later]


async def test_one_that_another_release_wrote_hides_no_other(redis: Redis, store: ScheduleStore) -> None:
    known, newer = await keep(redis, store, scheduled(said("1"))), await keep(redis, store, scheduled(said("2")))
    await redis.set(store.saved(newer).key, '{"version": 99}', ex=60)

    with capture_logs() as logs:
        assert await store.here(said("3")) == await store.of_author(said("3")) == [known]

    assert [(one["log_level"], one["schedule"]) for one in logs] == [("error", newer.name)] * 2


def test_what_cannot_be_read_is_not_quoted(message: Inbound) -> None:
    newer = scheduled(message).model_dump_json().replace('"words"', '"phrase"')

    with pytest.raises(ValidationError) as refused:
        Scheduled.model_validate_json(newer)

    assert "What is new" not in str(refused.value)


async def test_one_that_moves_on_is_due_at_its_next_time(redis: Redis, store: ScheduleStore, message: Inbound) -> None:
    one = await keep(redis, store, scheduled(message))
    moved = one.model_copy(update={"next_at": DUE + 60, "fired_at": DUE})

    assert await store.advance(moved, DUE)

    assert await store.get(one.name) == moved
    assert await store.due(DUE + 60) == [(one.name, DUE + 60)]


async def test_only_the_first_moves_it_on(redis: Redis, store: ScheduleStore, message: Inbound) -> None:
    one = await keep(redis, store, scheduled(message))
    moved, too_late = (one.model_copy(update={"next_at": DUE + late}) for late in (60, 120))

    assert await store.advance(moved, DUE)
    assert not await store.advance(too_late, DUE)

    assert await store.get(one.name) == moved


@pytest.mark.parametrize("how", ["paused", "deleted"])
async def test_one_that_was_paused_or_deleted_meanwhile_stays_so(
    redis: Redis, store: ScheduleStore, message: Inbound, how: str
) -> None:
    one = await keep(redis, store, scheduled(message))
    paused = one.model_copy(update={"paused": True})
    await perform(redis, store.saved(paused) if how == "paused" else store.deleted(one))

    assert not await store.advance(one.model_copy(update={"next_at": DUE + 60}), DUE)

    assert await store.get(one.name) == (paused if how == "paused" else None)


async def test_a_record_with_fields_of_another_release_moves_on(
    redis: Redis, store: ScheduleStore, message: Inbound
) -> None:
    one = scheduled(message)
    saved = store.saved(one)
    text = str(saved.arguments[0]).replace("{", '{"new":[],', 1)
    await redis.set(saved.key, text, ex=60)

    assert await store.advance(one.model_copy(update={"next_at": DUE + 60}), DUE)


async def test_it_is_not_forgotten_when_another_time_was_set(
    redis: Redis, store: ScheduleStore, message: Inbound
) -> None:
    one = await keep(redis, store, scheduled(message))

    await store.forget(one.name, DUE - 1)
    assert await store.due(DUE) == [(one.name, DUE)]

    await store.forget(one.name, DUE)
    assert await store.due(DUE) == []


async def test_what_is_lost_is_found_nowhere(redis: Redis, store: ScheduleStore, message: Inbound) -> None:
    one = await keep(redis, store, scheduled(message))

    await store.lose(one)

    assert await store.due(DUE) == []
    assert await store.here(message) == await store.of_author(message) == []


async def test_what_has_ended_is_kept_for_a_week(redis: Redis, store: ScheduleStore, message: Inbound) -> None:
    one = await keep(redis, store, scheduled(message))

    assert await store.advance(one.model_copy(update={"next_at": None}), DUE)

    assert 6 * DAY_SECONDS < await redis.ttl(store.saved(one).key) <= 7 * DAY_SECONDS


@pytest.mark.parametrize("asked", ["1715.0001", "123456789", "123-S-4", "1715-👀-U1"])
def test_a_firing_tells_what_fires_and_when(asked: str) -> None:
    one = scheduled(said(asked))
    message = said(firing_id(one, DUE))

    assert parse_firing(message) == (one.name, DUE)
    assert message.message.startswith(f"{asked}-")


@pytest.mark.parametrize("name", ["1715.0001", "123-eyes-U1", "", "-S-", "1-S-", "1-S-2-x", "-S-7F3K2-5"])
def test_a_message_is_no_firing(name: str) -> None:
    assert parse_firing(said("x").model_copy(update={"message": MessageId(name)})) is None
