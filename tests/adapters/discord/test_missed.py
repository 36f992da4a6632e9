"""What was said while nobody heard it: found afterwards, once the session is lost or the process begins anew."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.discord.channel import DiscordChannel
from adapters.discord.events import snowflake_at
from bot.clock import SystemClock
from bot.content import TextContent
from bot.models import Inbound
from bot.simulators.discord import DiscordSimulator, Permission, broken, rate_limited
from tests.adapters.discord.conftest import SHARD, HastyClock, Listening, ShakyCursors, Store, delivered, part_of

HISTORY = "GET /channels/{channel_id}/messages"
TOMORROW_SECONDS = 25 * 3600


class TomorrowsClock(SystemClock):
    def now(self) -> float:
        return super().now() + TOMORROW_SECONDS


class LeapingClock(HastyClock):
    """Whatever had half a minute has none left when it is looked at again."""

    leaps = 0

    def monotonic(self) -> float:
        self.leaps += 1
        return super().monotonic() + 31 * self.leaps


async def lost_session(simulator: DiscordSimulator) -> None:
    """The gateway forgets the bot, which will have to begin a session anew."""
    simulator.gateway.identify_seconds = 0
    await simulator.drop_gateway(resumable=False, close_code=1006)


async def heard_of(store: Store, message: str) -> None:
    async with asyncio.timeout(10):
        while message not in [one.message for one in store.deliveries]:
            await asyncio.sleep(0.01)


def once(store: Store) -> list[Inbound]:
    """What a thread's inbox makes of it: a second delivery changes nothing."""
    return list({message.message: message for message in store.deliveries}.values())


async def say_all(simulator: DiscordSimulator, channel: str, user: str, texts: list[str]) -> list[str]:
    return [(await simulator.say(channel, text, user_id=user)).id for text in texts]


