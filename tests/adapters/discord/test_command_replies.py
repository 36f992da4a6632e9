"""Replies to commands: in the place of their "thinking…", and what becomes of them when their time is over."""

import pytest

from adapters.discord.channel import DiscordChannel, discord_channel
from bot.clock import SystemClock
from bot.conversation.adapter import ChannelBusy
from bot.models import File
from bot.simulators.discord import DiscordSimulator, Permission, dropped_reply
from tests.adapters.discord.conftest import STOP, Store, ask, delivered, part_of, shown

ASKED = "> what is this?\n"


async def test_the_answer_to_a_command_takes_the_place_of_its_thinking(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    asked = await ask(simulator, general, ada)
    message = await delivered(simulator, heard)

    first = await channel.post(message, part_of(message, "@everyone A ca"))  # perhaps before it is deferred
    again = await channel.post(message, part_of(message, "A cat."), again=True)
    await channel.post(message, part_of(message, "A black one.", 1))
    await channel.edit(message, first, part_of(message, "A cat!"))

    assert asked.original_id == first == again
    assert shown(simulator, general) == [ASKED + "A cat!", "A black one."]
    assert simulator.ledger.of("notification", author_id=simulator.bot.id) == []


async def test_an_answer_that_outlives_its_token_goes_on_in_the_channel(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    first = await channel.post(message, part_of(message, "A ca"))
    simulator.advance(16 * 60)

    await channel.edit(message, first, part_of(message, "A cat."))
    await channel.post(message, part_of(message, "A black one.", 1))

    assert shown(simulator, general) == [ASKED + "A cat.", "A black one."]


async def test_an_answer_that_comes_after_its_token_is_a_message(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    expired = message.model_copy(update={"handle": message.handle | {"expires": "1.0"}})

    first = await channel.post(expired, part_of(message, "A cat."))
    again = await channel.post(expired, part_of(message, "A cat."), again=True)

    assert shown(simulator, general)[-1] == ASKED + "A cat."
    assert first == again


class FastClock(SystemClock):
    """Its wall clock is ten seconds ahead of Discord's."""

    def now(self) -> float:
        return super().now() + 10


async def test_a_reply_waits_for_the_acknowledgement_whatever_the_wall_clock_says(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    heard.acknowledge_after_seconds = 0.5
    asked = await ask(simulator, general, ada)
    message = await delivered(simulator, heard)

    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=FastClock()) as channel:
        first = await channel.post(message, part_of(message, "A cat."))

    assert first == asked.original_id
    assert shown(simulator, general) == [ASKED + "A cat."]


async def test_a_command_is_answered_where_the_bot_may_not_post(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    simulator.deny(general, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    await ask(simulator, general, ada)
    message = await delivered(simulator, heard)

    first = await channel.post(message, part_of(message, "A ca"))
    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=SystemClock()) as another_worker:
        await another_worker.edit(message, first, part_of(message, "A cat."))

    assert shown(simulator, general) == [ASKED + "A cat."]


async def test_another_worker_goes_on_with_an_answer_and_what_follows_it(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    first = await channel.post(message, part_of(message, "A ca"))
    second = await channel.post(message, part_of(message, "A bl", 1))

    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=SystemClock()) as another_worker:
        await another_worker.edit(message, first, part_of(message, "A cat."))
        await another_worker.edit(message, second, part_of(message, "A black one.", 1))

    assert shown(simulator, general) == [ASKED + "A cat.", "A black one."]


async def test_the_buttons_of_an_answer_outlive_its_token_and_then_go(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    asked = await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    first = await channel.post(message, part_of(message, "at work", actions=(STOP,)))
    answer = simulator.original(asked)
    assert answer is not None
    assert [one["custom_id"] for row in answer.components for one in row["components"]] == ["says:stop"]
    simulator.advance(16 * 60)

    await channel.edit(message, first, part_of(message, "done", actions=()))

    assert (answer.content, answer.components) == (ASKED + "done", [])


async def test_a_file_can_be_the_answer_itself_and_is_there_once(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    asked = await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    file = File(name="report.md", mime_type="text/markdown", data=b"# All")
    simulator.fails("PATCH /webhooks/{application_id}/{token}/messages/{message_id}", dropped_reply())
    with pytest.raises(ChannelBusy):
        await channel.post(message, part_of(message, "The report", file=file))

    await channel.post(message, part_of(message, "The report", file=file), again=True)

    answer = simulator.original(asked)
    assert answer is not None
    assert [one.filename for one in answer.attachments] == ["report.md"]
