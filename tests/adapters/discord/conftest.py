"""The adapter's two ends against a simulated Discord on a loopback socket."""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import pytest

with warnings.catch_warnings():
    # discord.py imports audioop at import time; Python 3.11 and 3.12 announce its removal.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    from adapters.discord.gateway import DiscordGateway

from redis.exceptions import ConnectionError as StoreGone

from adapters.discord.channel import DiscordChannel, discord_channel
from adapters.discord.cursors import RememberedCursors
from adapters.discord.events import DIRECT, PLATFORM
from bot.clock import Clock, SystemClock
from bot.content import TextContent
from bot.models import Action, File, Inbound, MessageId, Part, PartKey, Progress, Thread, UserId
from bot.simulators.discord import DiscordSimulator, Interaction, Message, Upload

SHARD = "0/1"
STOP = Action(label="Stop", says="stop")


@dataclass
class Store:
    """Stands where the inbox is: keeps each message once."""

    deliveries: list[Inbound] = field(default_factory=list[Inbound])
    away: bool = False
    refused: int = 0
    cannot_store: str | None = None  # a text that is too much for it
    acknowledge_after_seconds: float = 0.0
    seen_visible: list[int] = field(default_factory=list[int])  # what the bot had shown when each was stored
    visible: Callable[[], int] = lambda: 0

    async def accept(self, message: Inbound) -> None:
        if self.away:
            self.refused += 1
            raise StoreGone
        if message.content[-1:] == (TextContent(text=self.cannot_store or ""),):
            raise ValueError
        self.seen_visible.append(self.visible())
        self.deliveries.append(message)
        await asyncio.sleep(self.acknowledge_after_seconds)


@pytest.fixture
async def simulator() -> AsyncGenerator[DiscordSimulator]:
    async with DiscordSimulator().serve() as simulator:
        yield simulator


@pytest.fixture
def general(simulator: DiscordSimulator) -> str:
    return simulator.guild.channel("general").id


@pytest.fixture
def ada(simulator: DiscordSimulator) -> str:
    return simulator.guild.member("ada").id


@pytest.fixture
def store(simulator: DiscordSimulator) -> Store:
    return Store(visible=lambda: len(simulator.ledger.of("interaction_answered", "typing", "thread_created")))


@pytest.fixture
async def channel(simulator: DiscordSimulator) -> AsyncGenerator[DiscordChannel]:
    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=SystemClock()) as channel:
        yield channel
    assert simulator.ledger.of("violation") == []
    assert simulator.ledger.of("notification", author_id=simulator.bot.id, reason="user") == []


class HastyClock(SystemClock):
    """Waits for nothing."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.01))


class ShakyCursors(RememberedCursors):
    """Away so many times before it answers."""

    away = 0

    async def heard_until(self, message: str | int) -> None:
        """As if a process before had heard that one last."""
        await self.move({SHARD: MessageId(str(message))})

    async def get(self) -> dict[str, MessageId]:
        if self.away:
            self.away -= 1
            raise StoreGone
        return await super().get()


@pytest.fixture
def cursors() -> ShakyCursors:
    """What outlives each gateway of a test."""
    return ShakyCursors()


class Listening(Protocol):
    def __call__(self, clock: Clock | None = None) -> AbstractAsyncContextManager[None]: ...


@pytest.fixture
def listening(simulator: DiscordSimulator, store: Store, cursors: ShakyCursors) -> Listening:
    """Run the gateway while the block lasts, from when it is connected."""

    @asynccontextmanager
    async def run(clock: Clock | None = None) -> AsyncGenerator[None]:
        clock = clock or SystemClock()
        gateway = DiscordGateway(simulator.token, api_url=simulator.api_url, clock=clock, cursors=cursors)
        running = asyncio.create_task(gateway.run(store.accept))
        await simulator.wait_for(lambda: simulator.gateway.connected)
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return run


@pytest.fixture
async def heard(simulator: DiscordSimulator, store: Store, listening: Listening) -> AsyncGenerator[Store]:
    """What a running gateway has stored."""
    async with listening():
        yield store


@pytest.fixture
async def question(simulator: DiscordSimulator, general: str, ada: str) -> Message:
    return await simulator.say(general, "@Parley what is the capital of France?", user_id=ada)


@pytest.fixture
def mention(simulator: DiscordSimulator, general: str, question: Message) -> Inbound:
    """A mention in a text channel."""
    asked = "what is the capital of France?"
    return inbound(simulator.guild.id, question.id, question.id, question.id, asked, open_in=general)


def inbound(team: str, channel: str, root: str, message: str, text: str = "hello", **handle: str) -> Inbound:
    return Inbound(
        thread=Thread(platform=PLATFORM, team=team, channel=channel, root=MessageId(root)),
        message=MessageId(message),
        author=UserId("1"),
        content=(TextContent(text=text),) if text else (),
        addressed=True,
        handle=handle,
    )


def part_of(
    to: Inbound,
    text: str,
    name: str | int = 0,
    *,
    final: bool = True,
    actions: tuple[Action, ...] | None = None,
    file: File | None = None,
    progress: Progress | None = None,
) -> Part:
    key = PartKey(f"{to.message}/{name}")
    return Part(key=key, text=text, final=final, actions=actions, file=file, progress=progress)


def shown(simulator: DiscordSimulator, channel_id: str) -> list[str]:
    """The bot's messages there."""
    everything = simulator.messages(channel_id)
    return [one.content for one in everything if one.author_id == simulator.bot.id and one.content]


def direct_message(simulator: DiscordSimulator, ada: str) -> Inbound:
    place = simulator.direct(ada).id
    return inbound(DIRECT, place, place, "77", reply_in=place)


async def delivered(simulator: DiscordSimulator, store: Store, number: int = 1) -> Inbound:
    """The message of that number, once it is stored."""
    async with asyncio.timeout(5):
        while len(store.deliveries) < number:
            await asyncio.sleep(0.01)
    return store.deliveries[number - 1]


async def ask(simulator: DiscordSimulator, channel_id: str, user_id: str, *files: Upload) -> Interaction:
    """Somebody uses `/ask`, once there is such a command and the bot listens."""
    await simulator.wait_for(lambda: simulator.ledger.of("commands_registered"))
    await simulator.wait_for(lambda: simulator.ledger.of("gateway", event="identified"))
    return await simulator.command(
        "ask", {"prompt": "what is this?"}, channel_id=channel_id, user_id=user_id, files=files
    )
