from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.models import Inbound, Thread
from bot.state.inbox import Inbox
from bot.state.runs import Runs
from bot.state.timing import Timing
from tests.state.inbounds import THREAD, Wakes, said


@pytest.fixture
def thread() -> Thread:
    return THREAD


@pytest.fixture
def message() -> Inbound:
    return said("1715.0001", addressed=True)


@pytest.fixture
def follow_up() -> Inbound:
    return said("1715.0002")


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


@pytest.fixture
def inbox(redis: Redis, wakes: Wakes) -> Inbox:
    return Inbox(redis, wakes.for_message, SystemClock())


@pytest.fixture
def process(redis: Redis, wakes: Wakes) -> Callable[[Timing], Runs]:
    """Makes the runs of a further process."""
    return lambda timing: Runs(redis, wakes.for_run, SystemClock(), timing, watching=redis, name="a worker")


@pytest.fixture
def runs(process: Callable[[Timing], Runs]) -> Runs:
    return process(Timing())


@pytest.fixture
def other_runs(process: Callable[[Timing], Runs]) -> Runs:
    return process(Timing())
