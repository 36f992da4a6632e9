"""The page as people use it, by role and label alone."""

import asyncio
import re
from typing import TYPE_CHECKING, cast

from slack_sdk.web.async_client import AsyncWebClient

from bot.simulators.slack import Message, SlackSimulator
from tests.browser.threads import hear, heard, listen

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

HOSTILE = """<img src=x onerror="alert(1)"> <script>alert(2)</script> <svg onload=alert(3)>

[click](javascript:alert(4)) ![x](https://example.com/x.png)

```
</code></pre><script>alert(5)</script>
```"""


def _channel(page: "Page") -> "Locator":
    return page.get_by_role("region", name="Channel #general")


def _thread(page: "Page", words: str) -> "Locator":
    return page.get_by_role("region", name=f"Thread: {words}")


async def _write(region: "Locator", words: str) -> None:
    await region.get_by_role("textbox", name="Message").last.fill(words)
    await region.get_by_role("button", name="Send").last.click()


async def _written(slack: SlackSimulator, text: str) -> Message:
    return await slack.wait_for(
        lambda: next((one for one in slack.workspace.history("C0GENERAL") if text in one.text), None)
    ) or Message("", "", "", "")


async def _answer(bot: AsyncWebClient, root: Message, words: str) -> str:
    posted = await bot.chat_postMessage(channel=root.channel_id, thread_ts=root.ts, markdown_text=words)
    return str(cast("dict[str, object]", posted.data)["ts"])


async def test_a_message_is_answered_in_its_thread_and_the_answer_grows(
    page: "Page", slack: SlackSimulator, bot: AsyncWebClient
) -> None:
    await page.get_by_role("textbox", name="Message").fill("@Parley tell me a story")
    await page.get_by_role("textbox", name="Message").press("Enter")
    root = await _written(slack, "tell me a story")
    thread = _thread(page, "@Parley tell me a story")
    await bot.assistant_threads_setStatus(channel_id="C0GENERAL", thread_ts=root.ts, status="is thinking…")
    await thread.get_by_text("Parley is thinking…").wait_for()

    answer = await _answer(bot, root, "Once upon a time\n\nthere was")
    await thread.get_by_text("there was").wait_for()
    await thread.evaluate("one => { window.kept = one.querySelector('.message:last-child .body p') }")
    await bot.chat_update(channel="C0GENERAL", ts=answer, markdown_text="Once upon a time\n\nthere was **an end**")

    await thread.get_by_text("an end").wait_for()
    assert await thread.get_by_text("is thinking").count() == 0
    assert await page.evaluate("window.kept.isConnected")
    assert await page.get_by_role("textbox", name="Message").last.input_value() == ""


async def test_a_reply_in_a_thread_needs_no_mention(page: "Page", slack: SlackSimulator) -> None:
    root = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA")
    thread = _thread(page, "@Parley hello")

    await _write(thread, "and what else?")

    await thread.get_by_text("and what else?").wait_for()
    assert [one.text for one in slack.thread("C0GENERAL", root.ts)][1:] == ["and what else?"]


