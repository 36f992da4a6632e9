"""Schedules as people use them, and what fires when. On a real Valkey, on a clock moved by hand."""

import asyncio

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.content import DocumentContent, FileRef, TextContent
from bot.conversation.commands import Said, parse_command
from bot.models import MessageId
from bot.research.scheduling.schedules import (
    LATER_SECONDS,
    LOOK_SECONDS,
    MOST_IN_A_CHANNEL,
    MOST_OF_A_PERSON,
    Schedules,
)
from bot.research.scheduling.texts import (
    CHANNEL_IS_FULL,
    DELETED,
    NOTHING_SCHEDULED,
    PERSON_IS_FULL,
    TOO_LATE_TO_RESUME,
    UNKNOWN,
)
from bot.state.schedules import MISSED_SECONDS, SCHEDULES, ScheduleStore, schedule_id
from bot.state.store import connect, key
from tests.research.scheduling.firing import DAY, HOUR, START, Clock, Service, said
from tests.state.inbounds import THREAD, under


@pytest.fixture
def other(redis: Redis, clock: Clock) -> Service:
    return Service(redis, clock)


async def test_who_schedules_is_told_when_it_is(service: Service) -> None:
    name = schedule_id(said("1"))

    assert await service.adds("every Monday 9:00") == (
        "I shall research *What is new?* every Monday at 9:00 (Europe/Berlin), next on Mon 23 Nov 9:00. "
        f"Each time takes 1 to 3 USD, without asking again. To end it, say `delete {name}`."
    )
    assert await service.adds("in 2 hours", said("2")) == (
        "I shall research *What is new?* once, on Fri 20 Nov 15:00 (Europe/Berlin). "
        f"It takes 1 to 3 USD, without asking again. To end it, say `delete {schedule_id(said('2'))}`."
    )


async def test_a_firing_is_an_ordinary_message_in_the_schedules_thread(service: Service, clock: Clock) -> None:
    file = DocumentContent(mime_type="text/csv", source=FileRef(url="https://files.example/a", name="a.csv"))
    asked = said("1").model_copy(
        update={
            "content": (file, TextContent(text="research in 2 hours What is new?")),
            "place": "C9",
            "handle": {"reply_in": "C1", "token": "secret", "expires": "1.0"},
            "continues": MessageId("0"),
        }
    )
    await service.adds("in 2 hours", asked)
    clock.at += 2 * HOUR

    await service.schedules.fire_due()

    [firing] = await service.started()
    assert firing.content == (file, TextContent(text="research What is new?"))
    assert parse_command(firing) == Said("research", "What is new?")
    assert (firing.thread, firing.author, firing.place) == (asked.thread, asked.author, "C9")
    assert firing.handle == {"reply_in": "C1", "expires": "1.0"}
    assert firing.message.startswith("1-S-")


async def test_a_token_is_not_kept(service: Service, redis: Redis) -> None:
    await service.adds("every Monday 9:00", said("1").model_copy(update={"handle": {"token": "secret"}}))

    for name in await redis.keys("parley:*schedule*"):
        if await redis.type(name) == "string":
            assert "secret" not in str(await redis.get(name))


async def test_a_rhythm_fires_each_time_and_a_single_time_once(service: Service, clock: Clock) -> None:
    await service.adds("every weekday at 9:00")
    await service.adds("on Sunday at 10:00", said("2"))

    for _ in range(10 * 24):
        await service.schedules.fire_due()
        clock.at += HOUR

    weekdays = ["Mon 23", "Tue 24", "Wed 25", "Thu 26", "Fri 27"]
    expected = ["Sun 22 Nov 10:00", *(f"{day} Nov 09:00" for day in weekdays), "Mon 30 Nov 09:00"]
    assert sorted(await service.fired()) == sorted(expected)


async def test_adding_it_again_changes_nothing_and_an_edit_replaces_it(service: Service, clock: Clock) -> None:
    first = await service.adds("in 2 hours")
    clock.at += 60

    assert await service.adds("in 2 hours") == first

    edited = said("1").model_copy(update={"revision": "2"})
    assert "Mon 23 Nov 9:00" in await service.adds("every Monday 9:00", edited)
    assert (await service.schedules.listed(said("9"))).count("S-") == 1
    clock.at += 2 * HOUR
    await service.schedules.fire_due()
    assert await service.started() == []


