"""Replies on a simulated Discord: where they go, that they come once, and what becomes of them on bad days."""

import asyncio

import pytest

from adapters.discord.channel import DiscordChannel, discord_channel
from bot.clock import SystemClock
from bot.conversation.adapter import ChannelBusy, MessageGone, ShowsActivity
from bot.models import Inbound
from bot.simulators.discord import (
    DiscordSimulator,
    Failure,
    Message,
    Permission,
    broken,
    dropped_reply,
    rate_limited,
    refused_with,
)
from tests.adapters.discord.conftest import direct_message, inbound, part_of, shown

POST = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
OPEN = "POST /channels/{channel_id}/messages/{message_id}/threads"


async def test_a_mention_is_answered_in_a_thread_that_is_opened_once(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    first = await channel.post(mention, part_of(mention, "Par", final=False))
    await channel.edit(mention, first, part_of(mention, "Paris."))
    await channel.post(mention, part_of(mention, "It lies on the Seine.", 1))

    assert shown(simulator, mention.message) == ["Paris.", "It lies on the Seine."]
    (thread,) = simulator.ledger.of("thread_created")
    assert (thread["channel_id"], thread["name"]) == (mention.message, "what is the capital of France?")


async def test_a_thread_that_is_there_already_is_used(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str, ada: str
) -> None:
    simulator.open_thread(general, "Somebody was faster", user_id=ada, message_id=mention.message)

    await channel.post(mention, part_of(mention, "Paris."))

    assert shown(simulator, mention.message) == ["Paris."]


async def test_where_no_thread_can_be_opened_the_reply_stands_in_the_channel(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str
) -> None:
    simulator.deny(general, Permission.CREATE_PUBLIC_THREADS)

    first = await channel.post(mention, part_of(mention, "Par", final=False))
    await channel.edit(mention, first, part_of(mention, "Paris."))

    assert shown(simulator, general) == ["Paris."]
    assert simulator.messages(general)[-1].reply_to == mention.message
    assert simulator.ledger.of("notification", author_id=simulator.bot.id) == []


async def test_a_reply_in_a_channel_needs_no_permission_to_read_its_history(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str
) -> None:
    simulator.deny(general, Permission.CREATE_PUBLIC_THREADS | Permission.READ_MESSAGE_HISTORY)

    await channel.post(mention, part_of(mention, "Paris."))

    assert shown(simulator, general) == ["Paris."]


async def test_what_goes_on_from_a_message_in_the_channel_is_answered_there(
    simulator: DiscordSimulator, channel: DiscordChannel, general: str, question: Message
) -> None:
    follow_up = inbound(simulator.guild.id, general, "99", question.id, open_in=general)

    await channel.post(follow_up, part_of(follow_up, "Still Paris."))

    assert shown(simulator, general) == ["Still Paris."]
    assert simulator.messages(general)[-1].reply_to == question.id
    assert simulator.ledger.of("thread_created") == []


async def test_a_repeated_post_finds_the_first_message_and_shows_the_newer_text(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str
) -> None:
    to = direct_message(simulator, ada)
    simulator.fails(POST, dropped_reply())
    with pytest.raises(ChannelBusy) as busy:
        await channel.post(to, part_of(to, "Par", final=False))
    assert busy.value.unheard

    found = await channel.post(to, part_of(to, "Paris."), again=True)

    assert shown(simulator, to.thread.channel) == ["Paris."]
    assert found == simulator.messages(to.thread.channel)[-1].id


@pytest.mark.parametrize("failure", [dropped_reply(), broken(502, commit=True)])
async def test_a_thread_whose_opening_went_unheard_is_opened_once(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, failure: Failure
) -> None:
    simulator.fails(OPEN, failure)
    with pytest.raises(ChannelBusy):
        await channel.post(mention, part_of(mention, "Paris."))

    await channel.post(mention, part_of(mention, "Paris."), again=True)

    assert shown(simulator, mention.message) == ["Paris."]
    assert len(simulator.ledger.of("thread_created")) == 1


async def test_a_final_text_waits_out_a_penalty_and_a_growing_one_does_not(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str
) -> None:
    to = direct_message(simulator, ada)
    posted = await channel.post(to, part_of(to, "P", final=False))
    simulator.fails(EDIT, rate_limited(0.4))
    with pytest.raises(ChannelBusy) as refused:
        await channel.edit(to, posted, part_of(to, "Pa", final=False))
    with pytest.raises(ChannelBusy) as waiting:
        await channel.edit(to, posted, part_of(to, "Par", final=False))

    await channel.edit(to, posted, part_of(to, "Paris."))

    assert not refused.value.unheard
    assert refused.value.retry_after == 0.4
    assert 0 < waiting.value.retry_after <= 0.5
    assert shown(simulator, to.thread.channel) == ["Paris."]
    assert len(simulator.ledger.of("call", route=EDIT)) == 2


async def test_a_penalty_on_everything_holds_for_everything(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    to = direct_message(simulator, ada)
    simulator.fails(POST, rate_limited(0.3, everywhere=True))
    with pytest.raises(ChannelBusy):
        await channel.post(to, part_of(to, "Paris."))

    await channel.post(mention, part_of(mention, "Paris."))

    assert shown(simulator, mention.message) == ["Paris."]


async def test_edits_leave_room_for_the_last_one_and_no_limit_is_overrun(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str
) -> None:
    to = direct_message(simulator, ada)
    posted = await channel.post(to, part_of(to, "0", final=False))

    for number in range(1, 5):
        await channel.edit(to, posted, part_of(to, str(number), final=False))
    with pytest.raises(ChannelBusy):
        await channel.edit(to, posted, part_of(to, "5", final=False))
    await channel.edit(to, posted, part_of(to, "6"))

    assert shown(simulator, to.thread.channel) == ["6"]
    assert len(simulator.ledger.of("call", status=429)) == 0


async def test_many_replies_at_once_stay_within_the_limit_of_all_calls(
    simulator: DiscordSimulator, channel: DiscordChannel, general: str, ada: str
) -> None:
    simulator.rates["POST /channels/{channel_id}/messages/{message_id}/threads"] = simulator.rates[POST]
    places = [simulator.add_channel(f"place-{number}").id for number in range(40)]
    asked = [await simulator.say(place, "@Parley hello", user_id=ada) for place in places]
    mentions = [
        inbound(simulator.guild.id, one.id, one.id, one.id, open_in=place)
        for one, place in zip(asked, places, strict=True)
    ]

    await asyncio.gather(*(channel.post(mention, part_of(mention, "Hello.")) for mention in mentions))

    assert all(shown(simulator, mention.message) == ["Hello."] for mention in mentions)
    assert simulator.ledger.of("call", status=429) == []


async def test_nobody_is_notified_and_no_link_is_fetched(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    role = simulator.guild.role("team").id
    text = f"@everyone @here <@{ada}> <@&{role}> see https://x.test/secret"

    posted = await channel.post(mention, part_of(mention, text, final=False))
    await channel.edit(mention, posted, part_of(mention, f"{text} again"))

    assert simulator.ledger.of("notification", author_id=simulator.bot.id) == []
    assert simulator.ledger.of("preview") == []
    assert shown(simulator, mention.message)[0].endswith("again")


async def test_a_growing_answer_to_a_message_in_a_thread_that_was_archived_goes_on(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    posted = await channel.post(mention, part_of(mention, "Par", final=False))
    simulator.guild.channels[mention.message].archived = True

    await channel.edit(mention, posted, part_of(mention, "Paris."))

    assert shown(simulator, mention.message) == ["Paris."]


async def test_editing_what_somebody_deleted_says_that_it_is_gone(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    posted = await channel.post(mention, part_of(mention, "Par", final=False))
    await simulator.delete(posted)

    with pytest.raises(MessageGone):
        await channel.edit(mention, posted, part_of(mention, "Paris."))


async def test_a_thread_goes_on_after_its_question_was_deleted(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    posted = await channel.post(mention, part_of(mention, "Par", final=False))
    await simulator.delete(mention.message)

    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=SystemClock()) as another_worker:
        await another_worker.edit(mention, posted, part_of(mention, "Paris."))

    assert shown(simulator, mention.message) == ["Paris."]


async def test_a_token_that_is_refused_makes_the_channel_busy(simulator: DiscordSimulator, mention: Inbound) -> None:
    async with discord_channel("reset", api_url=simulator.api_url, clock=SystemClock()) as channel:
        with pytest.raises(ChannelBusy) as busy:
            await channel.post(mention, part_of(mention, "Paris."))

    assert (busy.value.retry_after, busy.value.unheard) == (30, False)


async def test_typing_is_shown_where_the_reply_will_be(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    assert isinstance(channel, ShowsActivity)

    async with channel.activity(mention, "is thinking…"):
        await simulator.wait_for(lambda: simulator.ledger.of("typing", channel_id=mention.message))


async def test_a_failing_sign_of_activity_disturbs_nothing(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str
) -> None:
    to = direct_message(simulator, ada)
    simulator.fails("POST /channels/{channel_id}/typing", refused_with(50001))

    async with channel.activity(to, "is thinking…"):
        await simulator.wait_for(lambda: simulator.ledger.of("call", route="POST /channels/{channel_id}/typing"))
        await channel.post(to, part_of(to, "Paris."))

    assert shown(simulator, to.thread.channel) == ["Paris."]
