"""What breaks where nobody expects it: a task ends all the same, and what was paid for is not kept back."""

import asyncio
from collections.abc import Callable

import pytest

from bot.conversation.notices import UNEXPECTED
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, MessageId, Part
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.research.step import FAILURES
from bot.simulators.gemini import GeminiSimulator
from bot.state.records import Records
from bot.state.tasks import Stage, Task
from tests.contract.moved_clock import MovedClock
from tests.research.attempts import Room, known, stepped, stored
from tests.research.test_step import HOUR_SECONDS, cancels, ended_upstream, started, step

NESTED = "*a " * 600 + "a* " * 600  # emphasis in emphasis


class Breaking(Room):
    """A platform that breaks on some edits."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks_on: Callable[[Part], bool] | None = None

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        if self.breaks_on and self.breaks_on(part):
            raise ValueError(part.key)
        await super().edit(to, message, part)


@pytest.fixture
def room() -> Breaking:
    return Breaking()


async def all_steps(manager: ResearchManager, clock: MovedClock, task: Task) -> int:
    """How many they are until it has ended. Raises what a step raises that ends nothing."""
    for number in range(3 * FAILURES):
        wait = await step(manager, task)
        if wait is None:
            return number + 1
        clock.move(wait)
    raise AssertionError("it does not end")


async def test_a_report_of_marks_in_marks_is_a_report(
    manager: ResearchManager, records: Records, room: Breaking, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task,
) -> None:  # fmt: skip
    gemini.answers(NESTED)
    await ended_upstream(interactions, await started(manager, records, task))

    await all_steps(manager, clock, task)

    assert "_done (" in room.shown[0]
    assert {name.rpartition(".")[2] for name in room.files} == {"md", "pdf"}


@pytest.mark.parametrize("delay_seconds", [0.01])
async def test_marks_in_marks_are_no_reason_to_go_on_for_ever_after_an_hour(
    manager: ResearchManager, records: Records, room: Breaking, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task,
) -> None:  # fmt: skip
    gemini.answers(NESTED, *["Otters eat fish. "] * 10_000)
    running = await started(manager, records, task)
    async with asyncio.timeout(5):
        while "Otters" not in (await interactions.get(running)).output_text:
            pass

    clock.move(HOUR_SECONDS + 1)
    await all_steps(manager, clock, task)

    assert texts.TOO_LONG in room.shown[0]
    assert cancels(gemini) == 1


async def test_a_report_that_cannot_be_built_is_posted_as_it_was_written(
    manager: ResearchManager, records: Records, room: Breaking, gemini: GeminiSimulator, task: Task
) -> None:
    """Here since the research began in a year that no date can have."""
    gemini.answers("# Otters\n\nThey eat fish.")
    await started(manager, records, task)
    now = await known(records, task)
    now.begun_at = 1e12
    await stored(records, now)

    await stepped(manager, task)

    [markdown] = [part.file for part in room.messages.values() if part.file and part.file.name.endswith(".md")]
    assert markdown.data == b"# Otters\n\nThey eat fish."
    assert texts.AS_WRITTEN in room.shown
    assert "_done (" in room.shown[0]


@pytest.mark.parametrize("research_seconds", [3_000.0])
async def test_what_cannot_be_drawn_ends_undrawn(
    manager: ResearchManager, records: Records, room: Breaking, gemini: GeminiSimulator, clock: MovedClock, task: Task
) -> None:
    await started(manager, records, task)
    room.breaks_on = lambda part: part.progress is not None

    await all_steps(manager, clock, task)

    assert UNEXPECTED in room.shown[0]
    assert (await known(records, task)).ended
    assert cancels(gemini) == 1


async def test_a_last_word_whose_drawing_breaks_is_said_without_it(
    manager: ResearchManager, records: Records, room: Breaking, clock: MovedClock, interactions: InteractionsClient,
    task: Task,
) -> None:  # fmt: skip
    await ended_upstream(interactions, await started(manager, records, task))
    room.breaks_on = lambda part: part.progress is not None and not part.actions and "_done (" in part.text

    await all_steps(manager, clock, task)

    assert "_done (" in room.shown[0]
    assert len(room.reports) == 1


@pytest.mark.parametrize("research_seconds", [3_000.0])
async def test_a_last_word_that_breaks_for_a_while_is_said(
    manager: ResearchManager, records: Records, room: Breaking, clock: MovedClock, task: Task
) -> None:
    await started(manager, records, task)
    room.breaks_on = lambda part: "**Research**" in part.text
    while (await known(records, task)).stage != Stage.ENDING:
        clock.move(await step(manager, task) or 0.0)
    for _ in range(5):
        await step(manager, task)

    room.breaks_on = None
    await all_steps(manager, clock, task)

    assert UNEXPECTED in room.shown[0]


async def test_what_cannot_even_say_its_last_word_ends_without_one(
    manager: ResearchManager, records: Records, room: Breaking, clock: MovedClock, task: Task
) -> None:
    await started(manager, records, task)
    room.breaks_on = lambda part: "**Research**" in part.text

    await all_steps(manager, clock, task)

    assert (await known(records, task)).ended