async def test_what_is_scheduled_is_listed_where_it_was_asked(service: Service) -> None:
    elsewhere = THREAD.model_copy(update={"channel": "C2"})
    assert await service.schedules.listed(said("9")) == NOTHING_SCHEDULED
    await service.adds("every Monday 9:00")
    await service.adds("tomorrow 9:00", said("2"))

    assert await service.schedules.listed(said("9")) == (
        f"- `{schedule_id(said('2'))}` once, on Sat 21 Nov 9:00 (Europe/Berlin): What is new?\n"
        f"- `{schedule_id(said('1'))}` every Monday at 9:00 (Europe/Berlin), next on Mon 23 Nov 9:00: What is new?"
    )
    assert await service.schedules.listed(said("9", thread=elsewhere)) == NOTHING_SCHEDULED


async def test_a_paused_one_does_not_fire_until_it_is_resumed(service: Service, clock: Clock) -> None:
    await service.adds("every day 9:00")
    assert "Paused" in await service.pauses(said("1"))
    assert ", paused: " in await service.schedules.listed(said("9"))
    for _ in range(5):
        clock.at += DAY
        await service.schedules.fire_due()

    resumed = "every day at 9:00 (Europe/Berlin), next on Thu 26 Nov 9:00."
    assert await service.resumes(said("1")) == f"Resumed: {resumed}"
    assert await service.resumes(said("1")) == f"It is not paused: {resumed}"
    clock.at += DAY
    await service.schedules.fire_due()

    assert await service.fired() == ["Thu 26 Nov 09:00"]


async def test_a_single_time_that_passed_while_paused_is_over(service: Service, clock: Clock) -> None:
    await service.adds("in 2 hours")
    await service.pauses(said("1"))
    clock.at += 3 * HOUR

    assert await service.resumes(said("1")) == TOO_LATE_TO_RESUME


async def test_a_deleted_one_is_gone(service: Service, clock: Clock, redis: Redis) -> None:
    await service.adds("every day 9:00")

    assert await service.deletes(said("1")) == "Deleted: I shall not research *What is new?* any more."

    clock.at += DAY
    await service.schedules.fire_due()
    assert await service.started() == []
    assert await service.schedules.listed(said("9")) == NOTHING_SCHEDULED
    assert await service.deletes(said("1")) == await service.resumes(said("1")) == UNKNOWN
    assert await redis.keys("parley:*schedule*") == []


async def test_it_is_paused_and_deleted_from_anywhere_in_its_channel_and_only_there(service: Service) -> None:
    outside = said("9", thread=THREAD.model_copy(update={"root": MessageId("9")}))
    elsewhere = said("9", thread=THREAD.model_copy(update={"channel": "C2"}))
    await service.adds("every day 9:00")

    assert await service.pauses(said("1"), elsewhere) == await service.deletes(said("1"), elsewhere) == UNKNOWN
    assert "Paused" in await service.pauses(said("1"), outside)
    assert "Deleted" in await service.deletes(said("1"), outside)


async def test_a_person_and_a_channel_have_a_limit(service: Service, clock: Clock) -> None:
    for number in range(MOST_IN_A_CHANNEL):
        person = f"U{number // MOST_OF_A_PERSON}"
        assert "S-" in await service.adds("in 1 hour", said(f"{number}", by=person))
    elsewhere = THREAD.model_copy(update={"channel": "C2"})

    assert await service.adds("in 1 hour", said("50", by="U50")) == CHANNEL_IS_FULL.format(MOST_IN_A_CHANNEL)
    assert await service.adds("in 1 hour", said("51", by="U1", thread=elsewhere)) == PERSON_IS_FULL.format(
        MOST_OF_A_PERSON
    )

    clock.at += HOUR
    await service.schedules.fire_due()
    assert "S-" in await service.adds("in 1 hour", said("52", by="U1"))


async def test_what_was_missed_for_hours_starts_late_once_and_says_so(service: Service, clock: Clock) -> None:
    await service.adds("every day 9:00")
    clock.at = START + DAY + HOUR  # 14:00

    await service.schedules.fire_due()
    await service.schedules.fire_due()

    [firing] = await service.started()
    assert await service.fired() == ["Sat 21 Nov 09:00"]
    clock.at += 5 * HOUR
    name = schedule_id(said("1"))
    assert await service.schedules.note(firing) == (
        f"_Scheduled (`{name}`). To end it, say `delete {name}`. This was due on Sat 21 Nov 9:00; I was away._"
    )


async def test_what_starts_in_time_says_only_that_it_was_scheduled_also_when_it_has_to_wait(
    service: Service, clock: Clock
) -> None:
    await service.adds("in 2 hours")
    clock.at += 2 * HOUR + 4
    await service.schedules.fire_due()
    [firing] = await service.started()

    clock.at += HOUR

    assert await service.schedules.note(firing) == f"_Scheduled (`{schedule_id(said('1'))}`)._"
    assert await service.schedules.note(said("1")) is None


