"""A message that is edited or deleted while a step of its task waits for something."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack

import pytest

from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.models import Inbound, MessageId, Part
from bot.research.manager import ResearchManager
from bot.simulators.gemini import GeminiSimulator
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.tasks import Task
from bot.state.turns import Turn
from tests.chaos.proxy import Proxy
from tests.contract.platforms import creates
from tests.research.attempts import Room, known, stepped

Withdraw = Callable[[], Coroutine[None, None, None]]


class Desk(Room):
    """A platform on which something happens when a file becomes visible."""

    def __init__(self) -> None:
        super().__init__()
        self.on_file: Callable[[], object] | None = None

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        posted = await super().post(to, part, again=again)
        if part.file is not None and self.on_file is not None:
            self.on_file()
        return posted


@pytest.fixture
def room() -> Desk:
    return Desk()


@pytest.fixture
def withdraw(manager: ResearchManager, runs: Runs, records: Records, room: Desk, task: Task) -> Withdraw:
    """Deletes the message, as the run of its thread hears of it."""
    deleted = task.asked.model_copy(update={"revision": "deleted", "deleted": True, "content": ()})

    async def withdraw() -> None:
        async with AsyncExitStack() as stack:
            run = await stack.enter_async_context(runs.take(deleted.thread, "test"))
            assert run is not None
            posts = Posts(room, deleted, records.outbox, run, await records.parts(deleted))
            assert await manager.withdraw(Exchange(deleted, None, Turn.of(deleted), Head(), run, posts, room))
            await run.end()

    return withdraw


async def test_a_deletion_does_not_wait_for_an_api_that_does_not_answer(
    manager: ResearchManager, records: Records, room: Desk, line: Proxy, task: Task, withdraw: Withdraw
) -> None:
    """F36. What the request has begun nobody knows; should the API tell of it, it is cancelled."""
    line.stall()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(stepped(manager, task))
        while not (await known(records, task)).creating:
            await asyncio.sleep(0.01)

        await withdraw()

    now = await known(records, task)
    assert (now.withdrawn, now.ended, now.creating) == (True, True, True)
    assert room.shown == []


async def test_nothing_of_a_report_is_posted_once_its_message_is_deleted(
    manager: ResearchManager, room: Desk, gemini: GeminiSimulator, task: Task, withdraw: Withdraw
) -> None:
    """F36, in the middle of a long report: its PDF, which takes seconds, is not waited for."""
    gemini.answers("\n\n".join(f"Otter {number} eats **sea urchins** and clams." for number in range(6_000)))
    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        room.on_file = lambda: group.create_task(withdraw())
        await stepped(manager, task)

    assert len(creates(gemini)) == 1
    assert room.shown == []
    assert not any("pdf" in call for call in room.calls)
