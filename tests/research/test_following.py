"""What comes of a research that has ended: a report, half of one, none; and that it is shown, whatever happens then."""

import pytest

from bot.interactions.client import InteractionsClient
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.research.report import MOST_PRINTINGS
from bot.simulators.gemini import Ends, GeminiSimulator, HttpError
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.tasks import Task, Wish
from bot.state.turns import Turn
from tests.contract.moved_clock import MovedClock
from tests.contract.platforms import creates
from tests.conversation.platform import said
from tests.research.attempts import Room, known, stepped, stored, written
from tests.research.test_step import HOUR_SECONDS, cancels, ended_upstream, proposed, started, step

HALF = 30  # pieces of the simulated report


def buttons(room: Room) -> list[str]:
    """Of the status message."""
    status = next(iter(room.messages.values()))
    return [action.label for action in status.actions or ()]


async def half_shown(manager: ResearchManager, room: Room, task: Task) -> None:
    """Take steps until the report is shown, but for a file that the platform does not take just now."""
    room.busy_with = "pdf"
    while not room.reports:
        await step(manager, task)


async def test_while_the_report_is_being_shown_stop_is_no_longer_offered(
    manager: ResearchManager, room: Room, task: Task
) -> None:
    await half_shown(manager, room, task)

    assert texts.REPORTING in room.shown[0]
    assert buttons(room) == []


async def test_a_stop_while_the_report_is_being_shown_lets_it_be_shown(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    """It is paid for, and the thread goes on from it already."""
    await half_shown(manager, room, task)
    await records.tasks.wish(task, Wish.STOP, "U1")
    await step(manager, task)

    room.busy_with = ""
    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert buttons(room) == []
    assert {name.rpartition(".")[2] for name in room.files} == {"md", "pdf", "jpg"}
    assert (len(creates(gemini)), cancels(gemini)) == (1, 0)


async def test_a_report_that_can_no_longer_be_read_ends_as_one_that_was_shown_in_part(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    await half_shown(manager, room, task)
    gemini.fails(HttpError(status=404), operation="get")

    await stepped(manager, task)

    assert texts.NOT_SHOWN in room.shown[0]
    assert buttons(room) == []
    assert len(room.reports) == 1
    assert (await records.heads.get(task.asked.thread)).turn == task.name


async def test_a_report_that_was_cut_off_is_shown_with_a_word_of_that_and_is_the_head(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="incomplete", after_deltas=HALF))

    await stepped(manager, task)

    assert texts.CUT_OFF in room.shown[0]
    assert buttons(room) == ["Retry"]
    [report] = room.reports
    assert texts.CUT_OFF in report
    [markdown] = [part.file.data for part in room.messages.values() if part.file and part.file.name.endswith("md")]
    assert texts.CUT_OFF.encode() in markdown
    assert any(name.endswith("pdf") for name in room.files)
    head = await records.heads.get(task.asked.thread)
    assert (head.turn, head.interaction_id) == (task.name, (await known(records, task)).interaction_id)


async def test_a_report_that_ended_in_a_way_nobody_knows_is_shown_with_a_word_of_that(
    manager: ResearchManager, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="requires_action", after_deltas=HALF))

    await stepped(manager, task)

    assert texts.UNCLEAR in room.shown[0]
    assert texts.UNCLEAR in room.reports[0]


