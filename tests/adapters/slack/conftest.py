"""A channel of the production adapter on a simulated Slack, and a question that waits for its answer."""

from collections.abc import AsyncGenerator

import pytest

from adapters.slack.channel import SlackChannel, slack_channel
from bot.clock import SystemClock
from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId
from bot.simulators.slack import SlackSimulator


class HastyClock(SystemClock):
    """The time as it is; what waits, waits a tenth."""

    ahead = 0.0  # seconds

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def simulator() -> AsyncGenerator[SlackSimulator]:
    async with SlackSimulator().serve() as simulator:
        yield simulator


@pytest.fixture
async def channel(simulator: SlackSimulator, clock: HastyClock) -> AsyncGenerator[SlackChannel]:
    async with slack_channel(simulator.token, simulator.api_url, clock) as channel:
        yield channel


@pytest.fixture
async def asked(simulator: SlackSimulator) -> Inbound:
    question = await simulator.say("C0GENERAL", "@Parley hello", user_id="U0ADA")
    thread = Thread(platform="slack", team="T0PARLEY", channel="C0GENERAL", root=MessageId(question.ts))
    hello = TextContent(text="hello")
    return Inbound(thread=thread, message=thread.root, author=UserId("U0ADA"), content=(hello,), addressed=True)
