"""Whose clock counts: what somebody told, what the platform knows, what was set. On a real Valkey."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.adapter import Channel
from bot.conversation.commands import Said
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.models import Inbound
from bot.research.zones import Source, TimeZones, Zone, find_zone
from bot.state.heads import Head
from bot.state.outbox import Outbox
from bot.state.runs import Runs
from bot.state.store import connect
from bot.state.timing import Timing
from bot.state.turns import Turn
from bot.state.zones import Zones
from tests.conversation.platform import MESSAGE, Platform
from tests.research.scheduling import Clock, nobody_is_woken


class KnowingPlatform(Platform):
    zone: str | None = "Asia/Tokyo"

    async def time_zone(self, message: Inbound) -> str | None:
        return self.zone


@pytest.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    async with connect(redis_url) as redis:
        yield redis


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
        "Europe/Berlin, since I know no other of you; it is Fri 20 Nov 13:00 there. "
        "To change that, say for instance `zone Europe/Zurich`."
    )
    assert "Asia/Tokyo, as your profile here says; it is Fri 20 Nov 21:00" in await says("", KnowingPlatform())
    await says("Europe/Zurich", Platform())
    assert "Europe/Zurich, as you told me" in await says("", KnowingPlatform())


async def test_a_zone_that_nobody_knows_changes_nothing(zones: TimeZones, says: Callable[..., Awaitable[str]]) -> None:
    assert "no such time zone" in await says("Europe/Atlantis", Platform())
    assert (await zones.of(MESSAGE, Platform())).source is Source.DEFAULT


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Europe/Zurich", "Europe/Zurich"),
        ("europe/zurich.", "Europe/Zurich"),
        ("`America/New_York`", "America/New_York"),
        ("new york", "America/New_York"),
        ("Zurich", "Europe/Zurich"),
        ("utc", "UTC"),
        ("Europe", None),
        ("", None),
        ("../etc/passwd", None),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(wanted: str, name: str | None) -> None:
    assert find_zone(wanted) == name
