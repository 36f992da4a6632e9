"""The processes: settings in, objects wired by hand, one function for each type of process."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from adapters.discord.events import PLATFORM as DISCORD
from adapters.discord.gateway import DiscordGateway, GatewayRefused
from adapters.slack.intake import slack_events
from bot.clock import SystemClock
from bot.conversation.adapter import Accept
from bot.service.health import GATEWAY_SEAT, ready_routes, watched
from bot.service.settings import Invalid, Settings
from bot.service.web import serving, web_app
from bot.service.webhooks import webhook_routes
from bot.service.working import working
from bot.state.cursors import Cursors
from bot.state.embedded import embedded
from bot.state.engine import Engine
from bot.state.inbox import Inbox
from bot.state.seat import Seat, SeatLost
from bot.state.store import connect
from bot.state.tasks import Tasks
from bot.state.timing import Timing

log = structlog.stdlib.get_logger()


async def run_web(settings: Settings) -> None:
    """`parley web`: receives, stores, acknowledges."""
    async with stores(settings) as redis_url, listening(settings, redis_url):
        await stopped()


async def run_worker(settings: Settings, timing: Timing | None = None) -> None:
    """`parley worker`: answers."""
    async with stores(settings) as redis_url, working(settings, redis_url, timing):
        await stopped()


async def run_discord(settings: Settings, timing: Timing | None = None) -> None:
    """`parley discord`: the gateway; receives, stores, acknowledges."""
    async with stores(settings) as redis_url, connected(settings, redis_url, timing):
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
    async with AsyncExitStack() as stack:
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
        else:
            url = await stack.enter_async_context(embedded(settings.data))
        await stack.enter_async_context(watched(url))
        yield url


@asynccontextmanager
async def listening(settings: Settings, redis_url: str) -> AsyncGenerator[str]:
    """Take messages in over HTTP while the block lasts; gives the address."""
    async with (
        connect(redis_url) as redis,
        Engine.connect(redis_url, Timing()) as engine,
        webhook_routes(settings, Tasks(redis), engine) as webhooks,
    ):
        inbox = Inbox(redis, engine.wake, SystemClock(), retention_days=settings.retention_days)
        secret = settings.slack_signing_secret
        endpoint = slack_events(inbox.accept, signing_secret=secret.get_secret_value()) if secret else None
        routes = [*ready_routes(redis, settings), *webhooks]
        async with serving(web_app(routes, endpoint), *settings.listen) as address:
            log.info("listening", address=address)
            yield address


@asynccontextmanager
async def connected(settings: Settings, redis_url: str, timing: Timing | None = None) -> AsyncGenerator[None]:
    """Take messages in from Discord's gateway while the block lasts. A refusal for good ends the block."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    async with (
        accepting(redis_url, settings) as inbox,
        connect(redis_url) as redis,
        asyncio.TaskGroup() as group,
    ):
        gateway = DiscordGateway(
            token,
            api_url=settings.discord_api_url,
            clock=SystemClock(),
            cursors=Cursors(redis, platform=DISCORD),
        )
        held_seconds = (timing or Timing()).seat
        seat = Seat(redis, GATEWAY_SEAT, SystemClock(), held_seconds=held_seconds, poll_seconds=held_seconds / 10)
        running = group.create_task(_receive_seated(gateway, inbox.accept, seat))
        yield
        running.cancel()


async def _receive_seated(gateway: DiscordGateway, accept: Accept, seat: Seat) -> None:
    """Receive while this process is the one that does; else wait until it is."""
    while True:
        try:
            async with seat.taken():
                await _receive(gateway, accept)
        except* SeatLost:
            log.warning("seat_lost", seat=GATEWAY_SEAT)


async def _receive(gateway: DiscordGateway, accept: Accept) -> None:
    try:
        await gateway.run(accept)
    except GatewayRefused as refused:
        raise Invalid([str(refused)]) from refused


@asynccontextmanager
async def accepting(redis_url: str, settings: Settings) -> AsyncGenerator[Inbox]:
    async with connect(redis_url) as redis, Engine.connect(redis_url, Timing()) as engine:
        yield Inbox(redis, engine.wake, SystemClock(), retention_days=settings.retention_days)
