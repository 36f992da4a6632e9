"""discord.py as the judge: it logs in, listens, answers and recovers, changed in nothing but two addresses."""

import asyncio
import io

import discord
import pytest
from discord import app_commands

from bot.simulators.discord import DiscordSimulator, Portal, Upload, rate_limited
from tests.simulators.discord.conftest import Connect, HastyClient, intents

Asked = discord.Interaction[discord.Client]


async def test_a_mention_reaches_the_bot_and_its_reply_is_visible(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    async with connect() as peer:
        await simulator.say(general, "@Parley what is the capital of France?", user_id=ada)
        question = await peer.hears()

        await question.reply("Paris.")

        assert question.content == f"<@{simulator.bot.id}> what is the capital of France?"
        reply = simulator.messages(general)[-1]
        assert (reply.content, reply.reply_to, reply.author_id) == ("Paris.", str(question.id), simulator.bot.id)
        assert (await peer.hears()).author.id == int(simulator.bot.id)  # its own message comes back


async def test_a_thread_from_a_message_has_its_id_and_takes_replies(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    async with connect() as peer:
        await simulator.say(general, "@Parley plan a trip", user_id=ada)
        question = await peer.hears()

        thread = await question.create_thread(name="Trip")
        await thread.send("Where to?")

        assert thread.id == question.id
        assert [message.content for message in simulator.messages(str(thread.id))] == ["", "Where to?"]
        assert (await peer.hears()).type == discord.MessageType.thread_starter_message
        assert (await peer.hears()).channel == thread


async def test_a_long_text_arrives_as_a_file_and_files_go_both_ways(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    async with connect() as peer:
        await simulator.say(general, "x" * 2001, user_id=ada, files=[Upload("Grüße 1.png", b"PNG")])
        question = await peer.hears()

        picture, pasted = [await attachment.read() for attachment in question.attachments]
        await question.channel.send(file=discord.File(io.BytesIO(b"a,b"), "table.csv"), embed=discord.Embed(title="T"))

        assert question.content == ""
        assert (picture, pasted) == (b"PNG", b"x" * 2001)
        assert question.attachments[0].filename == "Grue_1.png"
        sent = simulator.messages(general)[-1]
        assert sent.attachments[0].filename == "table.csv"
        assert sent.embeds[0]["title"] == "T"


async def test_a_direct_message_is_answered_where_it_was_asked(
    simulator: DiscordSimulator, connect: Connect, ada: str
) -> None:
    async with connect() as peer:
        direct = simulator.direct(ada)
        await simulator.say(direct.id, "hello", user_id=ada)
        question = await peer.hears()

        await question.channel.send("Hello, Ada.")

        assert question.guild is None
        assert [message.content for message in simulator.messages(direct.id)] == ["hello", "Hello, Ada."]


async def test_a_slash_command_is_deferred_and_then_answered(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    client = HastyClient(intents=intents(), guild_ready_timeout=0.2)
    tree = app_commands.CommandTree(client)

    async def ask(interaction: Asked, prompt: str, file: discord.Attachment | None = None) -> None:
        await interaction.response.defer(thinking=True)
        size = len(await file.read()) if file else 0
        await interaction.edit_original_response(content=f"{prompt}: {size} bytes")
        await interaction.followup.send("only for you", ephemeral=True)

    tree.command(description="Ask the model")(ask)
    async with connect(client):
        await tree.sync()
        asked = await simulator.command(
            "ask", {"prompt": "read"}, channel_id=general, user_id=ada, files=[Upload("a.txt", b"12345")]
        )

        await simulator.wait_for(lambda: asked.followup_ids)

    assert [message.content for message in simulator.messages(general)] == ["read: 5 bytes"]
    assert [message.content for message in simulator.messages(general, user_id=ada)][1:] == ["only for you"]
    assert [entry.facts["type"] for entry in simulator.ledger.of("interaction_answered")] == [5]


async def test_a_command_in_direct_messages_is_answered_there(
    simulator: DiscordSimulator, connect: Connect, ada: str
) -> None:
    client = HastyClient(intents=intents(), guild_ready_timeout=0.2)
    tree = app_commands.CommandTree(client)

    async def ask(interaction: Asked) -> None:
        await interaction.response.send_message(f"Hello, {interaction.user.display_name}.")

    tree.command(description="Ask the model")(ask)
    direct = simulator.direct(ada)
    async with connect(client):
        await tree.sync()
        asked = await simulator.command("ask", {}, channel_id=direct.id, user_id=ada)
        await simulator.wait_for(lambda: simulator.original(asked))

    assert [message.content for message in simulator.messages(direct.id)] == ["Hello, Ada."]


async def test_a_link_preview_changes_a_message_without_an_edit(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    changes: asyncio.Queue[discord.Message] = asyncio.Queue()
    client = HastyClient(intents=intents(), guild_ready_timeout=0.2)

    async def on_message_edit(before: discord.Message, after: discord.Message) -> None:
        changes.put_nowait(after)

    client.event(on_message_edit)
    async with connect(client) as peer:
        message = await simulator.say(general, "see https://example.org", user_id=ada)
        await peer.hears()
        await simulator.unfurl(message.id)
        async with asyncio.timeout(5):
            changed = await changes.get()

    assert (changed.content, len(changed.embeds), changed.edited_at) == ("see https://example.org", 1, None)


async def test_a_message_command_gets_the_message_and_a_button_changes_the_answer(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    client = HastyClient(intents=intents(content=False), guild_ready_timeout=0.2)
    tree = app_commands.CommandTree(client)

    async def about(interaction: Asked, message: discord.Message) -> None:
        view = discord.ui.View()
        view.add_item(discord.ui.Button[discord.ui.View](label="Stop", custom_id="stop:1"))
        await interaction.response.send_message(message.content.upper(), view=view)

    async def on_interaction(interaction: Asked) -> None:
        if interaction.type == discord.InteractionType.component:
            await interaction.response.edit_message(content="Stopped.", view=None)

    tree.context_menu(name="Ask about this")(about)
    client.event(on_interaction)
    async with connect(client):
        await tree.sync()
        message = await simulator.say(general, "fire", user_id=ada)
        asked = await simulator.message_command("Ask about this", message_id=message.id, user_id=ada)
        answer = await simulator.wait_for(lambda: simulator.original(asked))
        assert answer is not None
        assert answer.content == "FIRE"

        await simulator.press(answer.id, "stop:1", user_id=ada)
        await simulator.wait_for(lambda: answer.content == "Stopped.")

    assert answer.components == []


async def test_a_choice_is_offered_while_typing_and_a_form_comes_back(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    client = HastyClient(intents=intents(), guild_ready_timeout=0.2)
    tree = app_commands.CommandTree(client)

    class Form(discord.ui.Modal, title="More"):
        details: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Details", custom_id="details")

        async def on_submit(self, interaction: Asked, /) -> None:
            await interaction.response.send_message(f"got {self.details.value}")

    form_is_known = asyncio.Event()

    async def persona(interaction: Asked, name: str) -> None:
        await interaction.response.send_modal(Form())
        form_is_known.set()

    async def names(interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}{number}", value=str(number)) for number in range(2)]

    command = tree.command(description="Who answers")(persona)
    command.autocomplete("name")(names)
    async with connect(client):
        await tree.sync()
        typing = await simulator.autocomplete("persona", {"name": "a"}, focus="name", channel_id=general, user_id=ada)
        await simulator.wait_for(lambda: typing.state == "answered")
        chosen = await simulator.command("persona", {"name": "a0"}, channel_id=general, user_id=ada)
        await simulator.wait_for(lambda: chosen.modal)
        await form_is_known.wait()  # the library notes it once its call has been answered
        filled = await simulator.submit(chosen.id, {"details": "tea"})
        await simulator.wait_for(lambda: filled.state == "answered")

    assert [choice["name"] for choice in typing.choices] == ["a0", "a1"]
    assert simulator.messages(general)[-1].content == "got tea"


@pytest.mark.parametrize("close_code", [4000, 1006])
async def test_what_happens_during_a_short_drop_is_replayed(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str, close_code: int
) -> None:
    async with connect() as peer:
        await simulator.drop_gateway(resumable=True, close_code=close_code)
        await simulator.say(general, "while you were away", user_id=ada)

        assert (await peer.hears()).content == "while you were away"
        assert [entry.facts["event"] for entry in simulator.ledger.of("gateway")][-1] == "resumed"


async def test_what_happens_after_an_invalid_session_is_never_delivered_but_stays_in_the_history(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    simulator.gateway.identify_seconds = 0
    async with connect() as peer:
        await simulator.drop_gateway(resumable=False)
        await simulator.say(general, "in the gap", user_id=ada)
        await simulator.wait_for(lambda: simulator.gateway.connected)
        await simulator.say(general, "after it", user_id=ada)

        heard = await peer.hears()

        assert heard.content == "after it"
        assert [message.content async for message in heard.channel.history(limit=5)] == ["after it", "in the gap"]


async def test_a_request_to_reconnect_loses_nothing(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    async with connect() as peer:
        simulator.ask_to_reconnect()
        await simulator.wait_for(lambda: simulator.ledger.of("gateway", event="resumed"))

        await simulator.say(general, "still there?", user_id=ada)

        assert (await peer.hears()).content == "still there?"


async def test_events_can_be_lost_repeated_and_reordered(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    async with connect() as peer:
        simulator.lose_events(1)
        await simulator.say(general, "lost", user_id=ada)
        simulator.repeat_events(1)
        await simulator.say(general, "twice", user_id=ada)
        with simulator.holding_events(newest_first=True):
            await simulator.say(general, "first", user_id=ada)
            await simulator.say(general, "second", user_id=ada)

        heard = [(await peer.hears()).content for _ in range(4)]

    assert heard[:2] == ["twice", "twice"]
    assert sorted(heard[2:]) == ["first", "second"]


async def test_the_library_waits_out_a_rate_limit(simulator: DiscordSimulator, connect: Connect, general: str) -> None:
    simulator.fails("POST /channels/{channel_id}/messages", rate_limited(0.2))
    async with connect() as peer:
        await peer.client.get_partial_messageable(int(general)).send("patient")

    assert [message.content for message in simulator.messages(general)] == ["patient"]
    assert [entry.facts["status"] for entry in simulator.ledger.of("call", channel_id=general)] == [429, 200]
    assert simulator.ledger.of("violation") == []


async def test_a_rate_limit_without_the_mark_of_discord_looks_like_a_ban(
    simulator: DiscordSimulator, connect: Connect, general: str
) -> None:
    simulator.fails("POST /channels/{channel_id}/messages", rate_limited(0.2, via=False))
    async with connect() as peer:
        with pytest.raises(discord.HTTPException, match="429"):
            await peer.client.get_partial_messageable(int(general)).send("impatient")


async def test_several_shards_share_the_work(simulator: DiscordSimulator, connect: Connect, ada: str) -> None:
    class HastyShards(discord.AutoShardedClient):
        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None: ...

    simulator.gateway.shards, simulator.gateway.identify_seconds = 2, 0
    async with connect(HastyShards(intents=intents(), guild_ready_timeout=0.2)) as peer:
        await simulator.say(simulator.guild.channel("random").id, "to a guild", user_id=ada)
        await simulator.say(simulator.direct(ada).id, "to the bot", user_id=ada)

        heard = {(await peer.hears()).content for _ in range(2)}

    assert heard == {"to a guild", "to the bot"}
    assert [entry.facts["shard"] for entry in simulator.ledger.of("gateway", event="identified")] == [[0, 2], [1, 2]]


@pytest.mark.parametrize("portal", [Portal(message_content=False)])
async def test_without_the_portals_switch_the_content_intent_is_fatal(
    simulator: DiscordSimulator, connect: Connect
) -> None:
    assert not simulator.gateway.connected

    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connect():
            pass


async def test_a_worker_without_gateway_answers_over_rest(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    question = await simulator.say(general, "@Parley hi", user_id=ada)
    async with connect() as peer:
        place = peer.client.get_partial_messageable(int(general))
        sent = await place.send("Par", nonce="turn1-part1", allowed_mentions=discord.AllowedMentions.none())
        again = await place.send("Par", nonce="turn1-part1")
        await place.get_partial_message(sent.id).edit(content="Paris.")
        await place.get_partial_message(int(question.id)).add_reaction("👀")

    assert again.id == sent.id
    assert [message.content for message in simulator.messages(general)][1:] == ["Paris."]
    assert question.reactions == {"👀": [simulator.bot.id]}
