"""A task step by step, as a worker takes it: how it ends, also where the worker dies at that, and how it is retried."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.adapter import Undeliverable
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.models import Inbound, MessageId, Part
from bot.research.manager import ResearchManager
from bot.research.rules import Rules
from bot.simulators.gemini import Ends, GeminiSimulator
from bot.state.engine import Engine
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.slots import Most, Slots
from bot.state.store import connect
from bot.state.tasks import Stage, Task, Wish
from bot.state.timing import Timing
from tests.contract.moved_clock import MovedClock
from tests.conversation.platform import MESSAGE, Platform

TASK = Task(
    asked=MESSAGE,
    question="What do otters eat?",
    agent="deep-research-preview-04-2026",
    reference="P-00000",
    started_at=SystemClock().now(),
)


class Killed(BaseException):
    """The process is gone."""


class Room(Platform):
    """A platform on which something happens when a text becomes visible."""

    def __init__(self) -> None:
        super().__init__(message_chars=4_000)
        self.takes_files = True
        self.happens: dict[str, Callable[[], Awaitable[None]]] = {}  # once, by what stands in the text

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        if part.file is not None and not self.takes_files:
            raise Undeliverable
        return await super().post(to, part, again=again)

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        await super().edit(to, message, part)
        for text in [text for text in self.happens if text in part.text]:
            await self.happens.pop(text)()

    @property
    def files(self) -> list[str]:
        return [part.file.name for part in self.messages.values() if part.file]

    @property
    def reports(self) -> list[str]:
        return [text for text in self.shown if "Simulated research" in text and "**Research**" not in text]


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
async def gemini(delay_seconds: float) -> GeminiSimulator:
    return GeminiSimulator(research_seconds=0.05, delay_seconds=delay_seconds)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def interactions(gemini: GeminiSimulator) -> AsyncGenerator[InteractionsClient]:
    async with gemini.serve() as url, open_http(url, "any") as http:
        yield InteractionsClient(http)


@pytest.fixture
async def manager(
    redis: Redis, redis_url: str, records: Records, room: Room, interactions: InteractionsClient, clock: MovedClock
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
            rules=Rules(TASK.agent, consent=False, status_seconds=0.0),
            clock=clock,
        )


@pytest.fixture
async def task(redis: Redis, records: Records) -> Task:
    saved = records.tasks.saved(TASK)
    await redis.execute_command(saved.name, saved.key, *saved.arguments)
    return TASK


async def stepped(manager: ResearchManager, task: Task) -> None:
    """All the steps until it has ended."""
    while await manager.step(task.asked.thread, task.id) is not None:
        pass


async def known(records: Records, task: Task) -> Task:
    found = await records.tasks.get(task.asked.thread, task.id)
    assert found is not None
    return found


async def test_a_worker_that_dies_once_people_were_told_does_not_tell_them_again_in_another_message(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="failed"))
    room.happens["gave up"] = dies

    with suppress(Killed):
        await stepped(manager, task)
    assert (await known(records, task)).stage == Stage.ENDING
    await stepped(manager, task)

    assert (await known(records, task)).ended
    assert ["gave up" in text for text in room.shown] == [True]


async def dies() -> None:
    raise Killed


@pytest.mark.parametrize("worker_dies", [False, True])
async def test_a_retry_at_the_very_moment_it_is_offered_counts(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task, worker_dies: bool
) -> None:
    async def presses_retry() -> None:
        await records.tasks.wish(task, Wish.RETRY, "U1")
        if worker_dies:
            raise Killed

    gemini.fails(Ends(status="failed"))
    room.happens["gave up"] = presses_retry
    with suppress(Killed):
        await stepped(manager, task)

    await stepped(manager, task)

    assert (await known(records, task)).attempt == 2
    assert len(room.reports) == 1
    assert [text for text in room.shown if "gave up" in text] == []


async def test_a_retry_that_came_before_the_end_begins_nothing(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    await records.tasks.wish(task, Wish.RETRY, "U1")

    await stepped(manager, task)
    await stepped(manager, task)

    assert (await known(records, task)).attempt == 1
    assert len(room.reports) == 1


async def test_the_report_of_another_attempt_is_posted_in_full_beside_what_the_first_has_left(
    manager: ResearchManager, records: Records, room: Room, task: Task
) -> None:
    room.takes_files = False
    await stepped(manager, task)
    assert (len(room.reports), room.files) == (1, [])

    room.takes_files = True
    await records.tasks.wish(task, Wish.RETRY, "U1")
    await stepped(manager, task)

    assert len(room.reports) == 2
    assert {name.rpartition(".")[2] for name in room.files} == {"md", "pdf", "jpg"}


@pytest.mark.parametrize("delay_seconds", [0.01])
async def test_after_an_hour_it_is_cancelled_and_keeps_what_it_has_found_and_what_that_cost(
    manager: ResearchManager,
    records: Records,
    room: Room,
    gemini: GeminiSimulator,
    interactions: InteractionsClient,
    clock: MovedClock,
    task: Task,
) -> None:
    gemini.answers(*["Otters eat fish. "] * 10_000)
    while (running := (await known(records, task)).interaction_id) is None:
        await manager.step(task.asked.thread, task.id)
    async with asyncio.timeout(5):
        while "Otters" not in (await interactions.get(running)).output_text:
            pass

    clock.move(3_700)
    await stepped(manager, task)

    [status] = room.shown
    assert "longer than an hour" in status
    assert "Otters eat fish." in status
    assert (await known(records, task)).tokens > 0
    assert any(request.path.endswith("/cancel") for request in gemini.requests)


async def test_what_ended_in_time_is_reported_also_when_nobody_looked_for_an_hour(
    manager: ResearchManager,
    records: Records,
    room: Room,
    interactions: InteractionsClient,
    clock: MovedClock,
    task: Task,
) -> None:
    while (running := (await known(records, task)).interaction_id) is None:
        await manager.step(task.asked.thread, task.id)
    async with asyncio.timeout(5):
        while (await interactions.get(running)).is_running:
            pass

    clock.move(3_700)
    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert len(room.reports) == 1


async def test_its_life_tells_what_happened_and_nothing_that_people_wrote(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="failed"))
    await stepped(manager, task)
    await records.tasks.wish(task, Wish.RETRY, "U7")
    await stepped(manager, task)

    life = [moment.what for moment in (await known(records, task)).life]

    first, second = (await known(records, task)).interactions
    assert [what.partition(" after")[0] for what in life] == [
        *("has its turn", f"start 1 made {first}", "over", "ended", "retried by U7"),
        *("has its turn", f"start 2 made {second}", "report delivered", "over", "ended"),
    ]