async def test_shift_and_enter_begin_a_new_line(page: "Page", slack: SlackSimulator) -> None:
    box = page.get_by_role("textbox", name="Message")

    await box.fill("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await box.press("Enter")

    assert (await _written(slack, "two")).text == "one\ntwo"


async def test_who_writes_faster_than_it_is_sent_is_sent_next_and_what_is_pressed_twice_once(
    page: "Page", slack: SlackSimulator
) -> None:
    box = page.get_by_role("textbox", name="Message").last
    held = asyncio.Event()

    async def hold(route: "Route") -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/messages", hold)
    await box.fill("one")
    await box.press("Enter")
    await box.press("Enter")
    await box.fill("two")
    await page.get_by_label("Attach files").last.set_input_files(
        [{"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}]
    )
    await box.press("Enter")
    held.set()
    await _thread(page, "two").wait_for()
    await page.locator("form[aria-busy]").wait_for(state="detached")

    assert [(one.text, len(one.files)) for one in slack.workspace.history("C0GENERAL")] == [("one", 0), ("two", 1)]
    assert await box.input_value() == ""
    assert await page.get_by_label("Attach files").last.evaluate("one => one.files.length") == 0


async def test_an_example_fills_the_box(page: "Page") -> None:
    await page.get_by_role("button", name="@Parley my name is Phil").click()

    box = page.get_by_role("textbox", name="Message")
    assert await box.input_value() == "@Parley my name is Phil"
    assert await box.evaluate("one => document.activeElement === one")


async def test_hostile_words_do_nothing(page: "Page", slack: SlackSimulator, bot: AsyncWebClient) -> None:
    await _write(_channel(page), HOSTILE)
    root = await _written(slack, "javascript")

    await _answer(bot, root, HOSTILE + "\n\nThe end.")
    await page.get_by_text("The end.").wait_for()
    await page.reload()
    await page.get_by_text("The end.").wait_for()

    assert await page.locator(".body :is(script, img, svg, iframe)").count() == 0
    assert await page.locator(".body a:not([href^='https:'])").count() == 0


async def test_a_file_is_sent_and_shown(page: "Page", slack: SlackSimulator) -> None:
    channel = _channel(page)

    await channel.get_by_label("Attach files").set_input_files(
        [{"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}]
    )
    await channel.get_by_text("notes.txt").wait_for()
    await _write(channel, "look")

    await _thread(page, "look").get_by_role("link", name="notes.txt").wait_for()
    assert (await _written(slack, "look")).files[0].content == b"hello"


async def test_a_finished_answer_is_announced_once_and_not_its_beginnings(
    page: "Page", slack: SlackSimulator, bot: AsyncWebClient
) -> None:
    await listen(page)
    root = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA")

    answer = await _answer(bot, root, "One")
    await page.get_by_text("One", exact=True).wait_for()
    await bot.chat_update(channel="C0GENERAL", ts=answer, markdown_text="One two.")
    await hear(page, "Parley: One two.")

    assert await heard(page) == ["Parley: One two."]


async def test_a_draft_survives_a_lost_connection(page: "Page", slack: SlackSimulator) -> None:
    await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA")
    box = _thread(page, "@Parley hello").get_by_role("textbox", name="Message")
    await box.fill("a draft")

    slack.ledger.close()  # ends the stream; the browser comes back by itself
    await page.get_by_text("Connection lost").wait_for()
    slack.ledger.reopen()
    await slack.say("C0GENERAL", "said meanwhile", user_id="U0GRACE")

    await _thread(page, "said meanwhile").wait_for()
    assert await box.input_value() == "a draft"
    assert await page.get_by_role("region", name=re.compile("^Thread: ")).count() == 2


async def test_what_is_being_edited_survives_changes_around_it(page: "Page", slack: SlackSimulator) -> None:
    await _write(_channel(page), "hello")
    said = await _written(slack, "hello")
    thread = _thread(page, "hello")
    await thread.get_by_role("button", name="Edit").click()
    box = thread.get_by_role("textbox", name="Edit message")
    await box.fill("hello, wor")

    await slack.react("C0GENERAL", said.ts, "wave", user_id="U0ADA")
    await thread.get_by_text(":wave: 1").wait_for()
    await page.keyboard.type("ld")
    assert await box.input_value() == "hello, world"
    await page.keyboard.press("Escape")

    await box.wait_for(state="detached")
    assert await thread.get_by_role("button", name="Edit").evaluate("one => one === document.activeElement")
    assert (await _written(slack, "hello")).text == "hello"


async def test_a_reaction_does_not_announce_an_answer_again(
    page: "Page", slack: SlackSimulator, bot: AsyncWebClient
) -> None:
    root = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA")
    answer = await _answer(bot, root, "One two.")
    await page.get_by_role("status").get_by_text("Parley: One two.").wait_for()

    await slack.react("C0GENERAL", answer, "wave", user_id="U0ADA")
    await page.get_by_text(":wave: 1").wait_for()

    assert await page.locator("[aria-busy]").count() == 0


async def test_everything_works_by_keyboard(page: "Page", slack: SlackSimulator) -> None:
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('[data-fill]')"):
            break
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    assert "hello" in (await _written(slack, "hello")).text


async def test_every_control_has_a_name_and_every_id_is_unique(page: "Page", slack: SlackSimulator) -> None:
    await slack.say("C0GENERAL", "hello", user_id="U0ADA", files=[("a.bin", b"x", None)])
    await _thread(page, "hello").wait_for()

    nameless = await page.evaluate("""() => [...document.querySelectorAll("a, button, input, textarea")]
        .filter((one) => one.type !== "hidden" && !(one.getAttribute("aria-label") || one.textContent.trim()))
        .map((one) => one.outerHTML)""")
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")

    assert nameless == []
    assert len(ids) == len(set(ids))
    assert await page.get_by_role("heading", level=1).count() == 1
    assert await page.evaluate("document.documentElement.lang") == "en"


async def test_it_fits_a_phone_and_a_desk(page: "Page", slack: SlackSimulator, bot: AsyncWebClient) -> None:
    root = await slack.say("C0GENERAL", "@Parley " + "unbreakable" * 30, user_id="U0ADA")
    await _answer(bot, root, "| a | b |\n| - | - |\n| " + "wide" * 60 + " | x |\n\n```\n" + "code " * 60 + "\n```")
    await page.get_by_role("table").wait_for()

    for width in (360, 1_400):
        await page.set_viewport_size({"width": width, "height": 740})
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        assert await page.locator(".flow").evaluate("one => one.scrollWidth <= one.clientWidth")
