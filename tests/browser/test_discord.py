"""The simulated Discord as people use it, by role and label alone."""

import re
from typing import TYPE_CHECKING

import pytest

from bot.simulators.discord import DiscordSimulator, Message
from tests.browser.test_playground import HOSTILE
from tests.browser.threads import enter_general
from tests.playground.discord_bot import COMMANDS, DEFER_UPDATE, DiscordBot

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

STOP = [{"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop"}]}]


@pytest.fixture
def general(discord: DiscordSimulator) -> str:
    return discord.guild.channel("general").id


@pytest.fixture
async def guild(page: "Page") -> "Page":
    """The page at #general of the guild."""
    await enter_general(page, "Discord")
    return page


def _channel(page: "Page") -> "Locator":
    return page.get_by_role("region", name="Channel #general")


def _box(page: "Page") -> "Locator":
    return _channel(page).get_by_role("textbox", name="Message").last


async def _said(discord: DiscordSimulator, general: str, count: int = 1) -> Message:
    """The newest of so many messages, once they are there."""
    messages = await discord.wait_for(lambda: discord.messages(general)[count - 1 :])
    return messages[-1]


async def test_a_mention_is_answered_in_a_thread_that_opens_under_it(
    guild: "Page", discord: DiscordSimulator, discord_bot: DiscordBot, general: str
) -> None:
    await _box(guild).fill("@Parley hello")
    await _box(guild).press("Enter")
    asked = await _said(discord, general)
    await discord_bot.opens_thread(general, asked.id, "hello")
    thread = guild.get_by_role("region", name="Thread: hello")
    await discord_bot.types(asked.id)
    await thread.get_by_text("Parley is typing…").wait_for()

    answer = await discord_bot.posts(asked.id, "Hello")
    await thread.get_by_text("Hello", exact=True).wait_for()
    await discord_bot.edits(asked.id, answer, "Hello **Mina**")
    await thread.get_by_text("Hello Mina").wait_for()
    await thread.get_by_role("textbox", name="Message").fill("and what else?")
    await thread.get_by_role("button", name="Send").click()

    await thread.get_by_text("and what else?").wait_for()
    assert await thread.get_by_text("is typing").count() == 0
    assert discord.messages(asked.id)[-1].content == "and what else?"


async def test_a_command_is_chosen_from_the_menu_and_answered(guild: "Page", discord_bot: DiscordBot) -> None:
    await discord_bot.registers(COMMANDS)

    await _box(guild).press_sequentially("/")
    menu = guild.get_by_role("list", name="Commands")
    await menu.get_by_role("button", name="/stop").wait_for()
    await guild.keyboard.press("ArrowDown")
    await guild.keyboard.press("Enter")
    await guild.keyboard.type("What is 12*7?")
    await guild.keyboard.press("Enter")
    used = await discord_bot.defers()
    await guild.get_by_text("Mina used /ask").wait_for()
    await guild.get_by_role("listitem").get_by_text("Parley is thinking…").wait_for()
    await discord_bot.answers(used, "It is 84.")

    await guild.get_by_text("It is 84.", exact=True).wait_for()
    assert await guild.get_by_role("listitem").get_by_text("is thinking").count() == 0
    assert await menu.count() == 0
    assert used["data"]["options"][0]["value"] == "What is 12*7?"


async def test_escape_closes_the_menu_and_keeps_the_text(guild: "Page", discord_bot: DiscordBot) -> None:
    await discord_bot.registers(COMMANDS)
    menu = guild.get_by_role("list", name="Commands")

    await _box(guild).press_sequentially("/s")
    await menu.get_by_role("button", name="/stop").wait_for()
    assert await menu.get_by_role("button").count() == 1
    await guild.keyboard.press("Escape")

    await menu.wait_for(state="detached")
    assert await _box(guild).input_value() == "/s"


async def test_a_button_is_pressed(guild: "Page", discord_bot: DiscordBot, general: str) -> None:
    message = await discord_bot.posts(general, "Working.", components=STOP)

    await guild.get_by_role("button", name="Stop", exact=True).click()
    await discord_bot.defers(kind=DEFER_UPDATE)
    await discord_bot.edits(general, message, "Stopped.", components=[])

    await guild.get_by_text("Stopped.", exact=True).wait_for()
    assert await guild.get_by_role("button", name="Stop", exact=True).count() == 0


