"""The plan of a research: made by the agent, shown as a card, changed until somebody approves it."""

from bot.conversation.notices import with_reference
from bot.interactions.failures import failure_of
from bot.research import texts
from bot.research.starting import plan_request, question_request, start
from bot.research.work import Work
from bot.state.tasks import Spent, Stage, Wish

CONSENT_SECONDS = 24 * 60 * 60.0  # before a plan that nobody approves is dropped
LOOK_SECONDS = 60 * 60.0


async def plan(work: Work) -> float | None:
    """Have a plan made, or changed, and propose it."""
    task = work.task
    stage = texts.CHANGING if task.plan_id else texts.PLANNING
    if task.interaction_id is None:
        await work.show(texts.render_working(task, stage, work.elapsed), texts.STOP)
        if task.plan_id is not None:
            return await start(work, plan_request(work, task.change, planning=True))
        return await start(work, await question_request(work, planning=True))
    interaction = await work.interactions.get(task.interaction_id)
    if interaction.is_running:
        await work.show_calmly(texts.render_working(task, stage, work.elapsed), texts.STOP)
        return work.wait
    if failure := failure_of(interaction):
        return await work.end(with_reference(failure.notice, task.reference), texts.RETRY)
    task.plan, task.plan_id, task.interaction_id = interaction.output_text.strip(), interaction.id, None
    task.spent[interaction.id or ""] = Spent(tokens=interaction.usage.total_tokens)
    task.stage = Stage.PROPOSED
    said_to_another = [work.records.tasks.granted(task, wish) for wish in (Wish.APPROVE, Wish.CHANGE)]
    await work.save(*said_to_another)  # before it can be approved
    work.wishes = {}
    return await propose(work)


async def propose(work: Work) -> float | None:
    """Show the plan with what can be done about it; do what somebody has said about it."""
    task = work.task
    if approver := work.wishes.get(Wish.APPROVE):
        task.approved_by, task.stage = approver, Stage.QUEUED
        await work.save(work.records.tasks.granted(task, Wish.APPROVE))
        return 0.0
    if change := work.wishes.get(Wish.CHANGE):
        task.change, task.stage = change, Stage.PLANNING
        await work.save(work.records.tasks.granted(task, Wish.CHANGE))
        return 0.0
    if work.elapsed > CONSENT_SECONDS:
        return await work.end(texts.NOT_APPROVED)
    text = texts.render_plan(task, work.rules)
    if task.shown != text:
        await work.show(text, texts.APPROVE, texts.CHANGE, texts.CANCEL)
    return LOOK_SECONDS
