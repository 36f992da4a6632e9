"""How often Slack is asked, on a clock of its own."""

import pytest

from adapters.slack.pace import LIMITS, Limit, Pace, Paces
from bot.conversation.adapter import ChannelBusy
from bot.models import MessageId, Thread


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace("edits", Limit(per_minute=60, burst=4), clock)


async def test_a_burst_goes_out_at_once_and_what_follows_at_the_average(pace: Pace, clock: Clock) -> None:
    at: list[float] = []
    for _ in range(8):
        await pace.take(must=True)
        at.append(clock.seconds)

    assert at == [0, 0, 0, 0, 0, 1, 2, 3]


async def test_a_call_that_can_wait_leaves_half_of_the_burst(pace: Pace) -> None:
    for _ in range(3):
        await pace.take(must=False)

    with pytest.raises(ChannelBusy) as busy:
        await pace.take(must=False)

    assert busy.value.retry_after == pytest.approx(1)
    assert not busy.value.unheard
    await pace.take(must=True)


async def test_nothing_goes_out_in_the_time_slack_asked_for(pace: Pace, clock: Clock) -> None:
    pace.refused(30)

    with pytest.raises(ChannelBusy):
        await pace.take(must=False)
    await pace.take(must=True)

    assert clock.seconds == pytest.approx(30)


async def test_posts_are_counted_by_channel_and_edits_by_workspace(clock: Clock) -> None:
    paces = Paces(clock)
    one, other = (Thread(platform="slack", team="T1", channel=channel, root=MessageId("1")) for channel in ("C1", "C2"))

    assert paces.of("posts", one) is not paces.of("posts", other)
    assert paces.of("posts", one) is paces.of("posts", one)
    assert paces.of("edits", one) is paces.of("edits", other)


def test_every_kind_of_call_has_a_limit() -> None:
    assert all(limit.per_minute > 0 and limit.burst > 0 for limit in LIMITS.values())
