"""A served simulator, and the two kinds of caller that judge it: plain HTTP and discord.py."""

import asyncio
import json
import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import httpx
import pytest
import yarl

with warnings.catch_warnings():
    # discord.py imports audioop at import time; Python 3.11 and 3.12 announce its removal.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    import discord.gateway
    import discord.http

from bot.simulators.discord import DiscordSimulator, Portal

Payload = dict[str, Any]
ALL_MESSAGES = 1 << 0 | 1 << 9 | 1 << 12 | 1 << 15  # guilds, guild and direct messages, message content
AGENT = "DiscordBot (https://example.org, 1.0)"


@pytest.fixture
def portal() -> Portal:
    """What the application's owner switched on; a test that wants otherwise parametrizes it."""
    return Portal()


@pytest.fixture
async def simulator(portal: Portal) -> AsyncIterator[DiscordSimulator]:
    simulator = DiscordSimulator(portal=portal)
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def rest(simulator: DiscordSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """The REST API with the bot's token, no library in between."""
    headers = {"Authorization": f"Bot {simulator.token}", "User-Agent": AGENT}
    async with httpx.AsyncClient(base_url=simulator.api_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def general(simulator: DiscordSimulator) -> str:
    return simulator.guild.channel("general").id


@pytest.fixture
def ada(simulator: DiscordSimulator) -> str:
    return simulator.guild.member("ada").id


class HastyClient(discord.Client):
    """Identifies again at once, where the library waits five seconds."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None: ...


@dataclass
class Peer:
    """discord.py, logged in: what it was told, in order."""

    client: discord.Client
    messages: asyncio.Queue[discord.Message]

    async def hears(self) -> discord.Message:
        async with asyncio.timeout(5):
            return await self.messages.get()


class Connect(Protocol):
    def __call__(self, client: discord.Client | None = None) -> AbstractAsyncContextManager[Peer]: ...


@pytest.fixture
def connect(simulator: DiscordSimulator, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Log discord.py in, with nothing changed but two addresses."""
    monkeypatch.setattr(discord.http.Route, "BASE", simulator.api_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(simulator.gateway_url))

    @asynccontextmanager
    async def connected(client: discord.Client | None = None) -> AsyncGenerator[Peer]:
        client = client or HastyClient(intents=intents(), guild_ready_timeout=0.2)
        heard: asyncio.Queue[discord.Message] = asyncio.Queue()

        async def on_message(message: discord.Message) -> None:
            heard.put_nowait(message)

        client.event(on_message)
        await client.login(simulator.token)
        running = asyncio.create_task(client.connect())
        try:
            await _ready_or_ended(client, running)
            yield Peer(client, heard)
        finally:
            await client.close()
            await asyncio.gather(running, return_exceptions=True)

    return connected


async def _ready_or_ended(client: discord.Client, running: "asyncio.Task[None]") -> None:
    ready = asyncio.create_task(client.wait_until_ready())
    await asyncio.wait([ready, running], timeout=5, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        ready.cancel()
        await running
    await ready


def intents(*, content: bool = True) -> discord.Intents:
    wanted = discord.Intents.default()
    wanted.message_content = content
    return wanted


class Socket:
    """The gateway spoken by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.socket = socket
        self._token = token

    async def receives(self) -> Payload:
        message = await self.socket.receive(timeout=5)
        assert message.type == aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    async def receives_event(self, name: str) -> Payload:
        """The next event of this name, whatever comes before it."""
        while (payload := await self.receives())["t"] != name:
            pass
        return payload

    async def sends(self, op: int, data: object) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identifies(self, wanted: int = ALL_MESSAGES, **more: object) -> Payload:
        """READY's data."""
        assert (await self.receives())["op"] == 10
        await self.sends(2, {"token": self._token, "intents": wanted, "properties": {}, **more})
        return (await self.receives_event("READY"))["d"]

    async def closes_with(self) -> int | None:
        while (message := await self.socket.receive(timeout=5)).type == aiohttp.WSMsgType.TEXT:
            pass
        return self.socket.close_code if message.type != aiohttp.WSMsgType.ERROR else None


class Dial(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Socket]: ...


@pytest.fixture
def dial(simulator: DiscordSimulator) -> Dial:
    @asynccontextmanager
    async def dialled() -> AsyncGenerator[Socket]:
        url = f"{simulator.gateway_url}?v=10&encoding=json"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            yield Socket(socket, simulator.token)

    return dialled
