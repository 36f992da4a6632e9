"""Buttons and files of a reply, as people see them on a simulated Discord."""

import pytest

from adapters.discord.channel import DiscordChannel
from adapters.discord.parts import REQUEST_BYTES
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import Action, File, Inbound, MessageId
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
from tests.adapters.discord.conftest import STOP, direct_message, part_of, shown

POST = "POST /channels/{channel_id}/messages"
RETRY = Action(label="Retry", says="retry")
REPORT = File(name="report-P-7F3K2.md", mime_type="text/markdown", data="# Grüße\n".encode())


def buttons(simulator: DiscordSimulator, message: MessageId) -> list[tuple[str, str]]:
    """Label and custom id of each button of a message, in rows."""
    (found,) = [one for channel in _channels(simulator) for one in channel if one.id == message]
    return [(one["label"], one["custom_id"]) for row in found.components for one in row["components"]]


def _channels(simulator: DiscordSimulator) -> list[list[Message]]:
    guild = [simulator.messages(channel_id) for channel_id in simulator.guild.channels]
    return [*guild, simulator.messages(simulator.direct(simulator.guild.member("ada").id).id)]


@pytest.fixture
def to(simulator: DiscordSimulator, ada: str) -> Inbound:
    return direct_message(simulator, ada)


def files(simulator: DiscordSimulator, to: Inbound) -> list[tuple[str, int]]:
    """Name and size of each file there."""
    everything = simulator.messages(to.thread.channel)
    return [(file.filename, file.size_bytes) for one in everything for file in one.attachments]


async def test_buttons_come_change_and_go(simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound) -> None:
    posted = await channel.post(to, part_of(to, "at work", actions=(STOP,)))
    assert buttons(simulator, posted) == [("Stop", "says:stop")]

    await channel.edit(to, posted, part_of(to, "still at work", actions=(STOP, RETRY), final=False))
    assert buttons(simulator, posted) == [("Stop", "says:stop"), ("Retry", "says:retry")]

    await channel.edit(to, posted, part_of(to, "done", actions=()))
    assert buttons(simulator, posted) == []
    assert shown(simulator, to.thread.channel) == ["done"]


async def test_a_part_that_never_has_buttons_leaves_them_alone(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    posted = await channel.post(to, part_of(to, "at work", actions=(STOP,)))

    await channel.edit(to, posted, part_of(to, "still at work"))

    assert buttons(simulator, posted) == [("Stop", "says:stop")]


async def test_a_post_that_went_unheard_has_its_newer_buttons_in_the_end(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    simulator.fails(POST, dropped_reply())
    with pytest.raises(ChannelBusy):
        await channel.post(to, part_of(to, "done", actions=(STOP,)))

    found = await channel.post(to, part_of(to, "done", actions=()), again=True)

    assert buttons(simulator, found) == []
    assert shown(simulator, to.thread.channel) == ["done"]


async def test_a_file_stands_in_the_thread_with_its_text_beside_it(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound
) -> None:
    await channel.post(mention, part_of(mention, "@everyone The report", "file", file=REPORT))

    assert shown(simulator, mention.message) == ["＠everyone The report"]
    assert files(simulator, mention) == [(REPORT.name, len(REPORT.data))]


async def test_a_file_needs_no_text(simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound) -> None:
    await channel.post(to, part_of(to, "", "file", file=REPORT))

    assert files(simulator, to) == [(REPORT.name, len(REPORT.data))]


@pytest.mark.parametrize("failure", [dropped_reply(), broken(502, commit=True)])
async def test_a_file_whose_post_went_unheard_is_there_once_and_stays_as_it_is(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound, failure: Failure
) -> None:
    part = part_of(to, "", "file", file=REPORT)
    simulator.fails(POST, failure)
    with pytest.raises(ChannelBusy) as busy:
        await channel.post(to, part)
    assert busy.value.unheard

    found = await channel.post(to, part, again=True)

    assert files(simulator, to) == [(REPORT.name, len(REPORT.data))]
    assert found == simulator.messages(to.thread.channel)[-1].id
    assert simulator.ledger.of("edit") == []


async def test_a_file_that_has_to_wait_comes_later(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    part = part_of(to, "", "file", file=REPORT)
    simulator.fails(POST, rate_limited(0.2))
    with pytest.raises(ChannelBusy):
        await channel.post(to, part)

    await channel.post(to, part)

    assert files(simulator, to) == [(REPORT.name, len(REPORT.data))]


@pytest.mark.parametrize("size_bytes", [10 * 1024 * 1024 + 1, REQUEST_BYTES + 1])
async def test_a_file_that_is_too_large_leaves_its_text_and_a_note(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound, size_bytes: int
) -> None:
    large = File(name="all.md", mime_type="text/markdown", data=bytes(size_bytes))

    first = await channel.post(to, part_of(to, "The report", "file", file=large))
    again = await channel.post(to, part_of(to, "The report", "file", file=large), again=True)

    (text,) = shown(simulator, to.thread.channel)
    assert text.startswith("The report\n\nThe file is too large")
    assert files(simulator, to) == []
    assert first == again


@pytest.mark.parametrize("refusal", [refused_with(40005), Failure(status=413, message="by something in between")])
async def test_a_server_that_takes_less_is_told_from_one_that_is_away(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound, refusal: Failure
) -> None:
    simulator.fails(POST, refusal)

    await channel.post(to, part_of(to, "", "file", file=REPORT))

    (text,) = shown(simulator, to.thread.channel)
    assert text.startswith("The file is too large")


async def test_where_no_files_are_allowed_the_text_says_so(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str
) -> None:
    simulator.deny(general, Permission.ATTACH_FILES)

    await channel.post(mention, part_of(mention, "The report", "file", file=REPORT))

    (text,) = shown(simulator, mention.message)
    assert text.startswith("The report\n\nI am not allowed to attach files")


async def test_a_file_for_a_place_that_is_gone_is_undeliverable(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    simulator.fails(POST, refused_with(10003))

    with pytest.raises(Undeliverable):
        await channel.post(to, part_of(to, "", "file", file=REPORT))

    assert len(simulator.ledger.of("call", route=POST)) == 1
