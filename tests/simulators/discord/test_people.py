"""What only people do, as discord.py hears of it."""

import asyncio

import discord
import pytest

from bot.simulators.discord import DiscordSimulator
from tests.simulators.discord.conftest import Connect, HastyClient, intents


async def test_what_a_moderator_deletes_together_is_told_of_at_once(
    simulator: DiscordSimulator, connect: Connect, general: str, ada: str
) -> None:
    client = HastyClient(intents=intents(), guild_ready_timeout=0.2)
    heard: asyncio.Queue[discord.RawBulkMessageDeleteEvent] = asyncio.Queue()

    async def on_raw_bulk_message_delete(event: discord.RawBulkMessageDeleteEvent) -> None:
        heard.put_nowait(event)

    client.event(on_raw_bulk_message_delete)
    async with connect(client):
        said = [(await simulator.say(general, text, user_id=ada)).id for text in ("one", "two", "three")]

        await simulator.delete_together(said[:2])

        async with asyncio.timeout(5):
            event = await heard.get()
    assert (sorted(map(str, event.message_ids)), str(event.channel_id)) == (said[:2], general)
    assert [message.content for message in simulator.messages(general)] == ["three"]
    assert len(simulator.ledger.of("delete")) == 2


async def test_only_several_messages_of_one_channel_can_be_deleted_together(
    simulator: DiscordSimulator, general: str, ada: str
) -> None:
    one = await simulator.say(general, "one", user_id=ada)
    elsewhere = await simulator.say(simulator.direct(ada).id, "two", user_id=ada)

    for chosen in ([one.id], [one.id, one.id], [one.id, elsewhere.id]):
        with pytest.raises(ValueError, match="together"):
            await simulator.delete_together(chosen)

    assert [message.id for message in simulator.messages(general)] == [one.id]