async def test_of_many_that_were_missed_at_most_the_last_starts(service: Service, clock: Clock) -> None:
    await service.adds("every 2 hours")  # at 15:00
    await service.adds("every Monday at 9:00", said("2"))
    await service.adds("in 2 hours", said("3"))
    clock.at = START + 10 * DAY + 0.5 * HOUR  # Mon 30 Nov 13:30

    await service.schedules.fire_due()

    assert sorted(await service.fired()) == ["Mon 30 Nov 09:00", "Mon 30 Nov 13:00"]
    listed = await service.schedules.listed(said("9"))
    assert f"- `{schedule_id(said('3'))}` once, missed on Fri 20 Nov 15:00 (Europe/Berlin): What is new?" in listed
    await service.schedules.fire_due()
    assert len(await service.fired()) == 2


async def test_of_two_workers_that_look_together_one_firing_comes(
    service: Service, other: Service, clock: Clock
) -> None:
    for number in range(20):
        await service.adds("every day 9:00", said(f"{number}", by=f"U{number}"))
    clock.at = START + DAY - 4 * HOUR

    await asyncio.gather(*(one.schedules.fire_due() for one in (service, other, service, other)))

    assert len(await service.started()) == 20


async def test_one_that_cannot_be_read_does_not_keep_the_others(service: Service, clock: Clock, redis: Redis) -> None:
    await service.adds("in 1 hour")
    [unreadable] = [str(name) for name in await redis.keys("*schedule:S-*")]
    await service.adds("in 2 hours", said("2"))
    await redis.set(unreadable, '{"version":99}', ex=60)
    clock.at += 3 * HOUR

    await service.schedules.fire_due()

    assert await service.fired() == ["Fri 20 Nov 15:00"]


async def test_one_that_cannot_be_read_is_looked_at_again_in_a_while(
    service: Service, clock: Clock, redis: Redis
) -> None:
    await service.adds("in 1 hour")
    [key_of_it] = [str(name) for name in await redis.keys("*schedule:S-*")]
    known = str(await redis.get(key_of_it))
    await redis.set(key_of_it, '{"version":99}', ex=60)
    clock.at += 3 * HOUR

    with capture_logs() as logs:
        for _ in range(3):
            await service.schedules.fire_due()
    assert [(one["event"], one["schedule"].split()[1]) for one in logs] == [
        ("schedule_unreadable", schedule_id(said("1"))),
    ]

    await redis.set(key_of_it, known, ex=60)  # by the release that can read it
    clock.at += LATER_SECONDS
    await service.schedules.fire_due()
    assert await service.fired() == ["Fri 20 Nov 14:00"]


async def test_one_that_cannot_be_read_is_listed_and_can_be_deleted(service: Service, redis: Redis) -> None:
    await service.adds("in 1 hour")
    [key_of_it] = [str(name) for name in await redis.keys("*schedule:S-*")]
    await redis.set(key_of_it, '{"version":99}', ex=60)
    name = schedule_id(said("1"))

    assert await service.schedules.listed(said("9")) == (
        f"- `{name}` I cannot read just now. To end it, say `delete {name}`."
    )
    assert await service.pauses(said("1")) == UNKNOWN
    assert await service.deletes(said("1")) == DELETED

    assert await service.deletes(said("1")) == UNKNOWN
    assert await service.schedules.listed(said("9")) == NOTHING_SCHEDULED
    assert not await redis.exists(key_of_it, SCHEDULES)


async def test_an_edit_of_what_asked_for_one_that_cannot_be_read_replaces_it(service: Service, redis: Redis) -> None:
    await service.adds("in 1 hour")
    [key_of_it] = [str(name) for name in await redis.keys("*schedule:S-*")]
    await redis.set(key_of_it, '{"version":99}', ex=60)

    assert "Mon 23 Nov 9:00" in await service.adds("every Monday 9:00", said("1").model_copy(update={"revision": "2"}))


