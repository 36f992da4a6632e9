"""What can be done with messages of the simulated Discord, by the forms of the page."""

import asyncio

import httpx

from bot.simulators.discord import DiscordSimulator, Message
from tests.playground.discord_bot import COMMANDS, FORK, DiscordBot
from tests.playground.page import Fields, shown

FORK_KEY = "menu:Fork from here"


async def _said(http: httpx.AsyncClient, discord: DiscordSimulator, fields: Fields, text: str) -> Message:
    await http.post("/messages", data={**fields, "text": text})
    return discord.messages(fields["channel"])[-1]


async def test_an_own_message_is_edited_from_what_was_typed(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    said = await _said(http, discord, discord_general, "@Parley **hello**")

    before = await shown(http, discord_general)
    await http.post("/edits", data={**discord_general, "message": said.id, "text": "@Parley **hello**"})
    unchanged = said.edited_at
    await http.post("/edits", data={**discord_general, "message": said.id, "text": "@Parley goodbye"})

    assert 'data-edit="@Parley **hello**"' in before
    assert unchanged is None
    assert said.content == f"<@{discord.bot.id}> goodbye"
    assert "(edited)" in await shown(http, discord_general)


async def test_an_edit_that_is_too_long_says_so(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    said = await _said(http, discord, discord_general, "hello")

    answer = await http.post("/edits", data={**discord_general, "message": said.id, "text": "x" * 2_001})

    assert answer.json() == {"problem": "Discord takes at most 2,000 characters."}


async def test_messages_of_others_are_theirs(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_general: Fields
) -> None:
    theirs = await discord.say(discord_general["channel"], "hello", user_id=discord.guild.member("ada").id)

    answers = [
        await http.post("/edits", data={**discord_general, "message": theirs.id, "text": "goodbye"}),
        await http.post("/gestures", data={**discord_general, "message": theirs.id, "gesture": "delete"}),
        await http.post("/gestures", data={**discord_general, "message": "1", "gesture": "delete"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert discord.messages(discord_general["channel"]) == [theirs]


async def test_a_message_is_deleted_and_its_thread_says_so(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    said = await _said(http, discord, discord_general, "@Parley hello")
    await discord_bot.opens_thread(discord_general["channel"], said.id, "About hello")
    await discord_bot.posts(said.id, "Hello.")

    await http.post("/gestures", data={**discord_general, "message": said.id, "gesture": "delete"})

    thread = (await shown(http, discord_general)).partition("Thread: About hello")[2]
    assert thread.index("The message that this thread began with was deleted.") < thread.index("<p>Hello.</p>")
    assert "<p>hello</p>" not in thread


async def test_a_stop_sign_is_put_once(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    answer = await discord_bot.posts(discord_general["channel"], "Working.")
    form = {**discord_general, "message": answer, "gesture": "stop-sign"}

    first, second = await http.post("/gestures", data=form), await http.post("/gestures", data=form)

    assert (first.status_code, second.status_code) == (201, 400)
    (message,) = discord.messages(discord_general["channel"])
    assert message.reactions == {"\N{OCTAGONAL SIGN}": [discord.guild.member("mina").id]}
    page = await shown(http, discord_general)
    assert '<span class="unseen">Stop sign</span> 1</li>' in page
    assert 'aria-label="Add stop sign"' not in page


async def test_a_command_is_used_from_the_menu_of_an_answer(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers([*COMMANDS, FORK])
    answer = await discord_bot.posts(discord_general["channel"], "It is 84.")

    before = await shown(http, discord_general)
    form = {**discord_general, "message": answer, "gesture": FORK_KEY}
    taken, used = await asyncio.gather(http.post("/gestures", data=form), discord_bot.defers())
    await discord_bot.answers(used, "Done.")

    assert f'<button name="gesture" value="{FORK_KEY}">Fork from here</button>' in before
    assert taken.status_code == 201
    assert used["data"]["target_id"] == answer
    assert "Mina used “Fork from here”" in await shown(http, discord_general)


async def test_a_command_for_servers_is_not_in_direct_messages(
    http: httpx.AsyncClient, discord: DiscordSimulator, discord_bot: DiscordBot
) -> None:
    await discord_bot.registers([*COMMANDS, FORK])
    direct = {"place": "discord", "channel": discord.direct(discord.guild.member("mina").id).id}
    await discord_bot.posts(direct["channel"], "It is 84.")

    page = await shown(http, direct)

    assert 'aria-label="Add stop sign"' in page
    assert "Fork from here" not in page


async def test_a_command_that_nobody_takes_is_said_to_have_failed(
    http: httpx.AsyncClient, discord_bot: DiscordBot, discord_general: Fields
) -> None:
    await discord_bot.registers([FORK])
    answer = await discord_bot.posts(discord_general["channel"], "It is 84.")

    form = {**discord_general, "message": answer, "gesture": FORK_KEY}
    failed = await http.post("/gestures", data=form)

    assert failed.json() == {"problem": "Parley did not respond. Try again in a moment."}
