"""A research that waits for its turn, runs, and reports."""

import structlog

from bot.conversation.adapter import Undeliverable
from bot.conversation.notices import with_reference
from bot.failpoints import Point, reached
from bot.interactions.errors import ParentLost
from bot.interactions.failures import failure_of
from bot.interactions.types import Interaction, Status
from bot.research import texts
from bot.research.ending import fail, finds
from bot.research.planning import plan_anew
from bot.research.report import deliver
from bot.research.starting import ask, plan_request, question_request, start
from bot.research.work import Work
from bot.state.heads import Head
from bot.state.tasks import Stage
from bot.state.turns import REMEMBERED_CHARS, State, Turn

QUEUE_SECONDS = 10.0
WAITS = "waits in line"

log = structlog.stdlib.get_logger()


async def queue(work: Work) -> float | None:
    """Go ahead when there is room, else say how many wait before it."""
    line = await work.slots.admit(work.task, now=work.clock.now())
    if line is not None:
        if not work.task.life or work.task.life[-1].what != WAITS:
            work.note(WAITS)
        await work.show_calmly(texts.render_waiting(work.task, line), texts.STOP)
        return QUEUE_SECONDS
    work.enter(Stage.RUNNING)
    work.task.begun_at = work.clock.now()
    work.note("has its turn")
    return await follow(work)


async def follow(work: Work) -> float | None:
    """Start it, see how far it is, or report."""
    task = work.task
    if task.interaction_id is None:
        return await _begin(work)
    interaction = await work.interactions.get(task.interaction_id)
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
        return await start(work, await question_request(work))
    try:
        return await start(work, plan_request(work, texts.GO_AHEAD))
    except ParentLost:
        return await plan_anew(work)


async def finish(work: Work, interaction: Interaction) -> None:
    """Report what has ended, or say why there is no report."""
    task = work.task
    if failure := failure_of(interaction):
        return await fail(work, failure, interaction)
    if interaction.status == Status.CANCELLED:
        return await work.end(texts.STOPPED, texts.RETRY, found=finds(interaction), why="cancelled upstream")
    if not interaction.output_text.strip():
        return await work.end(with_reference(texts.GAVE_UP, task.reference), texts.RETRY)
    await _become_head(work, interaction)
    try:
        await deliver(interaction, work)
    except Undeliverable as error:
        log.warning("report_undeliverable", cause=str(error))
        work.note("report undeliverable")
        return await work.end(texts.NOT_SHOWN)
    work.note("report delivered")
    return await work.end(texts.DONE)


async def _become_head(work: Work, interaction: Interaction) -> None:
    """The task's turn has the report for its answer, and the thread goes on from it."""
    task, thread = work.task, work.task.asked.thread
    turn = await work.records.turns.get(task.name) or Turn.of(task.asked)
    if turn.interaction_id == interaction.id:
        return
    head = await work.records.heads.get(thread)
    turn.parent, turn.parent_interaction_id, turn.interaction_id = head.turn, head.interaction_id, interaction.id
    turn.state, turn.question = State.ANSWERED, task.question[:REMEMBERED_CHARS]
    turn.answer = interaction.output_text[:REMEMBERED_CHARS]
    await work.run.write(
        work.records.turns.saved(task.asked, turn),
        work.records.heads.moved(thread, Head(interaction_id=turn.interaction_id, turn=turn.name)),
        *work.moves_in(interaction),
    )
