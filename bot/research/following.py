"""A research that waits for its turn, runs, and reports."""

from collections.abc import Sequence

from bot.conversation.adapter import Undeliverable
from bot.failpoints import Point, reached
from bot.interactions.errors import ParentLost
from bot.interactions.types import Interaction
from bot.research import texts
from bot.research.ending import end_without
from bot.research.line import QUEUE_SECONDS, has_turn
from bot.research.outcome import Outcome, outcome_of
from bot.research.planning import change_plan, plan_anew
from bot.research.report import deliver
from bot.research.starting import ask, create_once, plan_request, question_request
from bot.research.stoppable import look_at
from bot.research.work import Work
from bot.state.heads import Head
from bot.state.store import Command
from bot.state.tasks import Stage, Wish
from bot.state.turns import REMEMBERED_CHARS, State, Turn

GO_AHEAD = "Go ahead with the research as planned."  # which the agent reads


async def queue(work: Work) -> float | None:
    """Go ahead when there is room, else say how many wait before it."""
    if Wish.CHANGE in work.wishes:  # said at the moment of the approval
        return await change_plan(work)
    if not await has_turn(work):
        return QUEUE_SECONDS
    work.enter(Stage.RUNNING)
    work.task.begun_at = work.clock.now()
    return await follow(work)


async def follow(work: Work) -> float | None:
    """Start it, see how far it is, or report."""
    task = work.task
    if task.interaction_id is None:
        return await _begin(work)
    interaction = await look_at(work, task.interaction_id)
    reached(Point.POLL_READ)
    work.count(interaction)
    if interaction.is_running:
        now = work.clock.now()
        await work.show_calmly(texts.render_working(task, texts.WORKING, now, interaction), texts.STOP)
        return work.wait
    return await finish(work, interaction)


async def _begin(work: Work) -> float:
    """Say that it starts, before anything can come of it, and start it."""
    if work.task.creating:
        return await ask(work)
    if not work.task.shown:
        await work.show(texts.render_working(work.task, texts.STARTING, work.clock.now()), texts.STOP)
    if work.task.plan_id is None:
        return await create_once(work, await question_request(work))
    try:
        return await create_once(work, plan_request(work, GO_AHEAD))
    except ParentLost:
        return await plan_anew(work)


async def finish(work: Work, interaction: Interaction) -> None:
    """Report what has ended, or say why there is no report. Raises Undeliverable where nothing can be shown at all."""
    outcome = outcome_of(interaction)
    if outcome is Outcome.NOTHING:
        return await end_without(work, interaction, texts.GAVE_UP)
    await _become_head(work, interaction)
    try:
        await work.show_calmly(texts.render_working(work.task, texts.REPORTING, work.clock.now(), interaction))
        await deliver(interaction, work)
    except Undeliverable as error:
        work.warn("report_undeliverable", error)
        await work.save(beside=work.slots.left(work.task))  # nothing is at work any more
        await work.show(texts.render_working(work.task, texts.REPORTING, work.clock.now(), interaction))
        return await work.end(texts.NOT_SHOWN)
    work.note("report delivered")
    if ends_early := texts.ENDS_EARLY.get(outcome):
        return await work.end(ends_early, texts.RETRY)
    return await work.end(texts.DONE)


async def _become_head(work: Work, interaction: Interaction) -> None:
    """The task's turn has the report for its answer, and the thread goes on from it."""
    task, thread = work.task, work.task.asked.thread
    if task.has_report:
        return
    before = await work.goes_on_from()
    turn = await work.records.turns.get(task.name) or Turn.of(task.asked)
    if turn.interaction_id == interaction.id:  # as the release before noted it; the thread may have gone on since
        task.has_report = True
        return
    left = await _leave(turn, before, work) if turn.revision else ()
    turn.parent, turn.parent_interaction_id, turn.interaction_id = before.turn, before.interaction_id, interaction.id
    turn.state, turn.question = State.ANSWERED, task.question[:REMEMBERED_CHARS]
    turn.answer = interaction.output_text[:REMEMBERED_CHARS]
    task.has_report = True
    await work.save(
        *left,
        work.records.turns.saved(turn),
        work.records.heads.moved(thread, Head(interaction_id=turn.interaction_id, turn=turn.name)),
        *work.moves_in(interaction),
    )


async def _leave(turn: Turn, head: Head, work: Work) -> Sequence[Command]:
    """Who goes on from an edited message's turn goes on from its parent instead: it moves to the end of the thread."""
    later = await work.records.turns.after(turn, head.turn)
    if later is None:
        return ()
    later.parent, later.parent_interaction_id = turn.parent, turn.parent_interaction_id
    return (work.records.turns.saved(later),)
