"""The processes: settings in, objects wired by hand, one function for each type of process."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from adapters.discord.channel import discord_channel
from adapters.discord.events import PLATFORM as DISCORD
from adapters.discord.gateway import DiscordGateway, GatewayRefused
from adapters.slack.channel import slack_channel
from adapters.slack.events import PLATFORM as SLACK
from adapters.slack.intake import slack_events
from bot.clock import Clock, SystemClock
from bot.conversation.adapter import Accept, Channel
from bot.conversation.commands import say_help
from bot.conversation.manager import ConversationManager
from bot.conversation.personas import Persona
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.research.manager import ResearchManager
from bot.service.settings import Invalid, Settings
from bot.service.web import serving, web_app
from bot.state.embedded import embedded
from bot.state.engine import Engine, Work
from bot.state.inbox import Inbox
from bot.state.records import Records
from bot.state.store import connect

log = structlog.stdlib.get_logger()


async def run_web(settings: Settings) -> None:
    """`parley web`: receives, stores, acknowledges."""
    async with stores(settings) as redis_url, listening(settings, redis_url):
        await stopped()


async def run_worker(settings: Settings) -> None:
    """`parley worker`: answers."""
    async with stores(settings) as redis_url, working(settings, redis_url):
        await stopped()


async def run_discord(settings: Settings) -> None:
    """`parley discord`: the gateway; receives, stores, acknowledges."""
    async with stores(settings) as redis_url, connected(settings, redis_url):
        await stopped()


async def run_all(settings: Settings) -> None:
    """`parley run`: everything in one process."""
    async with AsyncExitStack() as stack:
        redis_url = await stack.enter_async_context(stores(settings))
        await stack.enter_async_context(working(settings, redis_url))
        await stack.enter_async_context(listening(settings, redis_url))
        if settings.discord_token is not None:
            await stack.enter_async_context(connected(settings, redis_url))
        await stopped()


async def stopped() -> None:
    """Wait for Ctrl-C or SIGTERM. Several of them, as some platforms send, are one."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    log.info("stopping")


@asynccontextmanager
async def stores(settings: Settings) -> AsyncGenerator[str]:
    """The URL of the store: the one that is set, or a Valkey of our own for as long as the block lasts."""
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    async with embedded(settings.data) as url:
        yield url


@asynccontextmanager
async def listening(settings: Settings, redis_url: str) -> AsyncGenerator[str]:
    """Take messages in over HTTP while the block lasts; gives the address."""
    async with accepting(settings, redis_url) as inbox, connect(redis_url) as redis:
        secret = settings.slack_signing_secret
        endpoint = slack_events(inbox.accept, signing_secret=secret.get_secret_value()) if secret else None
        async with serving(web_app(redis, endpoint), *settings.listen) as address:
            log.info("listening", address=address)
            yield address


@asynccontextmanager
async def connected(settings: Settings, redis_url: str) -> AsyncGenerator[None]:
    """Take messages in from Discord's gateway while the block lasts. A refusal for good ends the block."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    gateway = DiscordGateway(token, api_url=settings.discord_api_url, clock=SystemClock())
    async with accepting(settings, redis_url) as inbox, asyncio.TaskGroup() as group:
        running = group.create_task(_receive(gateway, inbox.accept))
        yield
        running.cancel()


async def _receive(gateway: DiscordGateway, accept: Accept) -> None:
    try:
        await gateway.run(accept)
    except GatewayRefused as refused:
        raise Invalid([str(refused)]) from refused


@asynccontextmanager
async def accepting(settings: Settings, redis_url: str) -> AsyncGenerator[Inbox]:
    async with connect(redis_url) as redis, Engine.connect(redis_url) as engine:
        yield Records.over(redis, engine.wake, retention_days=settings.retention_days).inbox


@asynccontextmanager
async def working(settings: Settings, redis_url: str) -> AsyncGenerator[None]:
    """Answer what waits while the block lasts."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(redis_url))
        engine = await stack.enter_async_context(Engine.connect(redis_url))
        records = Records.over(redis, engine.wake, retention_days=settings.retention_days)
        clock = SystemClock()
        key = settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else ""
        http = await stack.enter_async_context(open_http(settings.gemini_base_url, key))
        interactions = InteractionsClient(http, version=settings.api_path, edition=settings.edition)
        channels = await _channels(settings, clock, stack)
        research = ResearchManager(
            records=records,
            engine=engine,
            interactions=interactions,
            channels=channels,
            agent=settings.agent,
            clock=clock,
        )
        manager = ConversationManager(
            records=records,
            interactions=interactions,
            channels=channels,
            handlers={"research": research.start, "stop": research.stop, "help": say_help},
            persona=Persona(model=settings.model),
            clock=clock,
        )
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(engine.run(Work(manager.drain, research.step)))
            yield
            worker.cancel()


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
