"""The plan of a research: made by the agent, shown as a card, changed until somebody approves it."""

from bot.interactions.errors import ParentLost
from bot.research import texts
from bot.research.ending import end_without
from bot.research.line import QUEUE_SECONDS, has_turn
from bot.research.outcome import Outcome, outcome_of
from bot.research.starting import ask, create_once, plan_request, question_request
from bot.research.stoppable import look_at
from bot.research.work import Work
from bot.state.tasks import Stage, Wish

CONSENT_SECONDS = 24 * 60 * 60.0  # before a plan that nobody approves is dropped
LOOK_SECONDS = 60 * 60.0


async def queue_plan(work: Work) -> float | None:
    """Have it made when there is room, else say how many wait before it: a plan costs, too."""
    if not await has_turn(work):
        return QUEUE_SECONDS
    work.enter(Stage.PLANNING)
    return await plan(work)


async def plan(work: Work) -> float | None:
    """Have a plan made, or changed, and propose it."""
    task = work.task
    stage = texts.CHANGING if task.plan_id else texts.PLANNING
    if task.interaction_id is None:
        return await _begin(work, stage)
    interaction = await look_at(work, task.interaction_id)
    work.count(interaction)
    if interaction.is_running:
        await work.show_calmly(texts.render_working(task, stage, work.clock.now(), interaction), texts.STOP)
        return work.wait
    if outcome_of(interaction) is not Outcome.WHOLE:  # nobody can approve half a plan
        return await end_without(work, interaction, texts.NO_PLAN)
    task.plan, task.plan_id, task.interaction_id = interaction.output_text.strip(), interaction.id, None
    work.enter(Stage.PROPOSED)
    work.note(f"plan proposed: {task.plan_id}")
    said_to_another = work.records.tasks.settled(task, Wish.APPROVE)
    await work.save(said_to_another, beside=work.slots.left(task))  # before it can be approved
    work.wishes.pop(Wish.APPROVE, None)  # a change that was said meanwhile is made to this one
    return await propose(work)


async def _begin(work: Work, stage: str) -> float:
    if work.task.creating:
        return await ask(work)
    if not work.task.shown:
        await work.show(texts.render_working(work.task, stage, work.clock.now()), texts.STOP)
    if work.task.plan_id is None:
        return await create_once(work, await question_request(work, planning=True))
    try:
        return await create_once(work, plan_request(work, work.task.change, planning=True))
    except ParentLost:
        return await plan_anew(work)


async def plan_anew(work: Work) -> float:
    """The API no longer has the plan, without which nothing that is said about it means anything."""
    task = work.task
    work.note("plan lost")
    task.plan_id, task.approved_by, task.begun_at = None, "", None
    task.notes += [texts.PLAN_LOST] * (texts.PLAN_LOST not in task.notes)
    work.enter(Stage.PLANNING)
    await work.save()
    return 0.0


async def propose(work: Work) -> float | None:
    """Show the plan with what can be done about it; do what somebody has said about it."""
    task = work.task
    if Wish.CHANGE in work.wishes:  # before an approval, which then was of a plan that is to change
        return await change_plan(work)
    if approver := work.wishes.get(Wish.APPROVE):
        task.approved_by = approver
        work.enter(Stage.QUEUED)
        work.note(f"approved by {approver}")
        await work.save(work.records.tasks.settled(task, Wish.APPROVE))
        return 0.0
    if work.elapsed_here > CONSENT_SECONDS:
        return await work.end(texts.NOT_APPROVED, texts.RETRY)
    card = texts.render_plan(task, work.rules)
    if task.shown != card.text:
        await work.show(card, texts.approve(task), texts.CHANGE, texts.CANCEL)
        task.plan_shown = task.plan_mark
    return LOOK_SECONDS


async def change_plan(work: Work) -> float:
    """Have what somebody wants changed worked into the plan, which nothing has come of yet."""
    task, tasks = work.task, work.records.tasks
    task.change, task.approved_by = work.wishes[Wish.CHANGE], ""
    work.enter(Stage.PLAN_QUEUED)
    work.note("change of the plan wished")
    settled = (tasks.settled(task, Wish.APPROVE), tasks.settled_as_said(task, Wish.CHANGE, task.change))
    await work.save(*settled)
    return 0.0
