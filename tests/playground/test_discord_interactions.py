"""Commands and buttons of the simulated Discord on the page, and a bot that is told of them by the gateway."""

import asyncio

import httpx

from bot.simulators.discord import DiscordSimulator
from tests.playground.discord_bot import COMMANDS, DEFER_UPDATE, DiscordBot
from tests.playground.page import Fields, shown

EPHEMERAL = 64
STOP = [{"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop"}]}]


async def test_a_command_shows_who_used_it_then_thinking_then_the_answer(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)

    form = {**discord_general, "text": "/ask What is 12*7?"}
    answer, used = await asyncio.gather(http.post("/messages", data=form), discord_bot.defers())
    thinking = await shown(http, discord_general)
    await discord_bot.answers(used, "84")
    answered = await shown(http, discord_general)

    assert answer.status_code == 201
    assert used["data"]["options"] == [{"name": "prompt", "type": 3, "value": "What is 12*7?"}]
    assert '<p class="above">Mina used /ask</p>' in thinking
    assert "Parley is thinking…" in thinking
    assert "Parley is thinking…" not in answered
    assert "<p>84</p>" in answered.partition("Mina used /ask")[2]


async def test_a_file_goes_to_the_command(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)
    files = [("files", ("notes.txt", b"hello", "text/plain"))]

    posted = http.post("/messages", data={**discord_general, "text": "/ask read this"}, files=files)
    _, used = await asyncio.gather(posted, discord_bot.defers())

    (attachment,) = used["data"]["resolved"]["attachments"].values()
    assert attachment["filename"] == "notes.txt"


async def test_a_command_in_a_thread_is_used_there(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)
    root = await discord.say(discord_general["channel"], "hello", user_id=discord.guild.member("ada").id)
    await discord_bot.opens_thread(discord_general["channel"], root.id, "About hello")

    form = {**discord_general, "thread": root.id, "text": "/stop"}
    _, used = await asyncio.gather(http.post("/messages", data=form), discord_bot.defers())

    assert used["channel_id"] == root.id


async def test_a_command_that_is_not_registered_says_which_are(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)

    answer = await http.post("/messages", data={**discord_general, "text": "/sing"})

    assert answer.json() == {"problem": "There is no command /sing here. There are /ask, /stop."}
    assert discord.messages(discord_general["channel"]) == []


async def test_a_command_that_nobody_answers_is_said_to_have_failed(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)

    answer = await http.post("/messages", data={**discord_general, "text": "/stop"})

    assert answer.json() == {"problem": "Parley did not respond. Try again in a moment."}


async def test_the_menu_has_what_is_registered(http: httpx.AsyncClient, discord_bot: DiscordBot) -> None:
    await discord_bot.registers(COMMANDS)

    listed = (await http.get("/commands/discord")).json()

    assert [command["name"] for command in listed] == ["ask", "stop"]
    assert (await http.get("/commands/slack")).json() == []


async def test_an_answer_for_mina_alone_is_marked_and_that_for_others_is_not_shown(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)
    ada = discord.guild.member("ada").id

    form = {**discord_general, "text": "/stop"}
    _, ours = await asyncio.gather(http.post("/messages", data=form), discord_bot.defers(flags=EPHEMERAL))
    await discord_bot.answers(ours, "for Mina")
    await discord.command("stop", {}, channel_id=discord_general["channel"], user_id=ada)
    await discord_bot.answers(await discord_bot.defers(flags=EPHEMERAL), "for Ada")

    page = await shown(http, discord_general)
    assert "Mina used /stop · Only Mina can see this" in page
    assert "for Mina" in page
    assert "for Ada" not in page


async def test_a_button_is_pressed(http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields) -> None:
    message = await discord_bot.posts(discord_general["channel"], "Working.", components=STOP)

    page = await shown(http, discord_general)
    form = {**discord_general, "message": message, "action": "stop"}
    answer, pressed = await asyncio.gather(http.post("/actions", data=form), discord_bot.defers(kind=DEFER_UPDATE))

    assert '<button name="action" value="stop" class="danger">Stop</button>' in page
    assert answer.status_code == 201
    assert pressed["data"]["custom_id"] == "stop"


async def test_a_button_that_is_gone_says_so(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    message = await discord_bot.posts(discord_general["channel"], "Done.")

    answers = [
        await http.post("/actions", data={**discord_general, "message": one, "action": "stop"})
        for one in (message, "1")
    ]

    assert [answer.json()["problem"] for answer in answers] == ["This button is not there any more."] * 2