async def test_retry_replaces_a_report_that_was_cut_off_and_asks_from_where_that_was_asked(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    gemini.fails(Ends(status="incomplete", after_deltas=HALF))
    await stepped(manager, task)
    await records.tasks.wish(task, Wish.RETRY, "U1")

    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert creates(gemini)[-1].previous_interaction_id is None
    turn, now = await records.turns.get(task.name), await known(records, task)
    assert turn is not None
    assert (turn.parent, turn.interaction_id) == (None, now.interactions[-1])
    assert (await records.heads.get(task.asked.thread)).interaction_id == now.interactions[-1]


@pytest.mark.parametrize("consent", [True])
@pytest.mark.parametrize(("status", "said"), [("cancelled", texts.STOPPED), ("incomplete", texts.NO_PLAN)])
async def test_half_a_plan_is_not_offered(
    manager: ResearchManager, room: Room, gemini: GeminiSimulator, records: Records, task: Task, status: str, said: str
) -> None:
    gemini.fails(Ends.model_validate({"status": status, "after_deltas": 3}))

    await stepped(manager, task)

    assert said.removesuffix(".") in room.shown[0]
    assert buttons(room) == ["Retry"]
    await records.tasks.wish(task, Wish.RETRY, "U1")
    await proposed(manager, records, task)
    assert len(creates(gemini)) == 2


@pytest.mark.parametrize("hours", [1, 5])
@pytest.mark.parametrize(("status", "said"), [("incomplete", texts.CUT_OFF), ("failed", "gave up")])
async def test_what_ended_in_time_is_told_as_it_ended_also_when_nobody_looked_for_hours(
    manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, interactions: InteractionsClient,
    clock: MovedClock, task: Task, *, status: str, said: str, hours: int,
) -> None:  # fmt: skip
    gemini.fails(Ends.model_validate({"status": status, "after_deltas": HALF}))
    await ended_upstream(interactions, await started(manager, records, task))

    clock.move(hours * HOUR_SECONDS + 1)
    await stepped(manager, task)

    assert said in room.shown[0]
    assert buttons(room) == ["Retry"]


async def test_a_report_whose_printing_ends_the_worker_each_time_is_shown_without(
    manager: ResearchManager, records: Records, room: Room, task: Task
) -> None:
    await half_shown(manager, room, task)
    killed_while_printing = await known(records, task)
    killed_while_printing.printings = MOST_PRINTINGS
    await stored(records, killed_while_printing)

    room.busy_with = ""
    await stepped(manager, task)

    assert "_done (" in room.shown[0]
    assert {name.rpartition(".")[2] for name in room.files} == {"md", "jpg"}


async def test_a_platform_that_is_busy_does_not_cost_the_report_its_pdf(
    manager: ResearchManager, records: Records, room: Room, task: Task
) -> None:
    await half_shown(manager, room, task)
    for _ in range(MOST_PRINTINGS + 1):
        await step(manager, task)

    room.busy_with = ""
    await stepped(manager, task)

    assert any(name.endswith("pdf") for name in room.files)


@pytest.mark.parametrize("last", ["itself", "the next", "the one after"])
async def test_the_turn_of_an_edited_message_comes_after_all_that_its_thread_has_then(
    manager: ResearchManager, records: Records, task: Task, last: str
) -> None:
    """Also where what had come after it was withdrawn while the research was at work, so that it is the last again."""
    first, edited, following, later = (Turn.of(said("?", message)) for message in ("0", task.id, "2", "3"))
    edited.revision = "edited"
    edited.parent, following.parent, later.parent = first.name, edited.name, following.name
    edited.parent_interaction_id, following.parent_interaction_id = "v1_first", "v1_edited"
    head = {"itself": edited, "the next": following, "the one after": later}[last]
    await written(records, *map(records.turns.saved, (first, edited, following, later)))
    await written(records, records.heads.moved(task.asked.thread, Head(turn=head.name)))

    await stepped(manager, task)

    come_before = list[str]()
    turn = await records.turns.get((await records.heads.get(task.asked.thread)).turn or "")
    while turn is not None and len(come_before) < 9:
        come_before.append(turn.name)
        turn = await records.turns.get(turn.parent) if turn.parent else None
    stayed = {"itself": [], "the next": [following.name], "the one after": [later.name, following.name]}[last]
    assert come_before == [edited.name, *stayed, first.name]
    assert (now := await records.turns.get(following.name)) is not None
    assert now.parent_interaction_id == ("v1_first" if stayed else "v1_edited")
