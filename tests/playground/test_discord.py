"""The simulated Discord on the page, over real sockets, with a bot that speaks REST and the gateway."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator, Message
from tests.playground.discord_bot import DiscordBot
from tests.playground.page import Fields, shown

Opened = Callable[[dict[str, str]], AbstractAsyncContextManager[Any]]


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

    assert 'aria-label="Conversation with Parley"' in await shown(http, fields)
    assert [one.content for one in discord.messages(direct.id)] == ["hello"]


async def test_a_message_without_a_thread_is_no_region(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    await _said(discord, discord_general, "hello")

    page = await shown(http, discord_general)

    assert "<p>hello</p>" in page
    assert "Thread: " not in page


async def test_a_thread_that_the_bot_opens_is_shown_under_its_message_and_takes_replies(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    root = await _said(discord, discord_general, "hello")
    await discord_bot.opens_thread(discord_general["channel"], root.id, "About hello")
    await discord_bot.posts(root.id, "Hello **Ada**")

    page = await shown(http, discord_general)
    await http.post("/messages", data={**discord_general, "thread": root.id, "text": "and again"})

    thread = page.partition("Thread: About hello")[2]
    assert thread.index("<p>hello</p>") < thread.index("<p>Hello <strong>Ada</strong></p>")
    assert discord.messages(root.id)[-1].content == "and again"


async def test_a_thread_without_a_message_is_shown_too(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    thread = discord.open_thread(discord_general["channel"], "Plans", user_id=_mina(discord))
    await discord.say(thread.id, "first", user_id=_mina(discord))

    page = await shown(http, discord_general)

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

    page = await shown(http, discord_general)
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


async def test_typing_is_the_status_until_the_message_comes(
    discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields, opened_on: Opened
) -> None:
    channel_id = discord_general["channel"]

    async with opened_on(discord_general) as events:
        await events.next()
        await discord_bot.types(channel_id)
        status = await events.until(does="put", contains="Parley is typing…")
        await discord_bot.posts(channel_id, "hello")
        cleared = await events.until(does="put", contains=f'id="discord-{channel_id}-status"')

    assert status["id"] == cleared["id"] == f"discord-{channel_id}-status"
    assert "typing" not in cleared["html"]


async def test_typing_in_a_thread_is_the_status_of_that_thread(
    discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields, opened_on: Opened
) -> None:
    root = await _said(discord, discord_general, "hello")
    await discord_bot.opens_thread(discord_general["channel"], root.id, "About hello")

    async with opened_on(discord_general) as events:
        await events.next()
        await discord_bot.types(root.id)
        status = await events.until(does="put", contains="Parley is typing…")

    assert status["id"] == f"discord-{discord_general['channel']}-{root.id}-status"


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

    page = await shown(http, discord_general)
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

    page = (await shown(http, discord_general)).lower()

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
