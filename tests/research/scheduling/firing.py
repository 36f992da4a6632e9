"""Workers that keep schedules, people who say things to them, and a clock that is moved by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from redis.asyncio import ConnectionPool, Redis

from bot.clock import SystemClock
from bot.content import TextContent
from bot.conversation.commands import Said
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.models import Inbound, MessageId, Thread, UserId
from bot.research.scheduling.schedules import Schedules
from bot.research.scheduling.when import parse_when
from bot.state.heads import Head
from bot.state.inbox import Inbox
from bot.state.outbox import Outbox
from bot.state.runs import Runs
from bot.state.schedules import ScheduleStore, parse_firing, schedule_id
from bot.state.store import key
from bot.state.timing import Timing
from bot.state.turns import Turn
from tests.conversation.platform import Platform
from tests.state.inbounds import THREAD, nobody_is_woken

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 20, 13, 0, tzinfo=BERLIN).timestamp()  # a Friday
HOUR, DAY = 3600.0, 24 * 3600.0


class Clock(SystemClock):
    """Moved by hand; who sleeps on it moves it, when told so."""

    def __init__(self) -> None:
        self.at = START
        self.slept: asyncio.Queue[float] = asyncio.Queue()

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.slept.put_nowait(seconds)
        if self.slept.qsize() > 20:
            await asyncio.Event().wait()


class Killed(BaseException):
    """The process is gone."""


class Mortal(Redis):
    """The connection of a process that dies at one of its commands, before Redis has it or after."""

    lives: int = 0  # commands until then
    hears: bool = False  # whether Redis has the last one

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await self._die_at(cast("Coroutine[Any, Any, Any]", super().execute_command(*args, **options)))

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Any:
        pipeline = super().pipeline(transaction, shard_hint)
        execute = pipeline.execute
        setattr(pipeline, "execute", lambda: self._die_at(execute()))  # noqa: B010 (a method of one pipeline)
        return pipeline

    async def _die_at(self, sending: Coroutine[Any, Any, Any]) -> Any:
        self.lives -= 1
        if self.lives < 0 and not self.hears:
            sending.close()
            raise Killed
        answer = await sending
        if self.lives < 0:
            raise Killed
        return answer


class Service:
    """A worker with its connection, and people who say things to it."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self.redis, self.clock = redis, clock
        self.store = ScheduleStore(redis)
        self.inbox = Inbox(redis, nobody_is_woken, SystemClock())
        self.schedules = Schedules(self.store, self.inbox.accept, clock, price="1 to 3 USD")
        self.runs = Runs(redis, nobody_is_woken, SystemClock(), Timing(), watching=redis, name="a worker")

    async def hears(self, message: Inbound, do: Callable[[Exchange], Awaitable[str]]) -> str:
        async with AsyncExitStack() as stack:
            run = await stack.enter_async_context(self.runs.take(message.thread, f"test:{message.id}"))
            assert run is not None
            posts = Posts(Platform(), message, Outbox(), run, {})
            exchange = Exchange(message, Said("", ""), Turn.of(message), Head(), run, posts, Platform())
            answer = await do(exchange)
            await run.end()
            return answer

    async def adds(self, when: str, message: Inbound | None = None) -> str:
        schedule = parse_when(f"{when} What is new?", now=self.clock.now(), zone="Europe/Berlin")
        assert schedule is not None
        return await self.hears(message or said("1"), lambda exchange: self.schedules.add(exchange, schedule))

    async def pauses(self, of: Inbound, message: Inbound | None = None) -> str:
        return await self.hears(message or said("9"), lambda ex: self.schedules.pause(ex, schedule_id(of)))

    async def resumes(self, of: Inbound) -> str:
        return await self.hears(said("9"), lambda ex: self.schedules.resume(ex, f"`{schedule_id(of).lower()}`"))

    async def deletes(self, of: Inbound, message: Inbound | None = None) -> str:
        return await self.hears(message or said("9"), lambda ex: self.schedules.delete(ex, schedule_id(of)))

    async def started(self, thread: Thread = THREAD) -> list[Inbound]:
        """What the workers have to do in the thread, in that order."""
        entries = await self.redis.lrange(key(thread, "inbox"), 0, -1)
        return [Inbound.model_validate_json(entry) for entry in entries]

    async def fired(self) -> list[str]:
        """The times that started something."""
        firings = [parse_firing(message) for message in await self.started()]
        return [f"{datetime.fromtimestamp(due_at, BERLIN):%a %d %b %H:%M}" for _, due_at in filter(None, firings)]


def said(message: str, *, by: str = "U1", thread: Thread = THREAD) -> Inbound:
    return Inbound(
        thread=thread,
        message=MessageId(message),
        author=UserId(by),
        content=(TextContent(text="research …"),),
        addressed=True,
    )


async def dying(redis_url: str, *, after: int, hears: bool) -> Mortal:
    redis = Mortal(connection_pool=ConnectionPool.from_url(redis_url, decode_responses=True))
    redis.auto_close_connection_pool = True
    redis.lives, redis.hears = after, hears
    return redis
