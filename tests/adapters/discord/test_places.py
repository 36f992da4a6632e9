"""Messages that are taken away, and threads that the bot begins by itself."""

import pytest

from adapters.discord.channel import DiscordChannel, discord_channel
from adapters.discord.events import thread_in
from bot.clock import SystemClock
from bot.conversation.adapter import Channel, ChannelBusy, OpensThreads, Undeliverable
from bot.models import Inbound, MessageId, Thread
from bot.simulators.discord import (
    DiscordSimulator,
    Failure,
    Message,
    Permission,
    broken,
    dropped_reply,
    refused_with,
)
from tests.adapters.discord.conftest import STOP, Store, ask, delivered, direct_message, inbound, part_of, shown

POST = "POST /channels/{channel_id}/messages"
DELETE = "DELETE /channels/{channel_id}/messages/{message_id}"
OPEN = "POST /channels/{channel_id}/messages/{message_id}/threads"


async def test_a_reply_that_is_removed_is_gone_and_removing_it_again_is_fine(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    posted = await channel.post(mention, part_of(mention, "Par", final=False, actions=(STOP,)))
    await simulator.delete(mention.message)

    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=SystemClock()) as another_worker:
        await another_worker.remove(mention, posted)
        await another_worker.remove(mention, posted)

    assert shown(simulator, mention.message) == []
    assert len(simulator.ledger.of("thread_created")) == 1


async def test_a_reply_that_stands_in_the_channel_is_removed_from_there(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str
) -> None:
    simulator.deny(general, Permission.CREATE_PUBLIC_THREADS)
    posted = await channel.post(mention, part_of(mention, "Par", final=False))

    await channel.remove(mention, posted)

    assert shown(simulator, general) == []


async def test_a_reply_in_a_thread_that_is_gone_counts_as_removed(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str
) -> None:
    await channel.remove(inbound(simulator.guild.id, "77", "77", "78", reply_in="77"), MessageId("79"))

    assert [entry["status"] for entry in simulator.ledger.of("call", route=DELETE)] == [404]


async def test_a_reply_in_an_archived_thread_is_removed(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    posted = await channel.post(mention, part_of(mention, "Par", final=False))
    simulator.fails(DELETE, refused_with(50083))

    await channel.remove(mention, posted)

    assert shown(simulator, mention.message) == []


async def test_what_may_not_be_removed_is_undeliverable(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    posted = await channel.post(mention, part_of(mention, "Par", final=False))
    simulator.fails(DELETE, refused_with(50001))

    with pytest.raises(Undeliverable):
        await channel.remove(mention, posted)


@pytest.mark.parametrize("age_seconds", [0, 16 * 60])
async def test_the_answer_to_a_command_is_removed_also_when_its_token_is_over(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str, age_seconds: int
) -> None:
    await ask(simulator, general, ada)
    asked = await delivered(simulator, heard)
    first = await channel.post(asked, part_of(asked, "A ca", final=False))
    second = await channel.post(asked, part_of(asked, "It sle", 1, final=False))
    simulator.advance(age_seconds)

    await channel.remove(asked, first)
    await channel.remove(asked, second)

    assert shown(simulator, general) == []


async def test_the_growing_answer_to_a_command_loses_its_button_with_its_last_edit(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    asked = await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    first = await channel.post(message, part_of(message, "A", final=False, actions=(STOP,)))
    answer = simulator.original(asked)
    assert answer is not None
    assert len(answer.components) == 1

    await channel.edit(message, first, part_of(message, "A cat.", actions=()))

    assert (answer.content.endswith("A cat."), answer.components) == (True, [])


async def opened(simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound, general: str) -> Thread:
    """A thread that was begun from a message in the text channel."""
    assert isinstance(channel, OpensThreads)
    thread = await channel.open_thread(to, part_of(to, "Going on **here**", "fork"))
    (message,) = [one for one in simulator.messages(general) if one.author_id == simulator.bot.id]
    assert (message.content, message.id) == ("Going on **here**", thread.channel)
    assert thread == thread_in(simulator.guild.id, message.id, message.id)
    return thread


async def test_from_a_thread_another_begins_in_the_channel_around_it(
    simulator: DiscordSimulator, channel: DiscordChannel, question: Message, general: str, ada: str
) -> None:
    place = simulator.open_thread(general, "Talk", user_id=ada, message_id=question.id).id

    thread = await opened(simulator, channel, inbound(simulator.guild.id, place, place, "77", reply_in=place), general)

    (begun,) = simulator.ledger.of("thread_created", owner_id=simulator.bot.id)
    assert (begun["channel_id"], begun["parent_id"]) == (thread.channel, general)


async def test_from_a_mention_in_a_text_channel_one_begins_there(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str
) -> None:
    await opened(simulator, channel, mention, general)

    assert simulator.messages(general)[-1].reply_to is None


async def test_from_a_command_one_begins_where_it_was_used_and_what_is_written_there_belongs_to_it(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await ask(simulator, general, ada)
    asked = await delivered(simulator, heard)
    assert isinstance(channel, OpensThreads)
    elsewhere = asked.model_copy(update={"thread": thread_in(simulator.guild.id, "1", "1")})  # it goes on with another

    thread = await channel.open_thread(elsewhere, part_of(asked, "Going on here", "fork"))
    await simulator.say(thread.channel, "and then?", user_id=ada)

    follow_up = await delivered(simulator, heard, 2)
    assert follow_up.thread == thread
    await channel.post(follow_up, part_of(follow_up, "Then this."))
    assert shown(simulator, thread.channel)[-1] == "Then this."


@pytest.mark.parametrize("route", [POST, OPEN])
@pytest.mark.parametrize("failure", [dropped_reply(), broken(502, commit=True), broken(502)])
async def test_a_thread_whose_beginning_went_unheard_begins_once(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str, route: str, failure: Failure
) -> None:
    part = part_of(mention, "Going on here", "fork")
    simulator.fails(route, failure)
    assert isinstance(channel, OpensThreads)
    with pytest.raises(ChannelBusy):
        await channel.open_thread(mention, part)
    simulator.advance(3_600)  # the nonce is forgotten

    thread = await channel.open_thread(mention, part, again=True)

    assert [one.id for one in simulator.messages(general) if one.author_id == simulator.bot.id] == [thread.channel]
    assert len(simulator.ledger.of("thread_created")) == 1


async def test_a_direct_channel_has_no_threads(simulator: DiscordSimulator, channel: DiscordChannel, ada: str) -> None:
    to = direct_message(simulator, ada)
    assert isinstance(channel, OpensThreads)

    with pytest.raises(Undeliverable, match="direct messages have no threads"):
        await channel.open_thread(to, part_of(to, "Going on here", "fork"))

    assert shown(simulator, to.thread.channel) == []


@pytest.mark.parametrize("code", [50013, 50024, 160006])
async def test_where_no_thread_may_be_opened_nothing_stays_in_the_channel(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str, code: int
) -> None:
    simulator.fails(OPEN, refused_with(code))
    assert isinstance(channel, OpensThreads)

    with pytest.raises(Undeliverable, match=str(code)):
        await channel.open_thread(mention, part_of(mention, "Going on here", "fork"))

    assert shown(simulator, general) == []


def test_the_channel_offers_what_a_channel_must(channel: DiscordChannel) -> None:
    offered: Channel = channel

    assert offered.limits.message_chars > 0
