"""A real browser on the page: with simulators behind it and a bot by hand, or with the whole demo."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.service.demo import surroundings
from bot.service.settings import Settings
from tests.browser.threads import enter_general
from tests.playground.simulated import address, bot, discord, discord_bot, slack

if TYPE_CHECKING:
    from playwright.async_api import Page

__all__ = ["address", "bot", "discord", "discord_bot", "slack"]

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


@pytest.fixture(autouse=True)
def chromium() -> str:
    """The browser; without it, or without what drives it, the test is skipped before anything is started."""
    pytest.importorskip("playwright.async_api", reason="playwright is not installed: no browser tests")
    executable = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on this machine: no browser tests")
    return executable


@pytest.fixture
async def page(address: str, chromium: str) -> "AsyncGenerator[Page]":
    async with browsing(address, chromium) as page:
        yield page


@pytest.fixture
async def demo(chromium: str) -> "AsyncGenerator[Page]":
    """The page of a whole `parley demo`, with the bundled model."""
    settings = Settings().model_copy(update={"gemini_api_key": None})  # whatever this machine has
    async with surroundings(settings, 0) as address, browsing(address, chromium) as page:
        yield page


@pytest.fixture(params=["Slack", "Discord"])
def platform(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def general(demo: "Page", platform: str) -> "Page":
    """The demo at #general of the platform."""
    await enter_general(demo, platform)
    return demo


@asynccontextmanager
async def browsing(address: str, chromium: str) -> "AsyncGenerator[Page]":
    """The page in a browser. Afterwards: no error in its console, and no request to anywhere but us."""
    playwright = pytest.importorskip("playwright.async_api")
    problems: list[str] = []
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
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
