"""What people do with `parley demo`, from question to changed mind: the whole service, on both platforms."""

from typing import TYPE_CHECKING

from tests.browser.threads import asked, hear, listen, threads, written

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

LONG, ITS_BEGINNING = "write a long answer", "This text was made by"


def _message(thread: "Locator", words: str) -> "Locator":
    return thread.get_by_role("listitem").filter(has_text=words).last


def _action(thread: "Locator", words: str, name: str) -> "Locator":
    return _message(thread, words).get_by_role("button", name=name, exact=True)


async def _edited(page: "Page", thread: "Locator", before: str, after: str) -> None:
    await _action(thread, before, "Edit").click()
    await page.get_by_role("textbox", name="Edit message").fill(after)
    await page.get_by_role("button", name="Save").click()


async def test_a_growing_answer_is_stopped_by_its_button(general: "Page") -> None:
    thread = await asked(general, LONG)

    await thread.get_by_role("button", name="Stop", exact=True).click()

    await _message(thread, ITS_BEGINNING).get_by_text("Stopped.", exact=True).wait_for()
    assert await thread.get_by_role("button", name="Stop", exact=True).count() == 0


async def test_a_growing_answer_is_stopped_by_word(general: "Page") -> None:
    thread = await asked(general, LONG)
    await thread.get_by_text(ITS_BEGINNING).wait_for()

    await written(thread, "stop")

    await _message(thread, ITS_BEGINNING).get_by_text("Stopped.", exact=True).wait_for()


async def test_a_growing_answer_is_stopped_by_a_stop_sign(general: "Page") -> None:
    thread = await asked(general, LONG)
    await thread.get_by_text(ITS_BEGINNING).wait_for()

    await _action(thread, ITS_BEGINNING, "Add stop sign").click()

    await _message(thread, ITS_BEGINNING).get_by_text("Stopped.", exact=True).wait_for()
    assert await thread.get_by_role("list", name="Reactions").get_by_text("Stop sign").count() == 1
    assert await thread.get_by_role("button", name="Add stop sign").count() == 0


async def test_an_edited_question_is_answered_again_in_place(general: "Page") -> None:
    thread = await asked(general, "what is 12*7?")
    await thread.get_by_text("84").wait_for()

    await _edited(general, thread, "12*7", "@Parley what is 12*8?")

    await thread.get_by_text("This answers the edited question.").wait_for()
    await thread.get_by_text("96").wait_for()
    assert await thread.get_by_text("84").count() == 0
    assert "(edited)" in await _message(thread, "12*8?").inner_text()
    assert await threads(general).count() == 1


async def test_the_answer_to_a_deleted_question_is_withdrawn(general: "Page", platform: str) -> None:
    thread = await asked(general, LONG)
    await thread.get_by_text(ITS_BEGINNING).wait_for()
    await listen(general)

    await _action(thread, LONG, "Delete").click()

    await general.get_by_text(ITS_BEGINNING).wait_for(state="detached")
    await hear(general, "Parley took an answer back.")
    left = {"Slack": 0, "Discord": 1}  # where a thread is a channel of its own
    assert await threads(general).count() == left[platform]


async def test_a_question_is_answered_once_more(general: "Page", platform: str) -> None:
    thread = await asked(general, "what is 12*7?")
    await thread.get_by_text("84").wait_for()

    await written(thread, {"Slack": "retry", "Discord": "/retry"}[platform])

    await thread.get_by_text("84").nth(1).wait_for()


async def test_a_fork_goes_on_in_a_thread_of_its_own(general: "Page", platform: str) -> None:
    thread = await asked(general, "my name is Phil")
    await thread.get_by_text("Nice to meet you").wait_for()

    if platform == "Slack":
        await written(thread, "fork")
    else:
        await _action(thread, "Nice to meet you", "Fork from here").click()
    fork = threads(general).nth(1)
    await fork.wait_for()
    await thread.get_by_text("I have begun a new thread").wait_for()
    await written(fork, "what is my name?")

    await fork.get_by_text("Your name is Phil").wait_for()
    assert await thread.get_by_text("Your name is Phil").count() == 0


async def test_minds_are_changed_by_keyboard_alone(general: "Page") -> None:
    thread = await asked(general, "what is 12*7?")
    await thread.get_by_text("84").wait_for()

    await _action(thread, "12*7", "Edit").focus()
    await general.keyboard.press("Enter")
    await general.keyboard.press("Control+A")
    await general.keyboard.type("@Parley what is 12*8?")
    await general.keyboard.press("Enter")
    await thread.get_by_text("96").wait_for()
    await general.keyboard.press("Tab")
    assert await general.evaluate("document.activeElement.ariaLabel") == "Delete"
    await general.keyboard.press("Enter")

    await _message(thread, "12*8?").wait_for(state="detached")
    await general.locator("textarea:focus").wait_for()
