"""Served simulators with their page, and a browser's worth of HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator
from tests.playground.simulated import address, bot, discord, discord_bot, slack

__all__ = ["address", "bot", "discord", "discord_bot", "slack"]

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
async def http(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers={"Accept": "application/json"}) as client:
        yield client


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
