"""The threads of the demo's page, and what people say there, by role and label alone."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page


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
