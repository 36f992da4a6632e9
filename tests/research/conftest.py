from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.research.manager import ResearchManager
from bot.research.rules import Rules
from bot.simulators.gemini import GeminiSimulator
from bot.state.engine import Engine
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.slots import Most, Slots
from bot.state.store import connect
from bot.state.tasks import Stage, Task
from bot.state.timing import Timing
from tests.chaos.proxy import Proxy
from tests.contract.moved_clock import MovedClock
from tests.research.attempts import TASK, Room, stored
from tests.research.hearing import Service
from tests.state.inbounds import nobody_is_woken


@pytest.fixture
def consent() -> bool:
    """Whether somebody approves a plan first."""
    return False


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def records(redis: Redis) -> Records:
    return Records.over(redis)


@pytest.fixture
def delay_seconds() -> float:
    """Of the API, between two words."""
    return 0.0


@pytest.fixture
def research_seconds() -> float:
    return 0.05


@pytest.fixture
def status_seconds() -> float:
    """Between two edits of a status message."""
    return 0.0


@pytest.fixture
async def gemini(delay_seconds: float, research_seconds: float) -> GeminiSimulator:
    return GeminiSimulator(research_seconds=research_seconds, delay_seconds=delay_seconds)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def line(gemini: GeminiSimulator) -> AsyncGenerator[Proxy]:
    """To the API; it can be slow or silent."""
    async with gemini.serve() as url, Proxy(urlsplit(url).port or 0).serve() as line:
        yield line


@pytest.fixture
async def interactions(line: Proxy) -> AsyncGenerator[InteractionsClient]:
    async with open_http(f"http://127.0.0.1:{line.port}", "any") as http:
        yield InteractionsClient(http)


@pytest.fixture
def runs(redis: Redis, clock: MovedClock) -> Runs:
    return Runs(redis, nobody_is_woken, clock, Timing(watch=0.02), watching=redis, name="test")


@pytest.fixture
async def manager(
    redis_url: str,
    records: Records,
    runs: Runs,
    room: Room,
    interactions: InteractionsClient,
    clock: MovedClock,
    consent: bool,
    status_seconds: float,
) -> AsyncGenerator[ResearchManager]:
    async with Engine.connect(redis_url, Timing()) as engine:
        yield ResearchManager(
            records=records,
            slots=Slots(records.redis, Most()),
            runs=runs,
            engine=engine,
            interactions=interactions,
            channels={"test": room},
            rules=Rules(TASK.agent, consent=consent, status_seconds=status_seconds),
            clock=clock,
        )


@pytest.fixture
async def task(records: Records, consent: bool) -> Task:
    task = TASK.model_copy(update={"stage": Stage.PLAN_QUEUED if consent else Stage.QUEUED})
    await stored(records, task)
    return task


@pytest.fixture
async def service(redis_url: str) -> AsyncGenerator[Service]:
    async with (
        connect(redis_url) as redis,
        Engine.connect(redis_url, Timing()) as engine,
        open_http("http://127.0.0.1:1", "key") as http,
    ):
        yield Service(redis, engine, InteractionsClient(http))
