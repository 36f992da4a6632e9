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
from tests.research.attempts import TASK, Room


@pytest.fixture
def consent() -> bool:
    """Whether somebody approves a plan first."""
    return False


@pytest.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    async with connect(redis_url) as client:
        yield client


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
async def manager(
    redis: Redis,
    redis_url: str,
    records: Records,
    room: Room,
    interactions: InteractionsClient,
    clock: MovedClock,
    consent: bool,
    status_seconds: float,
) -> AsyncGenerator[ResearchManager]:
    timing = Timing()
    async with Engine.connect(redis_url, timing) as engine:
        yield ResearchManager(
            records=records,
            slots=Slots(redis, Most()),
            runs=Runs(redis, engine.wake_again, clock, timing, watching=redis, name="test"),
            engine=engine,
            interactions=interactions,
            channels={"test": room},
            rules=Rules(TASK.agent, consent=consent, status_seconds=status_seconds),
            clock=clock,
        )


@pytest.fixture
async def task(redis: Redis, records: Records, consent: bool) -> Task:
    task = TASK.model_copy(update={"stage": Stage.PLANNING if consent else Stage.QUEUED})
    saved = records.tasks.saved(task)
    await redis.execute_command(saved.name, saved.key, *saved.arguments)
    return task
