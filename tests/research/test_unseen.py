"""A place that takes nothing any more, as a channel that was archived: what was paid for is kept for a while."""

import pytest

from bot.conversation.adapter import Undeliverable
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, MessageId, Part
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.research.work import UNSEEN_SECONDS
from bot.simulators.gemini import Dropped, GeminiSimulator, HttpError
from bot.state.records import Records
from bot.state.tasks import Stage, Task
from tests.contract.moved_clock import MovedClock
from tests.contract.platforms import creates
from tests.research.attempts import Room, known, stepped
from tests.research.test_step import HOUR_SECONDS, cancels, ended_upstream, started, step


class ClosedRoom(Room):
    def __init__(self) -> None:
        super().__init__()
        self.takes_edits = self.takes_posts = True
        self.refused = 0

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        self._refuse(unless=self.takes_posts)
        return await super().post(to, part, again=again)

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        self._refuse(unless=self.takes_edits)
        await super().edit(to, message, part)

    def is_open(self, is_open: bool) -> None:
        self.takes_edits = self.takes_posts = is_open

    def _refuse(self, *, unless: bool) -> None:
        if not unless:
            self.refused += 1
            raise Undeliverable("test: is_archived")


@pytest.fixture
def room() -> ClosedRoom:
    return ClosedRoom()


async def ended_unseen(
    manager: ResearchManager, records: Records, room: ClosedRoom, interactions: InteractionsClient, task: Task
) -> str:
    """Have it end where nothing can be shown any more; the id of its interaction."""
    running = await started(manager, records, task)
    room.is_open(False)
    await ended_upstream(interactions, running)
    return running


@pytest.mark.parametrize("research_seconds", [600.0])
async def test_a_status_that_is_refused_ends_nothing_and_is_tried_again_calmly(
    manager: ResearchManager, records: Records, room: ClosedRoom, gemini: GeminiSimulator, clock: MovedClock,
    task: Task, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    await started(manager, records, task)
    room.is_open(False)

    for _ in range(6):
        clock.move(UNSEEN_SECONDS / 5)
        await step(manager, task)

    assert room.refused == 2
    assert cancels(gemini) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "task_undeliverable" in line]
    assert len(told) == 1
    assert "is_archived" in told[0]
    assert "fix" in told[0]
    room.is_open(True)
    clock.move(UNSEEN_SECONDS)
    await step(manager, task)
    assert texts.WORKING in room.shown[0]


async def test_where_the_status_cannot_be_edited_the_report_is_shown_all_the_same(
    manager: ResearchManager, records: Records, room: ClosedRoom, interactions: InteractionsClient, task: Task
) -> None:
    running = await started(manager, records, task)
    room.takes_edits = False
    await ended_upstream(interactions, running)

    assert await step(manager, task) == UNSEEN_SECONDS

    assert len(room.reports) == 1
    room.takes_edits = True
    await stepped(manager, task)
    assert "_done (" in room.shown[0]


async def test_a_report_is_kept_for_a_place_that_takes_nothing(
    manager: ResearchManager, records: Records, room: ClosedRoom, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task,
) -> None:  # fmt: skip
    """F38: for a day."""
    await ended_unseen(manager, records, room, interactions, task)

    for _ in range(23):
        assert await step(manager, task) == UNSEEN_SECONDS
        clock.move(HOUR_SECONDS)
    room.is_open(True)
    await stepped(manager, task)

    assert len(room.reports) == 1
    assert "_done (" in room.shown[0]
    assert len(creates(gemini)) == 1


async def test_a_report_that_is_kept_outlasts_what_the_api_cannot_tell_for_a_moment(
    manager: ResearchManager, records: Records, room: ClosedRoom, gemini: GeminiSimulator, clock: MovedClock,
    interactions: InteractionsClient, task: Task,
) -> None:  # fmt: skip
    await ended_unseen(manager, records, room, interactions, task)
    await step(manager, task)

    for status in (503, 401):
        clock.move(3 * HOUR_SECONDS)
        gemini.fails(HttpError(status=status), operation="get")
        await step(manager, task)
    room.is_open(True)
    await stepped(manager, task)

    assert len(room.reports) == 1
    assert "_done (" in room.shown[0]
    assert cancels(gemini) == 0


async def test_a_start_that_may_have_cost_something_is_kept_too(
    manager: ResearchManager, records: Records, room: ClosedRoom, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Dropped(after_creating=True))
    room.takes_edits = False

    assert await step(manager, task) == UNSEEN_SECONDS

    room.is_open(True)
    await step(manager, task)
    assert "Retry" in [action.label for action in next(iter(room.messages.values())).actions or ()]
    assert (await known(records, task)).stage == Stage.UNKNOWN


async def test_what_could_not_be_shown_for_a_day_is_given_up_and_the_operator_told(
    manager: ResearchManager, records: Records, room: ClosedRoom, clock: MovedClock, interactions: InteractionsClient,
    task: Task, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    running = await ended_unseen(manager, records, room, interactions, task)
    await step(manager, task)

    clock.move(24 * HOUR_SECONDS + 1)
    assert await step(manager, task) is None

    assert (await known(records, task)).ended
    told = [line for line in capsys.readouterr().out.splitlines() if "task_abandoned" in line]
    assert len(told) == 1
    assert running in told[0]


async def test_what_has_cost_nothing_yet_ends_at_once_where_nobody_can_see_it(
    manager: ResearchManager, records: Records, room: ClosedRoom, gemini: GeminiSimulator, task: Task
) -> None:
    room.is_open(False)

    assert await step(manager, task) is None

    assert (await known(records, task)).ended
    assert creates(gemini) == []


@pytest.mark.parametrize(("research_seconds", "status_seconds"), [(600.0, 10.0)])
async def test_a_clock_that_goes_back_leaves_the_status_alive(
    manager: ResearchManager, records: Records, room: ClosedRoom, clock: MovedClock, task: Task
) -> None:
    await started(manager, records, task)
    clock.move(60)
    await step(manager, task)
    told = len(room.calls)

    clock.move(-HOUR_SECONDS)
    waits = [await step(manager, task) for _ in range(3)]

    assert len(room.calls) == told + 1
    assert f"{texts.WORKING}, 0:00" in room.shown[0]
    assert waits == [30.0] * 3