async def test_a_reply_points_at_its_message(
    guild: "Page", discord: DiscordSimulator, discord_bot: DiscordBot, general: str
) -> None:
    answer = await discord_bot.posts(general, "It is 84.")

    await guild.get_by_role("button", name="Reply", exact=True).click()
    await guild.get_by_text("Replying to Parley: It is 84.").wait_for()
    await guild.keyboard.type("why?")
    await guild.keyboard.press("Enter")

    assert (await _said(discord, general, 2)).reply_to == answer
    await guild.get_by_role("button", name="Cancel reply").wait_for(state="hidden")
    await guild.get_by_role("listitem").get_by_text("Replying to Parley: It is 84.").wait_for()


async def test_escape_takes_a_reply_back(
    guild: "Page", discord: DiscordSimulator, discord_bot: DiscordBot, general: str
) -> None:
    await discord_bot.posts(general, "It is 84.")

    await guild.get_by_role("button", name="Reply", exact=True).click()
    await guild.keyboard.type("thanks")
    await guild.keyboard.press("Escape")
    await guild.get_by_role("button", name="Cancel reply").wait_for(state="hidden")
    await guild.keyboard.press("Enter")

    assert (await _said(discord, general, 2)).reply_to is None


async def test_an_example_fills_the_box(guild: "Page") -> None:
    await guild.get_by_role("button", name="/research What do otters eat?").click()

    assert await _box(guild).input_value() == "/research What do otters eat?"


async def test_a_report_can_be_saved(guild: "Page", discord_bot: DiscordBot, general: str) -> None:
    await discord_bot.posts_file(general, "report.md", b"# Otters")

    link = guild.get_by_role("link", name="report.md")
    await link.wait_for()
    saved = await guild.request.get(f"{guild.url.partition('/channels')[0]}{await link.get_attribute('href')}")

    assert await saved.body() == b"# Otters"


async def test_hostile_words_do_nothing(
    guild: "Page", discord: DiscordSimulator, discord_bot: DiscordBot, general: str
) -> None:
    embed = {"title": HOSTILE[:90], "description": HOSTILE, "fields": [{"name": HOSTILE[:90], "value": HOSTILE}]}
    await _box(guild).fill(HOSTILE)
    await _box(guild).press("Enter")
    asked = await _said(discord, general)

    await discord_bot.posts(general, HOSTILE + "\n\n||The end.||", embeds=[embed])
    await guild.get_by_text("The end.").wait_for()
    await guild.get_by_role("button", name="Reply", exact=True).click()
    await guild.reload()
    await guild.get_by_text("The end.").wait_for()

    assert asked.content
    assert await guild.locator(".body :is(script, img, svg, iframe)").count() == 0
    assert await guild.locator(".body a:not([href^='https:'])").count() == 0


async def test_a_command_answer_is_announced_as_it_is_promised_and_when_it_is_finished(
    guild: "Page", discord_bot: DiscordBot
) -> None:
    await discord_bot.registers(COMMANDS)

    await _box(guild).fill("/ask why?")
    await _box(guild).press("Enter")
    used = await discord_bot.defers()
    await guild.get_by_role("status").get_by_text("Parley is thinking…").wait_for()
    await discord_bot.answers(used, "Because.")

    await guild.get_by_role("status").get_by_text("Parley: Because.").wait_for()


async def test_every_control_has_a_name_and_every_id_is_unique(
    guild: "Page", discord: DiscordSimulator, discord_bot: DiscordBot, general: str
) -> None:
    root = await discord.say(general, "hello", user_id=discord.guild.member("ada").id)
    await discord_bot.opens_thread(general, root.id, "hello")
    await discord_bot.posts(root.id, "Working.", components=STOP)
    await guild.get_by_role("button", name="Stop", exact=True).wait_for()

    nameless = await guild.evaluate("""() => [...document.querySelectorAll("a, button, input, textarea")]
        .filter((one) => one.type !== "hidden" && !(one.getAttribute("aria-label") || one.textContent.trim()))
        .map((one) => one.outerHTML)""")
    ids = await guild.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")

    assert nameless == []
    assert len(ids) == len(set(ids))
    assert await guild.get_by_role("region", name=re.compile("^Thread: ")).count() == 1


async def test_it_fits_a_phone_and_a_desk(guild: "Page", discord_bot: DiscordBot, general: str) -> None:
    embed = {"title": "wide" * 50, "fields": [{"name": "wide" * 50, "value": "wide" * 200}]}
    await discord_bot.posts(general, "unbreakable" * 100, embeds=[embed], components=STOP)
    await guild.get_by_role("button", name="Stop", exact=True).wait_for()

    for width in (360, 1_400):
        await guild.set_viewport_size({"width": width, "height": 740})
        assert await guild.evaluate("document.documentElement.scrollWidth") == width
        assert await guild.locator(".flow").evaluate("one => one.scrollWidth <= one.clientWidth")
