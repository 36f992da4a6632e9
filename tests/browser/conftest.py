"""A real browser on the page, with the simulators behind it and a bot on each platform."""

import shutil
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import playground
from bot.simulators.discord import DiscordSimulator
from bot.simulators.slack import SlackSimulator
from bot.simulators.slack.server import listen, serving
from tests.playground.discord_bot import DiscordBot, connected

if TYPE_CHECKING:
    from playwright.async_api import Page

CHROMIUM_NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture
async def page(address: str) -> "AsyncGenerator[Page]":
    """The page in a browser. Afterwards: no error in its console, and no request to anywhere but us."""
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: no browser tests")
    executable = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on this machine: no browser tests")
    problems: list[str] = []
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        page: Page = await browser.new_page()
        page.set_default_timeout(5_000)
        page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.on("request", lambda asked: None if asked.url.startswith(address) else problems.append(asked.url))
        await page.goto(address)
        yield page
        await browser.close()
    assert problems == []