async def test_what_was_said_before_a_new_session_is_taken_in_once_and_in_order(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await simulator.say(general, "@Parley hello", user_id=ada)
    direct = simulator.direct(ada).id
    await simulator.say(direct, "hello", user_id=ada)
    await delivered(simulator, heard, 2)
    mention = heard.deliveries[0]
    await channel.post(mention, part_of(mention, "Hello."))

    await lost_session(simulator)
    missed = await say_all(simulator, general, ada, ["@Parley one", "lunch?", "@Parley two"])
    missed += await say_all(simulator, mention.thread.channel, ada, ["three"])
    missed += await say_all(simulator, direct, ada, ["four", "five"])
    await simulator.wait_for(lambda: simulator.gateway.connected, 15)
    last = await simulator.say(direct, "six", user_id=ada)

    await heard_of(heard, last.id)
    found = [message for message in once(heard) if message.message in (*missed, last.id)]
    assert [message.message for message in found] == [missed[0], *missed[2:], last.id]
    assert [message.content for message in found[:2]] == [(TextContent(text="one"),), (TextContent(text="two"),)]
    in_thread = found[2]
    assert (in_thread.thread, in_thread.handle) == (mention.thread, {"reply_in": mention.thread.channel})
    assert in_thread.place == general
    assert found[-1].thread.team == "dm"


async def test_what_was_said_while_no_process_ran_is_taken_in_by_the_next_one(
    simulator: DiscordSimulator, store: Store, listening: Listening, general: str, ada: str
) -> None:
    simulator.gateway.identify_seconds = 0
    async with listening():
        await simulator.say(general, "@Parley hello", user_id=ada)
        await delivered(simulator, store)
    role = simulator.guild.role("Parley").id
    missed = await say_all(simulator, general, ada, ["@Parley one", f"<@&{role}> two"])

    async with listening():
        await heard_of(store, missed[-1])

    assert [message.message for message in once(store)[1:]] == missed
    assert once(store)[2].content == (TextContent(text="two"),)


async def test_the_first_session_ever_reads_nothing_from_before_it_and_what_comes_after_it_is_not_missed(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    simulator.gateway.identify_seconds = 0
    await simulator.say(general, "@Parley before", user_id=ada)
    simulator.advance(TOMORROW_SECONDS)
    async with listening(TomorrowsClock()), asyncio.timeout(5):
        while not await cursors.get():
            await asyncio.sleep(0.01)
    assert simulator.ledger.of("call", route=HISTORY) == []
    after = await simulator.say(general, "@Parley after", user_id=ada)

    async with listening(TomorrowsClock()):
        message = await delivered(simulator, store)

    assert message.message == after.id


async def test_a_thread_that_was_opened_and_used_while_nobody_listened_is_read(
    simulator: DiscordSimulator, store: Store, listening: Listening, channel: DiscordChannel, general: str, ada: str
) -> None:
    simulator.gateway.identify_seconds = 0
    async with listening():
        await simulator.say(general, "@Parley hello", user_id=ada)
        mention = await delivered(simulator, store)
    await channel.post(mention, part_of(mention, "Hello."))
    follow_up = await simulator.say(mention.thread.channel, "and now?", user_id=ada)

    async with listening():
        await heard_of(store, follow_up.id)

    assert store.deliveries[-1].thread == mention.thread


async def test_only_what_has_something_newer_and_is_open_to_us_is_read(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    quiet, secret = simulator.add_channel("quiet").id, simulator.add_channel("secret").id
    simulator.deny(secret, Permission.VIEW_CHANNEL)
    await simulator.say(quiet, "@Parley heard before", user_id=ada)
    await cursors.heard_until(snowflake_at(SystemClock().now() + TOMORROW_SECONDS))
    simulator.advance(TOMORROW_SECONDS + 60)
    await simulator.say(secret, "@Parley hello", user_id=ada)
    said = await simulator.say(general, "@Parley hello", user_id=ada)

    async with listening(TomorrowsClock()):
        message = await delivered(simulator, store)

    assert message.message == said.id
    assert [call["channel_id"] for call in simulator.ledger.of("call", route=HISTORY)] == [general]


async def test_a_direct_channel_that_is_closed_is_no_longer_read(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    known = simulator.direct(ada).id
    for place in ("77", known):
        await cursors.met(place, 0)
    await cursors.heard_until(snowflake_at(SystemClock().now() - 60))
    await simulator.say(general, "@Parley hello", user_id=ada)

    async with listening():
        await delivered(simulator, store)

    assert await cursors.direct_channels() == [known]


async def test_a_busy_channel_is_read_back_until_the_cursor(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    before = await simulator.say(general, "@Parley before", user_id=ada)
    await cursors.heard_until(before.id)
    simulator.advance(60)
    missed = await say_all(simulator, general, ada, ["@Parley first", *["lunch?"] * 250, "@Parley last"])

    async with listening():
        await heard_of(store, missed[-1])

    assert [message.message for message in store.deliveries][-2:] == [missed[0], missed[-1]]
    assert len(simulator.ledger.of("call", route=HISTORY)) == 3


async def test_what_is_older_than_a_day_is_left_alone(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    known = await simulator.say(general, "@Parley known", user_id=ada)
    await cursors.heard_until(known.id)
    await simulator.say(general, "@Parley old", user_id=ada)
    simulator.advance(TOMORROW_SECONDS)
    new = await simulator.say(general, "@Parley new", user_id=ada)

    async with listening(TomorrowsClock()):
        await delivered(simulator, store)

    assert [message.message for message in store.deliveries] == [new.id]


async def test_the_cursor_follows_what_is_said_to_others_too(
    simulator: DiscordSimulator, heard: Store, cursors: ShakyCursors, general: str, ada: str
) -> None:
    await simulator.say(general, "@Parley hello", user_id=ada)
    last = await simulator.say(general, "lunch?", user_id=ada)

    async with asyncio.timeout(5):
        while await cursors.get() != {SHARD: last.id}:
            await asyncio.sleep(0.01)

    assert len(heard.deliveries) == 1


async def test_when_the_gateway_ends_the_cursor_is_at_the_last_word(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    async with listening():
        said = await simulator.say(general, "@Parley hello", user_id=ada)
        await delivered(simulator, store)

    assert await cursors.get() == {SHARD: said.id}


async def test_with_several_shards_each_reads_what_it_missed(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    simulator.gateway.shards, simulator.gateway.identify_seconds = 2, 0
    await cursors.heard_until(snowflake_at(SystemClock().now() - 60))
    direct = simulator.direct(ada).id
    await cursors.met(direct, 0)
    missed = [await simulator.say(place, "@Parley hello", user_id=ada) for place in (general, direct)]

    async with listening():
        for message in missed:
            await heard_of(store, message.id)
        async with asyncio.timeout(10):  # Discord lets them in one after the other
            while not {"0/2", "1/2"} <= set(await cursors.get()):
                await asyncio.sleep(0.05)


async def test_a_history_that_cannot_be_read_at_once_is_read_a_little_later(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    await cursors.heard_until(snowflake_at(SystemClock().now() - 60))
    await simulator.say(general, "@Parley hello", user_id=ada)
    simulator.fails(HISTORY, rate_limited(0.2))
    simulator.fails(HISTORY, broken(502))

    async with listening():
        message = await delivered(simulator, store)

    assert message.content == (TextContent(text="hello"),)


@pytest.mark.parametrize("away", [1, 100])
async def test_a_store_that_is_away_at_first_delays_nobody_for_ever_and_nothing_is_lost(
    simulator: DiscordSimulator,
    store: Store,
    listening: Listening,
    cursors: ShakyCursors,
    general: str,
    ada: str,
    away: int,
) -> None:
    await cursors.heard_until(snowflake_at(SystemClock().now() - 60))
    missed = await simulator.say(general, "@Parley missed", user_id=ada)
    cursors.away = away

    async with listening(HastyClock()):
        new = await simulator.say(general, "@Parley new", user_id=ada)

        await heard_of(store, new.id)
        await heard_of(store, missed.id)


async def test_what_the_store_was_away_for_too_long_to_take_is_read_when_it_is_back(
    simulator: DiscordSimulator,
    store: Store,
    listening: Listening,
    cursors: ShakyCursors,
    general: str,
    ada: str,
) -> None:
    async with listening(LeapingClock()):
        before = (await say_all(simulator, general, ada, ["@Parley hello"]))[0]
        await heard_of(store, before)
        store.away = True
        with capture_logs() as lines:
            said = await simulator.say(general, "@Parley and now?", user_id=ada)
            async with asyncio.timeout(10):
                while not any(line["event"] == "event_not_stored" for line in lines):
                    await asyncio.sleep(0.01)
        assert int((await cursors.get())[SHARD]) < int(said.id)

        store.away = False
        await heard_of(store, said.id)


async def test_a_history_that_stays_away_delays_nobody_for_ever(
    simulator: DiscordSimulator, store: Store, listening: Listening, cursors: ShakyCursors, general: str, ada: str
) -> None:
    await cursors.heard_until(snowflake_at(SystemClock().now() - 60))
    await simulator.say(general, "@Parley missed", user_id=ada)
    simulator.fails(HISTORY, broken(502, times=100))

    async with listening(HastyClock()):
        new = await simulator.say(general, "@Parley new", user_id=ada)
        message = await delivered(simulator, store)

    assert message.message == new.id
