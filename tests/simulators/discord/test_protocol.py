"""The gateway spoken by hand: what is closed with which code, who hears what, what a RESUME brings back."""

import zlib

import aiohttp
import pytest

from bot.simulators.discord import DiscordSimulator, Portal
from tests.simulators.discord.conftest import ALL_MESSAGES, Dial

GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 9, 1 << 12


async def test_ready_names_the_session_and_the_guild_follows(simulator: DiscordSimulator, dial: Dial) -> None:
    async with dial() as socket:
        ready = await socket.identifies()
        guild = await socket.receives_event("GUILD_CREATE")

    assert ready["resume_gateway_url"] == simulator.gateway_url
    assert ready["guilds"] == [{"id": simulator.guild.id, "unavailable": True}]
    assert {channel["name"] for channel in guild["d"]["channels"]} == {"general", "random"}


async def test_heartbeats_are_acknowledged(dial: Dial) -> None:
    async with dial() as socket:
        await socket.identifies(0)
        await socket.sends(1, None)

        assert (await socket.receives())["op"] == 11


async def test_a_client_without_heartbeat_is_dropped(simulator: DiscordSimulator, dial: Dial) -> None:
    simulator.gateway.heartbeat_seconds = 0.05
    async with dial() as socket:
        await socket.identifies()

        assert await socket.closes_with() == 4009


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "nobody", "intents": 0, "properties": {}}, 4004),
        (2, {"token": "TOKEN", "intents": 1 << 30, "properties": {}}, 4013),
        (2, {"token": "TOKEN", "intents": 1 << 1, "properties": {}}, 4014),
        (2, {"token": "TOKEN", "intents": 0, "properties": {}, "shard": [2, 2]}, 4010),
        (2, {"token": "TOKEN"}, 4002),
        (3, {}, 4003),
        (99, {}, 4001),
    ],
)
async def test_mistakes_close_with_their_code(
    simulator: DiscordSimulator, dial: Dial, op: int, data: dict[str, object], code: int
) -> None:
    said = {key: simulator.token if value == "TOKEN" else value for key, value in data.items()}
    async with dial() as socket:
        await socket.sends(op, said)

        assert await socket.closes_with() == code


@pytest.mark.parametrize("text", ["no json", "[]", '{"op": "x"}', '{"op": 1, "d": "' + "x" * 4096 + '"}'])
async def test_frames_that_are_none_close_with_4002(dial: Dial, text: str) -> None:
    async with dial() as socket:
        await socket.socket.send_str(text)

        assert await socket.closes_with() == 4002


async def test_a_hundred_and_twenty_frames_a_minute(dial: Dial) -> None:
    async with dial() as socket:
        for _ in range(121):
            await socket.sends(1, None)

        assert await socket.closes_with() == 4008


async def test_a_second_session_within_five_seconds_is_turned_away(simulator: DiscordSimulator, dial: Dial) -> None:
    async with dial() as first, dial() as second:
        await first.identifies()
        await second.receives()
        await second.sends(2, {"token": simulator.token, "intents": 0, "properties": {}})

        assert await second.receives() == {"op": 9, "d": False, "s": None, "t": None}
    assert [entry.facts["rule"] for entry in simulator.ledger.of("violation")] == ["identify"]


async def test_resume_brings_back_what_was_missed_with_the_same_numbers(
    simulator: DiscordSimulator, dial: Dial, general: str, ada: str
) -> None:
    async with dial() as socket:
        session = (await socket.identifies())["session_id"]
        sequence = (await socket.receives_event("GUILD_CREATE"))["s"]
        await simulator.drop_gateway(resumable=True, close_code=1006)
    missed = await simulator.say(general, "missed", user_id=ada)
    for _ in range(2):
        async with dial() as socket:
            await socket.receives()
            await socket.sends(6, {"token": simulator.token, "session_id": session, "seq": sequence})
            event = await socket.receives_event("MESSAGE_CREATE")
            await socket.receives_event("RESUMED")
            await socket.socket.close(code=4000)

        assert (event["d"]["id"], event["s"]) == (missed.id, sequence + 1)
        await simulator.wait_for(lambda: not simulator.gateway.connected)


@pytest.mark.parametrize("ending", ["goodbye", "too late", "unknown"])
async def test_a_session_that_is_over_cannot_be_resumed(simulator: DiscordSimulator, dial: Dial, ending: str) -> None:
    async with dial() as socket:
        session = (await socket.identifies())["session_id"]
        await socket.socket.close(code=1000 if ending == "goodbye" else 4000)
    await simulator.wait_for(lambda: not simulator.gateway.connected)
    simulator.advance(200 if ending == "too late" else 0)

    async with dial() as socket:
        await socket.receives()
        resume = {"token": simulator.token, "session_id": "x" if ending == "unknown" else session, "seq": 2}
        await socket.sends(6, resume)

        assert (await socket.receives())["op"] == 9


async def test_intents_decide_what_is_heard(simulator: DiscordSimulator, dial: Dial, general: str, ada: str) -> None:
    async with dial() as socket:
        await socket.identifies(DIRECT_MESSAGES)
        await simulator.say(general, "to all", user_id=ada)
        await simulator.say(simulator.direct(ada).id, "to the bot", user_id=ada)

        assert (await socket.receives())["d"]["content"] == "to the bot"


async def test_without_the_content_intent_only_what_concerns_the_bot_is_readable(
    simulator: DiscordSimulator, dial: Dial, general: str, ada: str
) -> None:
    async with dial() as socket:
        await socket.identifies(GUILD_MESSAGES)
        own = await simulator.say(general, "hidden", user_id=ada)
        await simulator.say(general, "@Parley shown", user_id=ada)
        await simulator.say(general, "hidden reply", user_id=ada, reply_to=own.id)

        heard = [(await socket.receives())["d"] for _ in range(3)]

    assert [message["content"] for message in heard] == ["", f"<@{simulator.bot.id}> shown", ""]
    assert heard[2]["referenced_message"]["content"] == ""


@pytest.mark.parametrize("portal", [Portal(message_content=False)])
async def test_the_portal_decides_which_intents_may_be_asked_for(simulator: DiscordSimulator, dial: Dial) -> None:
    async with dial() as socket:
        await socket.sends(2, {"token": simulator.token, "intents": ALL_MESSAGES, "properties": {}})

        assert await socket.closes_with() == 4014


async def test_compression_is_one_stream_and_only_for_those_who_ask(simulator: DiscordSimulator) -> None:
    url = f"{simulator.gateway_url}?v=10&encoding=json&compress=zlib-stream"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        inflate = zlib.decompressobj()
        hello = await socket.receive_bytes(timeout=5)
        await socket.send_json({"op": 1, "d": None})
        acknowledged = await socket.receive_bytes(timeout=5)

    assert b"heartbeat_interval" in inflate.decompress(hello)
    assert b'"op": 11' in inflate.decompress(acknowledged)
    assert acknowledged.endswith(b"\x00\x00\xff\xff")


async def test_nobody_gets_in_during_an_outage(simulator: DiscordSimulator, dial: Dial) -> None:
    await simulator.drop_gateway(resumable=False, outage_seconds=60)

    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        async with dial():
            pass
    simulator.advance(60)
    async with dial() as socket:
        await socket.identifies()
