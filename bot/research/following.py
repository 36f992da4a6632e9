"""A research that waits for its turn, runs, and reports."""

import structlog

from bot.conversation.adapter import Undeliverable
from bot.conversation.notices import with_reference
from bot.failpoints import Point, reached
from bot.interactions.failures import failure_of
from bot.interactions.types import Interaction, Status
from bot.research import texts
from bot.research.report import deliver
from bot.research.starting import plan_request, question_request, start
from bot.research.work import Work
from bot.state.heads import Head
from bot.state.tasks import Spent, Stage
from bot.state.turns import REMEMBERED_CHARS, State, Turn

QUEUE_SECONDS = 10.0

log = structlog.stdlib.get_logger()


async def queue(work: Work) -> float | None:
    """Go ahead when there is room, else say how many wait before it."""
    before = await work.slots.admit(work.task, now=work.clock.now())
    if before is not None:
        await work.show_calmly(texts.render_waiting(work.task, before), texts.STOP)
        return QUEUE_SECONDS
    work.task.stage, work.task.begun_at = Stage.RUNNING, work.clock.now()
    await work.show(texts.render_working(work.task, texts.STARTING, 0.0), texts.STOP)
    return 0.0


async def follow(work: Work) -> float | None:
    """Start it, see how far it is, or report."""
    task = work.task
    if task.interaction_id is None:
        request = plan_request(work, texts.GO_AHEAD) if task.plan_id else await question_request(work)
        return await start(work, request)
    interaction = await work.interactions.get(task.interaction_id)
    reached(Point.POLL_READ)
    if interaction.is_running:
        await work.show_calmly(texts.render_progress(task, interaction, work.elapsed), texts.STOP)
        return work.wait
    task.spent[interaction.id or ""] = Spent(tokens=interaction.usage.total_tokens)
    return await _finish(work, interaction)


async def _finish(work: Work, interaction: Interaction) -> None:
    task = work.task
    if failure := failure_of(interaction):
        return await work.end(_with_finds(with_reference(failure.notice, task.reference), interaction), texts.RETRY)
    if interaction.status == Status.CANCELLED:
        return await work.end(_with_finds(texts.STOPPED, interaction))
    if not interaction.output_text.strip():
        return await work.end(with_reference(texts.GAVE_UP, task.reference), texts.RETRY)
    await _become_head(work, interaction)
    try:
        await deliver(interaction, work)
    except Undeliverable as error:
        log.warning("report_undeliverable", cause=str(error))
        return await work.end(texts.NOT_SHOWN)
    return await work.end(texts.DONE)


def _with_finds(notice: str, interaction: Interaction) -> str:
    """What was found until it ended is kept."""
    found = interaction.output_text.strip()
    return f"{notice}\n\n{texts.shortened(found, texts.FOUND_CHARS)}" if found else notice


async def _become_head(work: Work, interaction: Interaction) -> None:
    """The task's turn has the report for its answer, and the thread goes on from it."""
    task, thread = work.task, work.task.asked.thread
    turn = await work.records.turns.get(task.name) or Turn.of(task.asked)
    if turn.interaction_id == interaction.id:
        return
    turn.parent, turn.interaction_id = (await work.records.heads.get(thread)).turn, interaction.id
    turn.state, turn.question = State.ANSWERED, task.question[:REMEMBERED_CHARS]
    turn.answer = interaction.output_text[:REMEMBERED_CHARS]
    await work.run.write(
        work.records.turns.saved(task.asked, turn),
        work.records.heads.moved(thread, Head(interaction_id=turn.interaction_id, turn=turn.name)),
    )
