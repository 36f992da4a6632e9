"""What Slack knows of people, asked of a simulated Slack on a loopback socket."""

from collections.abc import AsyncGenerator

import pytest

from adapters.slack.channel import SlackChannel
from adapters.slack.people import KNOWN_SECONDS
from bot.content import TextContent
from bot.conversation.adapter import KnowsTimeZones
from bot.models import Inbound, MessageId, Thread, UserId
from bot.simulators.slack import Failure, RateLimited, Refusal, ServerFault, SlackSimulator, Stall
from tests.adapters.slack.conftest import HastyClock

ROOM = Thread(platform="slack", team="T0PARLEY", channel="C0GENERAL", root=MessageId("1715.0001"))


@pytest.fixture
async def simulator() -> AsyncGenerator[SlackSimulator]:
    async with SlackSimulator().serve() as simulator:
        simulator.workspace.set_time_zone("U0ADA", "Europe/London")
        yield simulator


def said(by: str) -> Inbound:
    hello = TextContent(text="hello")
    return Inbound(thread=ROOM, message=ROOM.root, author=UserId(by), content=(hello,), addressed=True)


def asked(simulator: SlackSimulator) -> int:
    return len([entry for entry in simulator.ledger.of("call") if entry["method"] == "users.info"])


async def test_a_time_zone_is_asked_for_once_an_hour(
    simulator: SlackSimulator, channel: SlackChannel, clock: HastyClock
) -> None:
    assert isinstance(channel, KnowsTimeZones)
    assert await channel.time_zone(said("U0ADA")) == "Europe/London"

    simulator.workspace.set_time_zone("U0ADA", "Asia/Tokyo")
    assert await channel.time_zone(said("U0ADA")) == "Europe/London"
    assert asked(simulator) == 1

    clock.ahead = KNOWN_SECONDS + 1
    assert await channel.time_zone(said("U0ADA")) == "Asia/Tokyo"


async def test_each_person_has_one_of_their_own(simulator: SlackSimulator, channel: SlackChannel) -> None:
    simulator.workspace.set_time_zone("U0GRACE", "America/New_York")

    zones = [await channel.time_zone(said(user)) for user in ("U0ADA", "U0GRACE", "U0NOBODY")]

    assert zones == ["Europe/London", "America/New_York", None]


async def test_without_the_scope_nothing_is_known_nor_asked_again(
    simulator: SlackSimulator, channel: SlackChannel
) -> None:
    simulator.workspace.missing_scopes.add("users:read")

    assert [await channel.time_zone(said("U0ADA")) for _ in range(2)] == [None, None]

    assert asked(simulator) == 1


@pytest.mark.parametrize(
    "failure", [ServerFault(), ServerFault(body="bytes"), Refusal(error="invalid_auth"), Stall(seconds=30)]
)
async def test_what_passes_is_not_known_now_and_asked_again(
    simulator: SlackSimulator, channel: SlackChannel, failure: Failure
) -> None:
    simulator.fails("users.info", failure)

    assert await channel.time_zone(said("U0ADA")) is None
    assert await channel.time_zone(said("U0ADA")) == "Europe/London"


async def test_a_rate_limit_is_kept_and_nobody_waits_for_it(simulator: SlackSimulator, channel: SlackChannel) -> None:
    simulator.fails("users.info", RateLimited(retry_after_seconds=30))

    assert [await channel.time_zone(said("U0ADA")) for _ in range(3)] == [None, None, None]

    assert asked(simulator) == 1
    assert simulator.ledger.of("violation") == []
