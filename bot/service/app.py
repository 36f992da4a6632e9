"""The processes: settings in, objects wired by hand, one function for each type of process."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from redis.asyncio import Redis

from adapters.slack.channel import slack_channel
from adapters.slack.events import PLATFORM as SLACK
from adapters.slack.intake import slack_events
from bot.clock import Clock, SystemClock
from bot.conversation.adapter import Channel
from bot.conversation.manager import ConversationManager
from bot.conversation.personas import Persona
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.service.settings import Settings
from bot.service.web import serving, web_app
from bot.state.embedded import embedded
from bot.state.engine import Engine
from bot.state.heads import Heads
from bot.state.inbox import Inbox
from bot.state.store import connect
from bot.state.turns import Turns

log = structlog.stdlib.get_logger()


async def run_web(settings: Settings) -> None:
    """`parley web`: receives, stores, acknowledges."""
    async with stores(settings) as redis_url, listening(settings, redis_url):
        await stopped()


async def run_worker(settings: Settings) -> None:
    """`parley worker`: answers."""
    async with stores(settings) as redis_url, working(settings, redis_url):
        await stopped()


async def run_all(settings: Settings) -> None:
    """`parley run`: everything in one process."""
    async with stores(settings) as redis_url, working(settings, redis_url), listening(settings, redis_url):
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
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(redis_url))
        engine = await stack.enter_async_context(Engine.connect(redis_url))
        inbox = Inbox(redis, engine.wake, engaged_days=settings.retention_days)
        secret = settings.slack_signing_secret
        endpoint = slack_events(inbox.accept, signing_secret=secret.get_secret_value()) if secret else None
        address = await stack.enter_async_context(serving(web_app(redis, endpoint), *settings.listen))
        log.info("listening", address=address)
        yield address


@asynccontextmanager
async def working(settings: Settings, redis_url: str) -> AsyncGenerator[None]:
    """Answer what waits while the block lasts."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(redis_url))
        engine = await stack.enter_async_context(Engine.connect(redis_url))
        manager = await _manager(settings, redis, engine, stack)
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(engine.run(manager.drain))
            yield
            worker.cancel()


async def _manager(settings: Settings, redis: Redis, engine: Engine, stack: AsyncExitStack) -> ConversationManager:
    clock = SystemClock()
    key = settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else ""
    http = await stack.enter_async_context(open_http(settings.gemini_base_url, key))
    return ConversationManager(
        inbox=Inbox(redis, engine.wake, engaged_days=settings.retention_days),
        turns=Turns(redis, retention_days=settings.retention_days),
        heads=Heads(redis, retention_days=settings.retention_days),
        interactions=InteractionsClient(http, version=settings.api_path),
        channels=await _channels(settings, clock, stack),
        persona=Persona(model=settings.model),
        clock=clock,
    )


async def _channels(settings: Settings, clock: Clock, stack: AsyncExitStack) -> dict[str, Channel]:
    """Where replies can go, by platform."""
    channels: dict[str, Channel] = {}
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.get_secret_value()
        channels[SLACK] = await stack.enter_async_context(slack_channel(token, settings.slack_api_url, clock))
    return channels
