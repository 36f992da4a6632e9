"""Fixtures: served simulators with their page, and a bot on each platform."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import playground
from bot.simulators.discord import DiscordSimulator
from bot.simulators.slack import SlackSimulator
from bot.simulators.slack.server import listen, serving
from tests.playground.discord_bot import DiscordBot, connected


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
async def bot(slack: SlackSimulator) -> AsyncGenerator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.token, base_url=slack.api_url, session=session, retry_handlers=[])


@pytest.fixture
async def discord_bot(discord: DiscordSimulator) -> AsyncGenerator[DiscordBot]:
    async with connected(discord) as bot:
        yield bot
