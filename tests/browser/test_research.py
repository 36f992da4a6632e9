"""A research as people watch over it in `parley demo`, on both platforms, by role and label alone."""

import re
from typing import TYPE_CHECKING

from tests.browser.threads import asked, written

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

QUESTION = "What do otters eat?"
LONG_MILLISECONDS = 40_000  # the demo's research takes seconds, so that it can be watched


def _button(thread: "Locator", name: str) -> "Locator":
    return thread.get_by_role("button", name=name, exact=True)


async def _planned(page: "Page") -> "Locator":
    """The thread of a research whose plan waits."""
    thread = await asked(page, f"research {QUESTION}")
    await thread.get_by_text("making a plan").wait_for()
    await _button(thread, "Approve").wait_for(timeout=LONG_MILLISECONDS)
    return thread


async def _file(page: "Page", thread: "Locator", name: str) -> bytes:
    link = thread.get_by_role("link", name=re.compile(name))
    await link.wait_for(timeout=LONG_MILLISECONDS)
    saved = await page.request.get(f"{page.url.partition('/channels')[0]}{await link.get_attribute('href')}")
    return await saved.body()


async def test_a_plan_is_changed_and_approved_and_the_report_goes_on_as_a_conversation(general: "Page") -> None:
    thread = await _planned(general)
    await _button(thread, "Change").click()
    await thread.get_by_text("Tell me what to change").wait_for()
    await written(thread, "change: only in Europe")
    await thread.get_by_text("changing the plan", exact=True).wait_for()
    await thread.get_by_text("only in Europe", exact=True).wait_for(timeout=LONG_MILLISECONDS)

    await _button(thread, "Approve").click()
    await thread.get_by_text("At work: Research").wait_for()
    await thread.get_by_text("Reading what was found").wait_for(timeout=LONG_MILLISECONDS)
    markdown = await _file(general, thread, r"^P-\w+-report\.md")
    pdf = await _file(general, thread, r"^P-\w+-report\.pdf")
    await thread.get_by_text("Done: Report").wait_for(timeout=LONG_MILLISECONDS)
    await written(thread, "shorten this")

    await thread.get_by_text("This conversation has the report").wait_for()
    assert b"only in Europe" in markdown
    assert pdf.startswith(b"%PDF")
    assert await thread.get_by_role("link", name=re.compile(r"figure-1\.\w+")).count() == 1
    assert await _button(thread, "Stop").count() == 0


async def test_a_research_at_work_is_stopped(general: "Page") -> None:
    thread = await _planned(general)
    await _button(thread, "Approve").click()
    await thread.get_by_text("At work: Research").wait_for()

    await _button(thread, "Stop").click()

    await thread.get_by_text("stopped", exact=True).wait_for()
    assert await _button(thread, "Stop").count() == 0


async def test_a_plan_is_dropped(general: "Page") -> None:
    thread = await _planned(general)

    await _button(thread, "Cancel").click()

    await thread.get_by_text("cancelled", exact=True).wait_for()
    assert await _button(thread, "Approve").count() == 0


async def test_a_schedule_is_listed_paused_and_deleted_by_its_reference(general: "Page") -> None:
    thread = await asked(general, f"research every Monday 9:00 {QUESTION}")
    told = thread.get_by_text("every Monday at 9:00 (UTC), next on Mon")
    await told.wait_for()
    [reference] = re.findall(r"S-[0-9A-Z]{5}", await told.inner_text())

    await written(thread, "tasks")
    await told.nth(1).wait_for()
    await written(thread, f"pause {reference}")
    await thread.get_by_text("Paused.").wait_for()
    await written(thread, f"delete {reference}")
    await thread.get_by_text("Deleted:").wait_for()
    await written(thread, "tasks")

    await thread.get_by_text("Nothing is running or scheduled here.").wait_for()
