"""Buttons, from the press to the acknowledgement, in all weathers."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.discord.channel import DiscordChannel
from bot.content import TextContent
from bot.models import Inbound, MessageId
from bot.simulators.discord import DiscordSimulator, Failure, Interaction, broken, dropped_reply, rate_limited
from tests.adapters.discord.conftest import STOP, Store, ask, delivered, part_of, shown

CALLBACK = "POST /interactions/{interaction_id}/{token}/callback"


async def working(channel: DiscordChannel, to: Inbound) -> MessageId:
    """A message that has a button."""
    return await channel.post(to, part_of(to, "at work", actions=(STOP,)))


async def press(simulator: DiscordSimulator, message: MessageId, user_id: str) -> Interaction:
    return await simulator.press(message, "says:stop", user_id=user_id)


async def test_a_press_is_stored_and_then_deferred_without_a_trace(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    message = await working(channel, mention)
    await delivered(simulator, heard)
    before = len(simulator.ledger.of("interaction_answered", "typing", "thread_created"))

    pressed = await press(simulator, message, ada)

    said = await delivered(simulator, heard, 2)
    (answered,) = await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))
    assert (said.message, said.content, said.continues) == (pressed.id, (TextContent(text="stop"),), message)
    assert said.thread.channel == said.handle["reply_in"] == mention.message
    assert heard.seen_visible[-1] == before
    assert answered["type"] == 6
    assert shown(simulator, mention.message) == ["at work"]


async def test_the_answer_to_a_press_is_a_message_of_its_own(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    await press(simulator, await working(channel, mention), ada)
    said = await delivered(simulator, heard, 2)

    await channel.post(said, part_of(said, "I am stopping it."))

    assert shown(simulator, mention.message) == ["at work", "I am stopping it."]


async def test_a_press_on_the_answer_to_a_command_says_which_answer_and_needs_no_line_of_its_own(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await ask(simulator, general, ada)
    message = await working(channel, await delivered(simulator, heard))

    await press(simulator, message, ada)

    pressed = await delivered(simulator, heard, 2)
    assert (pressed.continues, pressed.thread.root, pressed.silent) == (message, message, True)


@pytest.mark.parametrize("failure", [dropped_reply(), broken(502), broken(502, commit=True), rate_limited(0.2)])
async def test_a_press_whose_acknowledgement_fails_once_is_acknowledged_and_stored_once(
    simulator: DiscordSimulator,
    heard: Store,
    channel: DiscordChannel,
    mention: Inbound,
    ada: str,
    failure: Failure,
) -> None:
    message = await working(channel, mention)
    simulator.fails(CALLBACK, failure)

    await press(simulator, message, ada)

    await simulator.wait_for(lambda: len(simulator.ledger.of("call", route=CALLBACK)) == 2)
    assert len(simulator.ledger.of("interaction_answered")) == 1
    assert len(heard.deliveries) == 2
    assert simulator.ledger.of("interaction_failed") == []


async def test_a_press_that_cannot_be_stored_is_answered_to_its_presser_alone(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    message = await working(channel, mention)
    await delivered(simulator, heard)
    heard.away = True

    pressed = await press(simulator, message, ada)

    await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))
    answer = simulator.original(pressed)
    assert answer is not None
    assert (answer.seen_by, "try again" in answer.content) == (ada, True)
    assert len(heard.deliveries) == 1


async def test_a_message_that_can_never_be_stored_keeps_no_other_waiting(
    simulator: DiscordSimulator, heard: Store, ada: str
) -> None:
    direct = simulator.direct(ada)
    heard.cannot_store = "odd"
    with capture_logs() as lines:
        await simulator.say(direct.id, "odd", user_id=ada)
        even = await simulator.say(direct.id, "even", user_id=ada)

        message = await delivered(simulator, heard)

    assert message.message == even.id
    (dropped,) = [line for line in lines if line["event"] == "event_not_stored"]
    assert (dropped["cause"], "accept" in dropped["where"]) == ("ValueError", True)
    assert [line for line in lines if line["event"] == "store_away"] == []


async def test_a_press_that_can_never_be_stored_is_not_to_be_tried_again(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    message = await working(channel, mention)
    await delivered(simulator, heard)
    heard.cannot_store = "stop"

    pressed = await press(simulator, message, ada)

    await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))
    answer = simulator.original(pressed)
    assert answer is not None
    assert (answer.seen_by, "try again" in answer.content) == (ada, False)


async def test_a_button_that_is_unknown_says_that_it_is_too_old(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    message = await working(channel, mention)
    await delivered(simulator, heard)
    (posted,) = [one for one in simulator.messages(mention.message) if one.id == message]
    posted.components[0]["components"][0]["custom_id"] = "stop:77"

    pressed = await simulator.press(message, "stop:77", user_id=ada)

    await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))
    answer = simulator.original(pressed)
    assert answer is not None
    assert (answer.seen_by, answer.content) == (ada, "This button is too old.")
    assert len(heard.deliveries) == 1


async def test_presses_and_commands_at_once_are_all_stored(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, general: str, ada: str
) -> None:
    message = await working(channel, mention)

    await asyncio.gather(*(press(simulator, message, ada) for _ in range(5)), ask(simulator, general, ada))

    await simulator.wait_for(lambda: len(simulator.ledger.of("interaction_answered")) == 6)
    assert len({one.message for one in heard.deliveries}) == 7
