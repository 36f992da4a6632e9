from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.state.inbox import Inbox
from bot.state.records import Records
from bot.state.run import Run
from bot.state.runs import Runs
from bot.state.timing import Timing
from tests.conversation.platform import MESSAGE, Platform
from tests.state.inbounds import nobody_is_woken


@pytest.fixture
def records(redis: Redis) -> Records:
    return Records.over(redis)


@pytest.fixture
def inbox(redis: Redis) -> Inbox:
    return Inbox(redis, nobody_is_woken, SystemClock())


@pytest.fixture
def runs(redis: Redis) -> Runs:
    return Runs(redis, nobody_is_woken, SystemClock(), Timing(), watching=redis, name="a worker")


@pytest.fixture
async def run(inbox: Inbox, runs: Runs) -> AsyncGenerator[Run]:
    """The run that answers the message."""
    await inbox.accept(MESSAGE)
    async with AsyncExitStack() as stack:
        run = await stack.enter_async_context(runs.take(MESSAGE.thread))
        assert run is not None
        yield run
        if not run.ended:
            await run.end()


@pytest.fixture
def platform() -> Platform:
    return Platform()
