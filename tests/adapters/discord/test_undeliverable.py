"""Discord's refusals: which are for good, which pass, and that the first are not tried again."""

import pytest

from adapters.discord.channel import DiscordChannel
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import File, Inbound
from bot.simulators.discord import DiscordSimulator, Failure, refused_with
from tests.adapters.discord.conftest import direct_message, part_of, shown

POST, EDIT = "POST /channels/{channel_id}/messages", "PATCH /channels/{channel_id}/messages/{message_id}"
OPEN = "POST /channels/{channel_id}/messages/{message_id}/threads"

FOR_GOOD = [
    10003, 10004, 10013, 20009, 20012, 20035, 40002, 40007, 40012, 40058, 40333, 50001, 50003, 50005, 50006, 50007,
    50008, 50009, 50013, 50021, 50024, 50035, 50055, 50068, 50109, 50178, 50278, 160005, 200000, 240000,
]  # fmt: skip
FOR_NOW = [20016, 20028, 20029, 30046, 40004, 40006, 40062, 110001, 130000]


@pytest.mark.parametrize("code", FOR_GOOD)
async def test_what_discord_will_never_take_is_undeliverable_at_once(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str, code: int
) -> None:
    to = direct_message(simulator, ada)
    posted = await channel.post(to, part_of(to, "Par", 1))
    simulator.fails(POST, refused_with(code))
    simulator.fails(EDIT, refused_with(code))

    with pytest.raises(Undeliverable, match=str(code)):
        await channel.post(to, part_of(to, "Paris."))
    with pytest.raises(Undeliverable, match=str(code)):
        await channel.edit(to, posted, part_of(to, "Paris.", 1))

    assert (len(simulator.ledger.of("call", route=POST)), len(simulator.ledger.of("call", route=EDIT))) == (2, 1)


@pytest.mark.parametrize("code", FOR_NOW)
async def test_what_passes_makes_the_channel_busy(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str, code: int
) -> None:
    to = direct_message(simulator, ada)
    simulator.fails(POST, refused_with(code))

    with pytest.raises(ChannelBusy) as busy:
        await channel.post(to, part_of(to, "Paris."))

    assert busy.value.retry_after > 0


async def test_a_refusal_without_a_number_is_for_good(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str
) -> None:
    to = direct_message(simulator, ada)
    simulator.fails(POST, Failure(status=403))

    with pytest.raises(Undeliverable):
        await channel.post(to, part_of(to, "Paris."))


@pytest.mark.parametrize("code", [50013, 50024, 160006, 160007, 200001])
async def test_where_no_thread_can_be_had_the_reply_is_in_the_channel(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str, code: int
) -> None:
    simulator.fails(OPEN, refused_with(code))

    await channel.post(mention, part_of(mention, "Paris."))

    assert shown(simulator, general) == ["Paris."]


@pytest.mark.parametrize("code", [40005, 50013, 50045, 50046, 400001])
async def test_a_file_that_discord_does_not_take_leaves_its_text(
    simulator: DiscordSimulator, channel: DiscordChannel, ada: str, code: int
) -> None:
    to = direct_message(simulator, ada)
    simulator.fails(POST, refused_with(code))
    file = File(name="a.bin", mime_type="application/octet-stream", data=b"1")

    await channel.post(to, part_of(to, "Here it is.", file=file))

    (text,) = shown(simulator, to.thread.channel)
    assert text.startswith("Here it is.\n\n")
    assert text.endswith(("so I cannot show it.", "so I cannot show the file."))
