"""Schedules: what is to be researched later, once or again and again, and who asked for that where.

The record of a schedule is the truth. The index by time only says when to look at it, and may say so too early: it is
written before a record that begins and after one that has moved on, so that whatever dies in between, no schedule is
forgotten.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis

from bot.content import Record
from bot.models import Inbound, MessageId, Thread
from bot.state.reading import parse, tell_unreadable
from bot.state.store import DAY_SECONDS, Command, Script, key
from bot.state.turns import reference

SCHEDULES = "parley:schedules"  # by the time at which each is to be looked at
SCHEDULE_SECONDS = 400 * DAY_SECONDS  # more than a year, and renewed whenever it fires
ENDED_SECONDS = 7 * DAY_SECONDS
MISSED_SECONDS = 5 * DAY_SECONDS  # that it is listed; its record, which knows where, has to outlast that
KEYS = 1000  # that are looked through at once


class Schedule(Record):
    """When to research what. Times of day are those of the zone."""

    question: str
    words: str  # when, as people read it: "every Monday at 9:00", "once"
    zone: str = "UTC"  # its IANA name
    cron: str = ""  # five fields, with a fixed minute and hour; empty for the other kinds
    at: float | None = None  # once, in seconds since 1970; or the first time of
    every_hours: int = 0
    every_weeks: int = 1  # with `cron`: 2 for every other week, counted from that of `at`

    @property
    def is_once(self) -> bool:
        return not self.cron and not self.every_hours


class Scheduled(BaseModel):
    """A schedule that somebody asked for. Its id is short, for people, and the same in every run of the asking turn."""

    model_config = ConfigDict(hide_input_in_errors=True)  # errors are logged, texts are not

    version: int = 1
    id: str  # such as S-7F3K2
    asked: Inbound  # without its text and its token
    schedule: Schedule
    created_at: float  # seconds since 1970, as all times here
    paused: bool = False
    due_at: float | None = None  # the time it fired for last
    fired_at: float | None = None  # and when it really did
    missed_at: float | None = None  # the last time it was due and did not fire
    next_at: float | None  # None when there is no further time

    @property
    def name(self) -> str:
        return f"{self.asked.thread} {self.id}"


class Page(NamedTuple):
    schedules: list[Scheduled]
    unreadable: list[str]  # names of those that another release wrote


def schedule_id(message: Inbound) -> str:
    """Of the schedule that a message asks for: S, and the rest as in the reference of its turn."""
    return f"S{reference(message)[1:]}"


class ScheduleStore:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._advance, self._forget = Script("advance"), Script("forget")

    async def get(self, name: str) -> Scheduled | None:
        """By its thread and id."""
        return parse(Scheduled, await self._redis.get(schedule_key(name)), "schedule", name)

    async def read(self, names: Sequence[str]) -> Page:
        """Those with these names, as far as there are any."""
        page = Page([], [])
        stored = await self._redis.mget(map(schedule_key, names)) if names else []
        for name, record in zip(names, stored, strict=True):
            try:
                page.schedules.extend([] if record is None else [Scheduled.model_validate_json(record)])
            except ValidationError:
                page.unreadable.append(name)
        return page

    def saved(self, scheduled: Scheduled) -> Command:
        return Command("SET", schedule_key(scheduled.name), (scheduled.model_dump_json(), "EX", _seconds(scheduled)))

    def indexed(self, scheduled: Scheduled) -> Sequence[Command]:
        """Lets it be found by time, place and person; goes before the record."""
        places = _places(scheduled.asked)
        return [
            Command("ZADD", SCHEDULES, (repr(scheduled.next_at), scheduled.name)),
            *(Command("SADD", place, (scheduled.name,)) for place in places),
            *(Command("EXPIRE", index, (SCHEDULE_SECONDS,)) for index in (SCHEDULES, *places)),
        ]

    def deleted(self, scheduled: Scheduled) -> Command:
        return Command("DEL", schedule_key(scheduled.name))

    async def lose(self, scheduled: Scheduled) -> None:
        """Take one that was deleted, or has ended, out of where it can be found."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zrem(SCHEDULES, scheduled.name)
            for place in _places(scheduled.asked):
                pipeline.srem(place, scheduled.name)
            await pipeline.execute()

    async def drop(self, name: str, message: Inbound) -> None:
        """Delete one that cannot be read, and take it out of where the message found it, and of the index by time."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.delete(schedule_key(name))
            pipeline.zrem(SCHEDULES, name)
            for place in _place_keys(message):
                pipeline.srem(place, name)
            await pipeline.execute()

    async def due(self, until: float) -> list[tuple[str, float]]:
        """The names of those to look at until then, each with its time; the earliest first."""
        found = await self._redis.zrangebyscore(SCHEDULES, "-inf", until, withscores=True)
        return [(str(name), float(at)) for name, at in found]

    async def advance(self, scheduled: Scheduled, due_at: float) -> bool:
        """Save how it is after it was due, and when to look at it next.

        False, and nothing happens, when it was paused or deleted since it was read, or somebody else was faster.
        """
        record = [repr(due_at), scheduled.model_dump_json(), _seconds(scheduled)]
        if not await self._advance.run(self._redis, [schedule_key(scheduled.name)], record):
            return False
        if scheduled.next_at is not None:
            await self.look_at(scheduled)
        return True

    async def look_at(self, scheduled: Scheduled) -> None:
        """Have it looked at when its next time has come."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for command in self.indexed(scheduled):
                pipeline.execute_command(command.name, command.key, *command.arguments)
            await pipeline.execute()

    async def look_again(self, name: str, at: float) -> None:
        """Have one that fires no more, or that cannot be fired now, looked at then."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zadd(SCHEDULES, {name: at})
            pipeline.expire(SCHEDULES, SCHEDULE_SECONDS)
            await pipeline.execute()

    async def forget(self, name: str, at: float) -> None:
        """Look at it no more, unless somebody has set another time meanwhile."""
        await self._forget.run(self._redis, [SCHEDULES], [name, repr(at)])

    async def here(self, message: Inbound) -> list[Scheduled]:
        """Those of the thread or channel that a message was said in; the next first, then those without a next."""
        return (await self.all_here(message)).schedules

    async def all_here(self, message: Inbound) -> Page:
        """The same, with those that cannot be read."""
        return await self._in(*_place_keys(message))

    async def of_author(self, message: Inbound) -> list[Scheduled]:
        """Those that the author of a message asked for, in all channels of the installation."""
        return (await self._in(_person_key(message))).schedules

    async def all(self, schedule: str = "") -> AsyncGenerator[Page]:
        """The schedules of all installations, or those of them with this id: page by page, in no order, each once.

        They are found by who asked, since the index by time forgets those that are paused. That goes through all
        keys of the store, some thousand at a time.
        """
        cursor, seen, ending = 0, set[str](), f" {schedule}" if schedule else ""
        while True:
            cursor, people = await self._redis.scan(cursor, match=f"{SCHEDULES}:by:*", count=KEYS)
            names = await self._of_people([str(person) for person in people]) - seen
            seen |= names
            yield await self.read(sorted(name for name in names if name.endswith(ending)))
            if not cursor:
                return

    async def _of_people(self, indexes: Sequence[str]) -> set[str]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for index in indexes:
                pipeline.smembers(index)
            return {str(name) for names in await pipeline.execute() for name in names}

    async def _in(self, *indexes: str) -> Page:
        page = await self.read(sorted({str(name) for index in indexes for name in await self._redis.smembers(index)}))
        tell_unreadable("schedule", page.unreadable)
        return Page(sorted(page.schedules, key=_by_next), page.unreadable)


def _by_next(scheduled: Scheduled) -> tuple[bool, float, str]:
    return scheduled.next_at is None, scheduled.next_at or 0.0, scheduled.id


def schedule_key(name: str) -> str:
    thread, _, schedule = name.partition(" ")
    return key(Thread.parse(thread), f"schedule:{schedule}")


def _seconds(scheduled: Scheduled) -> int:
    return ENDED_SECONDS if scheduled.next_at is None else SCHEDULE_SECONDS


def _places(asked: Inbound) -> list[str]:
    """Where it is listed: in its thread's channel, in that which it was asked in, and under who asked."""
    return [*_place_keys(asked), _person_key(asked)]


def _place_keys(message: Inbound) -> list[str]:
    """Of its thread's channel, and of that which it was said in."""
    thread = message.thread
    channels = {thread.channel, message.place or thread.channel}
    return [f"{SCHEDULES}:in:{thread.platform}:{thread.team}:{channel}" for channel in sorted(channels)]


def _person_key(asked: Inbound) -> str:
    return f"{SCHEDULES}:by:{asked.thread.platform}:{asked.thread.team}:{asked.author}"


def firing_id(scheduled: Scheduled, due_at: float) -> MessageId:
    """Of the message that stands for one firing: the same from any process. It begins with the asking message's, since
    that is what its platform can make sense of."""
    return MessageId(f"{scheduled.asked.message}-{scheduled.id}-{due_at:.0f}")


def parse_firing(message: Inbound) -> tuple[str, float] | None:
    """The name of the schedule and the time that a message stands for; None when somebody wrote it."""
    asked, separator, firing = message.message.rpartition("-S-")
    schedule, _, due_at = firing.partition("-")
    if not (asked and separator and due_at.isdecimal()):
        return None
    return f"{message.thread} S-{schedule}", float(due_at)
