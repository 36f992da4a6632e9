"""The plan of a research: made by the agent, shown as a card, changed until somebody approves it."""

from bot.conversation.notices import with_reference
from bot.interactions.errors import ParentLost
from bot.interactions.failures import failure_of
from bot.research import texts
from bot.research.ending import fail
from bot.research.starting import ask, plan_request, question_request, start
from bot.research.work import Work
from bot.state.tasks import Stage, Wish

CONSENT_SECONDS = 24 * 60 * 60.0  # before a plan that nobody approves is dropped
LOOK_SECONDS = 60 * 60.0


async def plan(work: Work) -> float | None:
    """Have a plan made, or changed, and propose it."""
    task = work.task
    stage = texts.CHANGING if task.plan_id else texts.PLANNING
    if task.interaction_id is None:
        return await _begin(work, stage)
    interaction = await work.interactions.get(task.interaction_id)
    work.count(interaction)
    if interaction.is_running:
        await work.show_calmly(texts.render_working(task, stage, work.clock.now(), interaction), texts.STOP)
        return work.wait
    if failure := failure_of(interaction):
        return await fail(work, failure, interaction)
    if not interaction.output_text.strip():
        return await work.end(with_reference(texts.NO_PLAN, task.reference), texts.RETRY)
    task.plan, task.plan_id, task.interaction_id = interaction.output_text.strip(), interaction.id, None
    work.enter(Stage.PROPOSED)
    work.note(f"plan proposed: {task.plan_id}")
    said_to_another = [work.records.tasks.granted(task, wish) for wish in (Wish.APPROVE, Wish.CHANGE)]
    await work.save(*said_to_another)  # before it can be approved
    work.wishes = {}
    return await propose(work)


async def _begin(work: Work, stage: str) -> float:
    if work.task.creating:
        return await ask(work)
    if not work.task.shown:
        await work.show(texts.render_working(work.task, stage, work.clock.now()), texts.STOP)
    if work.task.plan_id is None:
        return await start(work, await question_request(work, planning=True))
    try:
        return await start(work, plan_request(work, work.task.change, planning=True))
    except ParentLost:
        return await plan_anew(work)


async def plan_anew(work: Work) -> float:
    """The API no longer has the plan, without which nothing that is said about it means anything."""
    task = work.task
    work.note("plan lost")
    task.plan_id, task.approved_by, task.begun_at = None, "", None
    task.notes += [texts.PLAN_LOST] * (texts.PLAN_LOST not in task.notes)
    work.enter(Stage.PLANNING)
    await work.save(beside=work.slots.left(task))
    return 0.0


async def propose(work: Work) -> float | None:
    """Show the plan with what can be done about it; do what somebody has said about it."""
    task = work.task
    granted = [work.records.tasks.granted(task, wish) for wish in (Wish.APPROVE, Wish.CHANGE)]
    if change := work.wishes.get(Wish.CHANGE):  # before an approval, which then was of a plan that is to change
        task.change = change
        work.enter(Stage.PLANNING)
        work.note("change of the plan wished")
        await work.save(*granted)
        return 0.0
    if approver := work.wishes.get(Wish.APPROVE):
        task.approved_by = approver
        work.enter(Stage.QUEUED)
        work.note(f"approved by {approver}")
        await work.save(*granted)
        return 0.0
    if work.elapsed_here > CONSENT_SECONDS:
        return await work.end(texts.NOT_APPROVED, texts.RETRY)
    card = texts.render_plan(task, work.rules)
    if task.shown != card.text:
        await work.show(card, texts.approve(task), texts.CHANGE, texts.CANCEL)
        task.plan_shown = task.plan_mark
    return LOOK_SECONDS
