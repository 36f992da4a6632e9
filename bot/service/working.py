"""The worker: what answers, wired by hand."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from redis.asyncio import Redis

from adapters.discord.channel import discord_channel
from adapters.discord.events import PLATFORM as DISCORD
from adapters.slack.channel import slack_channel
from adapters.slack.events import PLATFORM as SLACK
from bot.clock import Clock
from bot.conversation.adapter import Channel
from bot.conversation.answering import Answering
from bot.conversation.commands import render_help
from bot.conversation.exchange import Exchange, Handler
from bot.conversation.forks import Forks
from bot.conversation.manager import ConversationManager
from bot.conversation.personas import Persona
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.research.decisions import Decisions
from bot.research.handlers import ResearchHandlers
from bot.research.manager import ResearchManager
from bot.research.rules import Rules
from bot.research.scheduling.schedules import Schedules
from bot.research.scheduling.zones import TimeZones
from bot.research.stopping import Stopping
from bot.service.reach import Reach
from bot.service.settings import Settings
from bot.state.common_clock import common_clock
from bot.state.engine import Duties, Engine
from bot.state.inbox import Inbox
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.schedules import ScheduleStore
from bot.state.slots import Most, Slots
from bot.state.store import connect
from bot.state.sweeper import Sweeper
from bot.state.timing import Timing
from bot.state.zones import Zones

STATUS_SECONDS = 10.0


@asynccontextmanager
async def working(
    settings: Settings,
    redis_url: str,
    timing: Timing | None = None,
    *,
    status_seconds: float = STATUS_SECONDS,
    clock: Clock | None = None,
) -> AsyncGenerator[None]:
    """Answer what waits while the block lasts. Status messages of long tasks are edited every `status_seconds`."""
    timing = timing or Timing()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(redis_url))
        clock = clock or await stack.enter_async_context(common_clock(redis))
        engine = await stack.enter_async_context(Engine.connect(redis_url, timing))
        watching = await stack.enter_async_context(connect(redis_url))
        reach = Reach(clock)
        runs = Runs(redis, engine.wake_again, clock, timing, watching=watching, name=engine.name)
        interactions = await stack.enter_async_context(_interactions(settings, reach))
        channels = await _channels(settings, clock, stack)
        rules = _rules(settings, status_seconds)
        schedules = _schedules(settings, rules, redis, engine, clock)
        tools = Tools(settings, rules, redis, engine, runs, interactions, channels, clock)
        duties = _duties(tools, schedules)
        sweeper = Sweeper(redis, engine.wake, clock, timing)
        async with asyncio.TaskGroup() as group:
            beside = (runs.watch(), sweeper.run(), schedules.run(), reach.tell(redis))
            tasks = [group.create_task(one) for one in (*beside, engine.run(duties))]
            yield
            tasks[-1].cancel()  # first, since what it cuts short still needs the others
            await asyncio.wait(tasks[-1:])
            for task in tasks:
                task.cancel()


def _rules(settings: Settings, status_seconds: float) -> Rules:
    return Rules(
        settings.agent, settings.consent, settings.approvers, settings.webhook_url,
        status_seconds=status_seconds, environment=settings.sandbox,
    )  # fmt: skip


def _inbox(settings: Settings, redis: Redis, engine: Engine, clock: Clock) -> Inbox:
    return Inbox(redis, engine.wake, clock, retention_days=settings.retention_days)


def _schedules(settings: Settings, rules: Rules, redis: Redis, engine: Engine, clock: Clock) -> Schedules:
    price = rules.price if rules.is_research else ""
    return Schedules(ScheduleStore(redis), _inbox(settings, redis, engine, clock).accept, clock, price=price)


class Tools(NamedTuple):
    """What the parts of a worker are made with."""

    settings: Settings
    rules: Rules
    redis: Redis
    engine: Engine
    runs: Runs
    interactions: InteractionsClient
    channels: Mapping[str, Channel]
    clock: Clock


def _duties(tools: Tools, schedules: Schedules) -> Duties:
    settings, clock = tools.settings, tools.clock
    records = Records.over(tools.redis, retention_days=settings.retention_days)
    research = _research(tools, records)
    decisions = Decisions(records=records, engine=tools.engine, rules=tools.rules)
    answering = Answering(
        records=records, interactions=tools.interactions, persona=Persona(model=settings.model),
        stores=settings.store, clock=clock,
    )  # fmt: skip
    accept = _inbox(settings, tools.redis, tools.engine, clock).accept
    zones = TimeZones(Zones(tools.redis), clock, default=settings.time_zone)
    long_work = ResearchHandlers(records, research, decisions, schedules, zones, clock)
    handlers: dict[str, Handler] = {
        **long_work.by_word(),
        "stop": Stopping(records, research, accept).stop,
        "fork": Forks(records, retention_days=settings.retention_days).fork,
        "help": _help,
    }
    manager = ConversationManager(
        records=records, runs=tools.runs, answering=answering, channels=tools.channels,
        handlers=handlers, is_for_task=decisions.is_for_task, withdraws=long_work.withdraw, clock=clock,
    )  # fmt: skip
    return Duties(manager.drain, research.step)


def _research(tools: Tools, records: Records) -> ResearchManager:
    most = Most(tools.settings.tasks_of_person, tools.settings.tasks_of_team)
    return ResearchManager(
        records=records, slots=Slots(tools.redis, most), runs=tools.runs, engine=tools.engine,
        interactions=tools.interactions, channels=tools.channels, rules=tools.rules, clock=tools.clock,
    )  # fmt: skip


async def _help(_exchange: Exchange) -> str:
    return render_help()


@asynccontextmanager
async def _interactions(settings: Settings, reach: Reach) -> AsyncGenerator[InteractionsClient]:
    key = settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else ""
    async with open_http(settings.gemini_base_url, key) as http:
        yield InteractionsClient(http, version=settings.api_path, edition=settings.edition, tells=reach.heard)


async def _channels(settings: Settings, clock: Clock, stack: AsyncExitStack) -> dict[str, Channel]:
    """Where replies can go, by platform."""
    channels: dict[str, Channel] = {}
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.get_secret_value()
        channels[SLACK] = await stack.enter_async_context(slack_channel(token, settings.slack_api_url, clock))
    if settings.discord_token is not None:
        token = settings.discord_token.get_secret_value()
        opening = discord_channel(token, api_url=settings.discord_api_url, clock=clock)
        channels[DISCORD] = await stack.enter_async_context(opening)
    return channels