async def test_one_whose_time_zone_is_none_any_more_is_paused_and_its_thread_is_told(
    service: Service, clock: Clock, redis: Redis
) -> None:
    await service.adds("every day 9:00")
    [key_of_it] = [str(name) for name in await redis.keys("*schedule:S-*")]
    lost = str(await redis.get(key_of_it)).replace("Europe/Berlin", "Europe/Atlantis")
    await redis.set(key_of_it, lost, ex=60)
    name = schedule_id(said("1"))
    assert await service.schedules.listed(said("9")) == (
        f"- `{name}` every day at 9:00 (Europe/Atlantis), next on Sat 21 Nov 8:00 UTC: What is new?"
    )
    clock.at += DAY

    with capture_logs() as logs:
        for _ in range(3):
            await service.schedules.fire_due()

    [firing] = await service.started()
    why = f"I cannot keep `{name}` any more, since I know no time zone Europe/Atlantis."
    assert (await service.schedules.refusal(firing) or "").startswith(why)
    assert [(one["event"], one["zone"]) for one in logs] == [("schedule_zone_unknown", "Europe/Atlantis")]
    assert await service.schedules.listed(said("9")) == (
        f"- `{name}` every day at 9:00 (Europe/Atlantis), paused, since I know no such time zone: What is new?"
    )
    assert (await service.resumes(said("1"))).startswith(why)
    assert (await service.deletes(said("1"))).startswith("Deleted")
    assert await service.schedules.listed(said("9")) == NOTHING_SCHEDULED


async def test_a_single_time_needs_no_time_zone_any_more(service: Service, clock: Clock, redis: Redis) -> None:
    await service.adds("in 1 hour")
    [key_of_it] = [str(name) for name in await redis.keys("*schedule:S-*")]
    await redis.set(key_of_it, str(await redis.get(key_of_it)).replace("Europe/Berlin", "Europe/Atlantis"), ex=60)
    clock.at += 3 * HOUR

    await service.schedules.fire_due()

    [firing] = await service.started()
    assert await service.schedules.refusal(firing) is None
    assert "due on Fri 20 Nov 13:00 UTC; I was away" in (await service.schedules.note(firing) or "")


async def test_a_thread_in_which_too_much_waits_does_not_keep_the_others(service: Service, clock: Clock) -> None:
    full = THREAD.model_copy(update={"channel": "C2"})
    for number in range(200):
        await service.inbox.accept(said(f"{1000 + number}", thread=full))
    await service.adds("in 1 hour", said("1", thread=full))
    await service.adds("in 2 hours", said("2"))
    clock.at += 3 * HOUR

    await service.schedules.fire_due()

    assert await service.fired() == ["Fri 20 Nov 15:00"]
    await service.redis.delete(key(full, "inbox"))
    await service.schedules.fire_due()
    assert len(await service.started(full)) == 1


async def test_what_was_missed_for_good_is_listed_for_some_days_and_then_found_nowhere(
    service: Service, clock: Clock, redis: Redis
) -> None:
    await service.adds("in 2 hours")
    clock.at += 10 * DAY
    await service.schedules.fire_due()

    clock.at += MISSED_SECONDS - HOUR
    await service.schedules.fire_due()
    assert "missed on" in await service.schedules.listed(said("9"))

    clock.at += HOUR
    await service.schedules.fire_due()
    assert await service.schedules.listed(said("9")) == NOTHING_SCHEDULED
    assert await redis.keys("parley:schedules*") == []


async def test_a_worker_that_dies_when_it_has_noticed_that_one_was_missed_does_not_hide_that(
    service: Service, clock: Clock, redis: Redis
) -> None:
    await service.adds("in 2 hours")
    clock.at += 10 * DAY
    [(name, due_at)] = await service.store.due(clock.at)
    known = await service.store.get(name)
    assert known is not None
    assert await service.store.advance(known.model_copy(update={"missed_at": due_at, "next_at": None}), due_at)

    await service.schedules.fire_due()

    assert "missed on" in await service.schedules.listed(said("9"))
    assert await service.store.due(clock.at) == []


async def test_an_index_entry_without_a_record_is_forgotten(service: Service, clock: Clock, redis: Redis) -> None:
    await redis.zadd(SCHEDULES, {f"{THREAD} S-00000": START})
    await redis.expire(SCHEDULES, 60)

    await service.schedules.fire_due()

    assert not await redis.exists(SCHEDULES)


async def test_who_runs_looks_when_the_next_is_due(service: Service, clock: Clock) -> None:
    await service.adds("in 1 minute")
    clock.at += 60 - 2 * LOOK_SECONDS - 1.5

    async with asyncio.timeout(5), under(service.schedules.run()):
        waits = [await clock.slept.get() for _ in range(4)]

    assert waits == [LOOK_SECONDS, LOOK_SECONDS, 1.5, LOOK_SECONDS]
    assert len(await service.started()) == 1


async def test_who_runs_goes_on_when_redis_was_away(redis_url: str, service: Service, clock: Clock) -> None:
    await service.adds("in 10 minutes")
    nowhere = connect("redis://127.0.0.1:1")
    away = Schedules(ScheduleStore(nowhere), service.inbox.accept, clock)

    async with asyncio.timeout(5), under(away.run()):
        waits = [await clock.slept.get() for _ in range(3)]

    assert waits == [LOOK_SECONDS] * 3
    await nowhere.aclose()
