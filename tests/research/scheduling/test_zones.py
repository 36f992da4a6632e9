"""Whose clock counts: what somebody told, what the platform knows, what was set. On a real Valkey."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.adapter import Channel
from bot.conversation.commands import Said
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.models import Inbound
from bot.research.scheduling.texts import render_hint
from bot.research.scheduling.when import needs_zone, parse_when
from bot.research.scheduling.zones import Source, TimeZones, Zone
from bot.state.heads import Head
from bot.state.outbox import Outbox
from bot.state.runs import Runs
from bot.state.timing import Timing
from bot.state.turns import Turn
from bot.state.zones import Zones
from tests.conversation.platform import MESSAGE, Platform
from tests.research.scheduling.firing import Clock
from tests.state.inbounds import nobody_is_woken


class KnowingPlatform(Platform):
    zone: str | None = "Asia/Tokyo"

    async def time_zone(self, message: Inbound) -> str | None:
        return self.zone


@pytest.fixture
def zones(redis: Redis) -> TimeZones:
    return TimeZones(Zones(redis), Clock(), default="Europe/Berlin")


@pytest.fixture
def says(redis: Redis, zones: TimeZones) -> Callable[..., Awaitable[str]]:
    runs = Runs(redis, nobody_is_woken, SystemClock(), Timing(), watching=redis, name="a worker")

    async def say(argument: str, channel: Channel) -> str:
        async with AsyncExitStack() as stack:
            run = await stack.enter_async_context(runs.take(MESSAGE.thread, "test"))
            assert run is not None
            posts = Posts(channel, MESSAGE, Outbox(), run, {})
            said = Said("zone", argument)
            answer = await zones.zone(Exchange(MESSAGE, said, Turn.of(MESSAGE), Head(), run, posts, channel))
            await run.end()
            return answer

    return say


async def test_the_default_counts_where_nobody_knows_better(zones: TimeZones) -> None:
    silent = KnowingPlatform()
    silent.zone = None
    odd = KnowingPlatform()
    odd.zone = "Nowhere/Land"

    for channel in (Platform(), silent, odd):
        assert await zones.of(MESSAGE, channel) == Zone("Europe/Berlin", Source.DEFAULT)


async def test_what_the_platform_knows_goes_before_the_default(zones: TimeZones) -> None:
    assert await zones.of(MESSAGE, KnowingPlatform()) == Zone("Asia/Tokyo", Source.PLATFORM)


async def test_what_somebody_told_goes_before_all(zones: TimeZones, says: Callable[..., Awaitable[str]]) -> None:
    answer = await says("europe/zurich", KnowingPlatform())

    assert "Europe/Zurich from now on" in answer
    assert await zones.of(MESSAGE, KnowingPlatform()) == Zone("Europe/Zurich", Source.TOLD)


async def test_the_word_alone_says_which_counts_and_why(says: Callable[..., Awaitable[str]]) -> None:
    assert await says("", Platform()) == (
        "For you I take Europe/Berlin, where it is Fri 20 Nov 13:00 now, since you have not told me where you are. "
        "To change that, name a city, for instance `zone Zurich`."
    )
    assert "Asia/Tokyo, where it is Fri 20 Nov 21:00 now, as your profile here says." in await says(
        "", KnowingPlatform()
    )
    await says("Europe/Zurich", Platform())
    assert "Europe/Zurich, where it is Fri 20 Nov 13:00 now, as you told me." in await says("", KnowingPlatform())


@pytest.mark.parametrize(("zone", "city"), [("UTC", "Zurich"), ("Europe/Zurich", "New York")])
async def test_the_example_is_another_city_than_ones_own(
    says: Callable[..., Awaitable[str]], zone: str, city: str
) -> None:
    assert f"`zone {city}`" in await says(zone, Platform()) + await says("", Platform())
    assert f"`zone {city}`" in render_hint(zone)


@pytest.mark.parametrize("taken", ["UTC", "Europe/Zurich"])
def test_what_the_hint_says_to_write_is_read_as_another_zone(taken: str) -> None:
    """An edit that changes no word would change nothing, so the zone has to stand in the message itself."""
    [time] = re.findall(r"as in `([^`]+)`", render_hint(taken))
    edited = f"tomorrow {time} What do otters eat?"

    schedule = parse_when(edited, now=Clock().now(), zone=taken)

    assert not needs_zone(edited)
    assert schedule is not None
    assert (schedule.zone != taken, schedule.question) == (True, "What do otters eat?")


async def test_a_zone_that_nobody_knows_changes_nothing(zones: TimeZones, says: Callable[..., Awaitable[str]]) -> None:
    assert "no such time zone" in await says("Europe/Atlantis", Platform())
    assert (await zones.of(MESSAGE, Platform())).source is Source.DEFAULT
