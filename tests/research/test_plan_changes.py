"""What people say about a plan at the very moment that a step does what they have said before."""

import asyncio

import pytest

from bot.research.manager import ResearchManager
from bot.simulators.gemini import GeminiSimulator
from bot.state.records import Records
from bot.state.tasks import Stage, Task, Wish
from tests.chaos.proxy import Proxy
from tests.contract.platforms import creates, makes_plan
from tests.research.attempts import known, stored
from tests.research.test_step import proposed, step


@pytest.fixture
def consent() -> bool:
    return True


@pytest.mark.parametrize("before", [(Wish.CHANGE, "only Europe"), (Wish.APPROVE, "U1")])
async def test_a_change_is_made_also_when_it_is_said_while_another_word_is_taken_in(
    manager: ResearchManager, records: Records, gemini: GeminiSimulator, line: Proxy, task: Task,
    before: tuple[Wish, str],
) -> None:  # fmt: skip
    """Its author was told that the plan is being changed. A stray that is cancelled holds the step up."""
    now = await proposed(manager, records, task)
    now.strays = ["v1_stray"]
    await stored(records, now)
    await records.tasks.wish(task, *before)
    line.delay_seconds = 0.2
    stepping = asyncio.create_task(step(manager, task))
    await asyncio.sleep(0.1)
    await records.tasks.wish(task, Wish.CHANGE, "only Asia")
    await stepping
    line.delay_seconds = 0.0

    async with asyncio.timeout(5):
        while (await known(records, task)).stage != Stage.PROPOSED or Wish.CHANGE in await records.tasks.wishes(task):
            await step(manager, task)

    *_, last = creates(gemini)
    assert makes_plan(last)
    assert "only Asia" in str(last.body["input"])
    assert (await known(records, task)).approved_by == ""
