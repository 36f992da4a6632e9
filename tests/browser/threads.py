"""Where people go on the demo's page, its threads, and what they say there, by role and label alone."""

import asyncio
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

HEARD_SECONDS = 5.0


async def enter_general(page: "Page", platform: str) -> None:
    """Comes back once that page is there with its scripts: words written on the one before would be lost with it."""
    await page.get_by_role("list", name=f"Simulated {platform}").get_by_role("link", name="general").click()
    await page.wait_for_url(f"**/channels/{platform.lower()}/*", wait_until="load")


def threads(page: "Page") -> "Locator":
    return page.get_by_role("region", name=re.compile("^Thread: "))


async def asked(page: "Page", words: str) -> "Locator":
    """The thread in which it is answered."""
    box = page.get_by_role("region", name="Channel #general").get_by_role("textbox", name="Message").last
    await box.fill(f"@Parley {words}")
    await box.press("Enter")
    thread = threads(page).first
    await thread.wait_for()
    return thread


async def written(thread: "Locator", words: str) -> None:
    await thread.get_by_role("textbox", name="Message").fill(words)
    await thread.get_by_role("button", name="Send").click()


async def listen(page: "Page") -> None:
    """From now on, keep what is announced to those who listen: one announcement may come right after another."""
    await page.evaluate("""() => {
        window.said = [];
        const region = document.querySelector("[aria-live=polite]");
        new MutationObserver(() => window.said.push(region.textContent)).observe(region, { childList: true });
    }""")


async def heard(page: "Page") -> list[str]:
    return await page.evaluate("window.said")


async def hear(page: "Page", words: str) -> None:
    """Wait until it was announced."""
    async with asyncio.timeout(HEARD_SECONDS):
        while words not in await heard(page):
            await asyncio.sleep(0.05)
