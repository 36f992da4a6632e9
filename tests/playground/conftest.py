"""Served simulators with their page, a browser's worth of HTTP, and a bot on each platform."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import playground
from bot.simulators.discord import DiscordSimulator
from bot.simulators.slack import SlackSimulator
from bot.simulators.slack.server import listen, serving
from tests.playground.discord_bot import DiscordBot, connected

Patches = list[dict[str, Any]]


class Events:
    """One open /changes; gives the patches of each event."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> Patches:
        async with asyncio.timeout(5):
            async for line in self._lines:
                if line.startswith("data: "):
                    return json.loads(line.removeprefix("data: "))
        raise EOFError

    async def until(self, *, does: str, contains: str) -> dict[str, Any]:
        """The next patch of that kind whose markup has these words."""
        while True:
            for patch in await self.next():
                if patch["do"] == does and contains in patch.get("html", ""):
                    return patch


@pytest.fixture
async def slack() -> AsyncGenerator[SlackSimulator]:
    simulator = SlackSimulator(enforce_rate_limits=False)
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def discord() -> AsyncGenerator[DiscordSimulator]:
    async with DiscordSimulator(enforce_rate_limits=False).serve() as simulator:
        yield simulator


@pytest.fixture
async def address(slack: SlackSimulator, discord: DiscordSimulator) -> AsyncGenerator[str]:
    bound = listen(0)
    async with serving(playground(slack, discord, model="the bundled simulator"), bound):
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
async def http(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers={"Accept": "application/json"}) as client:
        yield client


@pytest.fixture
async def bot(slack: SlackSimulator) -> AsyncGenerator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.token, base_url=slack.api_url, session=session, retry_handlers=[])


@pytest.fixture
async def discord_bot(discord: DiscordSimulator) -> AsyncGenerator[DiscordBot]:
    async with connected(discord) as bot:
        yield bot


@pytest.fixture
def general() -> dict[str, str]:
    """The fields of a form of #general on Slack."""
    return {"place": "slack", "channel": "C0GENERAL"}


@pytest.fixture
def discord_general(discord: DiscordSimulator) -> dict[str, str]:
    """The fields of a form of #general on Discord."""
    return {"place": "discord", "channel": discord.guild.channel("general").id}


Opened = Callable[[dict[str, str]], AbstractAsyncContextManager[Events]]


@pytest.fixture
def opened_on(http: httpx.AsyncClient) -> Opened:
    @asynccontextmanager
    async def follow(fields: dict[str, str]) -> AsyncGenerator[Events]:
        async with http.stream("GET", "/changes", params=fields) as response:
            assert response.status_code == 200
            yield Events(response.aiter_lines())

    return follow


@pytest.fixture
def opened(opened_on: Opened, general: dict[str, str]) -> Callable[[], AbstractAsyncContextManager[Events]]:
    return lambda: opened_on(general)
