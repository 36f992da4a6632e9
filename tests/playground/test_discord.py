"""The simulated Discord on the page, over real sockets, with a bot that speaks REST and the gateway."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator, Message
from tests.playground.discord_bot import COMMANDS, DEFER_UPDATE, DiscordBot

Opened = Callable[[dict[str, str]], AbstractAsyncContextManager[Any]]
Fields = dict[str, str]

EPHEMERAL = 64
STOP = [{"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop"}]}]


async def _shown(http: httpx.AsyncClient, fields: Fields) -> str:
    return (await http.get(f"/channels/{fields['place']}/{fields['channel']}")).text


def _mina(discord: DiscordSimulator) -> str:
    return discord.guild.member("mina").id


async def _said(discord: DiscordSimulator, fields: Fields, text: str) -> Message:
    return await discord.say(fields["channel"], text, user_id=discord.guild.member("ada").id)


async def test_both_platforms_are_listed_with_their_channels(http: httpx.AsyncClient) -> None:
    navigation = (await http.get("/")).text.partition("<nav")[2].partition("</nav>")[0]

    lists = re.findall(r"<h2[^>]*>([^<]+)</h2><ul[^>]*>(.*?)</ul>", navigation)
    assert [(name, re.findall(r"<span>([^<]+)</span>", links)) for name, links in lists] == [
        ("Simulated Slack", ["general", "Parley"]),
        ("Simulated Discord", ["general", "random", "Parley"]),
    ]


async def test_a_message_is_said_by_mina(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    answer = await http.post("/messages", data={**discord_general, "text": "@Parley hello"})

    assert answer.status_code == 201
    (said,) = discord.messages(discord_general["channel"])
    assert (said.author_id, said.content) == (_mina(discord), f"<@{discord.bot.id}> hello")


async def test_a_direct_conversation_is_another_channel(http: httpx.AsyncClient, discord: DiscordSimulator) -> None:
    direct = discord.direct(_mina(discord))
    fields = {"place": "discord", "channel": direct.id}

    await http.post("/messages", data={**fields, "text": "hello"})

    assert 'aria-label="Conversation with Parley"' in await _shown(http, fields)
    assert [one.content for one in discord.messages(direct.id)] == ["hello"]


async def test_a_message_without_a_thread_is_no_region(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    await _said(discord, discord_general, "hello")

    page = await _shown(http, discord_general)

    assert "<p>hello</p>" in page
    assert "Thread: " not in page


async def test_a_thread_that_the_bot_opens_is_shown_under_its_message_and_takes_replies(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    root = await _said(discord, discord_general, "hello")
    await discord_bot.opens_thread(discord_general["channel"], root.id, "About hello")
    await discord_bot.posts(root.id, "Hello **Ada**")

    page = await _shown(http, discord_general)
    await http.post("/messages", data={**discord_general, "thread": root.id, "text": "and again"})

    thread = page.partition("Thread: About hello")[2]
    assert thread.index("<p>hello</p>") < thread.index("<p>Hello <strong>Ada</strong></p>")
    assert discord.messages(root.id)[-1].content == "and again"


async def test_a_thread_without_a_message_is_shown_too(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    thread = discord.open_thread(discord_general["channel"], "Plans", user_id=_mina(discord))
    await discord.say(thread.id, "first", user_id=_mina(discord))

    page = await _shown(http, discord_general)

    assert page.count("Thread: Plans") == 1
    assert "<p>first</p>" in page.partition("Thread: Plans")[2]


async def test_a_thread_appears_and_its_answer_grows(
    discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields, opened_on: Opened
) -> None:
    root = await _said(discord, discord_general, "hello")

    async with opened_on(discord_general) as events:
        await events.next()
        await discord_bot.opens_thread(discord_general["channel"], root.id, "About hello")
        await events.until(does="put", contains="Thread: About hello")
        answer = await discord_bot.posts(root.id, "Once upon")
        await events.until(does="put", contains="Once upon")
        await discord_bot.edits(root.id, answer, "Once upon a time")
        grown = await events.until(does="grow", contains="Once upon a time")

    assert grown["html"] == "<p>Once upon a time</p>"


async def test_a_reply_says_to_what(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    answer = await discord_bot.posts(discord_general["channel"], "It is **84**.")

    await http.post("/messages", data={**discord_general, "reply_to": answer, "text": "why?"})

    page = await _shown(http, discord_general)
    assert discord.messages(discord_general["channel"])[-1].reply_to == answer
    assert '<p class="above">Replying to Parley: It is 84.</p>' in page
    assert f'<button aria-label="Reply" type="button" data-reply="{answer}">' in page


async def test_a_reply_to_what_is_gone_says_so(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    answers = [
        await http.post("/messages", data={**discord_general, "reply_to": "1", "text": "hello"}),
        await http.post("/messages", data={**discord_general, "thread": "1", "text": "hello"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert all("not there any more" in answer.json()["problem"] for answer in answers)
    assert discord.messages(discord_general["channel"]) == []


async def test_a_command_shows_who_used_it_then_thinking_then_the_answer(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers(COMMANDS)

    form = {**discord_general, "text": "/ask What is 12*7?"}
    answer, used = await asyncio.gather(http.post("/messages", data=form), discord_bot.defers())
    thinking = await _shown(http, discord_general)
    await discord_bot.answers(used, "84")
    answered = await _shown(http, discord_general)

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
    root = await _said(discord, discord_general, "hello")
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

    page = await _shown(http, discord_general)
    assert "Mina used /stop · Only Mina can see this" in page
    assert "for Mina" in page
    assert "for Ada" not in page


async def test_a_button_is_pressed(http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields) -> None:
    message = await discord_bot.posts(discord_general["channel"], "Working.", components=STOP)

    page = await _shown(http, discord_general)
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


async def test_typing_is_the_status_until_the_message_comes(
    discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields, opened_on: Opened
) -> None:
    channel_id = discord_general["channel"]

    async with opened_on(discord_general) as events:
        await events.next()
        await discord_bot.types(channel_id)
        shown = await events.until(does="put", contains="Parley is typing…")
        await discord_bot.posts(channel_id, "hello")
        cleared = await events.until(does="put", contains=f'id="discord-{channel_id}-status"')

    assert shown["id"] == cleared["id"] == f"discord-{channel_id}-status"
    assert "typing" not in cleared["html"]


async def test_typing_in_a_thread_is_the_status_of_that_thread(
    discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields, opened_on: Opened
) -> None:
    root = await _said(discord, discord_general, "hello")
    await discord_bot.opens_thread(discord_general["channel"], root.id, "About hello")

    async with opened_on(discord_general) as events:
        await events.next()
        await discord_bot.types(root.id)
        shown = await events.until(does="put", contains="Parley is typing…")

    assert shown["id"] == f"discord-{discord_general['channel']}-{root.id}-status"


async def test_only_the_open_channel_is_sent(
    discord: DiscordSimulator, discord_general: Fields, opened_on: Opened
) -> None:
    async with opened_on(discord_general) as events:
        await events.next()
        await discord.say(discord.guild.channel("random").id, "elsewhere", user_id=_mina(discord))
        said = await _said(discord, discord_general, "here")
        await discord.react(said.id, "👀", user_id=_mina(discord))
        patches = await events.until(does="put", contains="👀 1")

    assert "here" in str(patches)
    assert "elsewhere" not in str(patches)


async def test_a_report_appears_with_name_and_size_and_is_saved(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.posts_file(discord_general["channel"], "report.md", b"# Otters")

    page = await _shown(http, discord_general)
    (attachment,) = discord.messages(discord_general["channel"])[0].attachments
    saved = await http.get(f"/files/discord/{attachment.id}")

    assert f'<a href="/files/discord/{attachment.id}"' in page
    assert "<b>report.md</b><small>8 bytes</small>" in page
    assert saved.content == b"# Otters"
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''report.md"
    assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_a_file_that_is_not_there_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/files/discord/1")).status_code == 404


async def test_hostile_names_are_only_text(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    hostile = "<script>alert(1)</script>"
    person = discord.add_member(hostile)
    root = await discord.say(discord_general["channel"], f"<@{person.id}>", user_id=person.id)
    button = {"type": 2, "style": 1, "label": hostile, "custom_id": '"><script>'}
    await discord_bot.opens_thread(discord_general["channel"], root.id, hostile)
    await discord_bot.posts(root.id, "", components=[{"type": 1, "components": [button]}], embeds=[{"title": hostile}])
    await discord.say(root.id, "x", user_id=person.id, reply_to=discord.messages(root.id)[-1].id)

    page = (await _shown(http, discord_general)).lower()

    assert "&lt;script&gt;" in page
    assert "<script>" not in page


async def test_the_stream_ends_with_the_simulator(
    discord: DiscordSimulator, discord_general: Fields, opened_on: Opened
) -> None:
    async with opened_on(discord_general) as events:
        await events.next()
        discord.ledger.close()

        with pytest.raises(EOFError):
            await events.next()
