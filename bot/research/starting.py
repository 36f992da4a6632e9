"""Starting what costs money: once, and never again while nobody can know whether it was.

That it is about to be started is saved before the request. Where the answer is lost, the API may still tell of it by
webhook, since the request carries the task's name; until then the person is asked.
"""

from dataclasses import replace

import structlog

from bot.content import Content, TextContent
from bot.conversation.notices import CONTEXT_LOST
from bot.conversation.question import prepared
from bot.failpoints import Point, reached
from bot.interactions.errors import InteractionError, OutcomeUnknown, ParentLost
from bot.interactions.types import DeepResearch, Interaction, Request, WebhookConfig
from bot.research import texts
from bot.research.work import Work
from bot.state.tasks import Stage, Task, Wish

UNKNOWN_SECONDS = 30.0  # between two looks whether the API has told of it

log = structlog.stdlib.get_logger()


async def start(work: Work, request: Request) -> float:
    """Have the API begin. Raises InteractionError where it refused, which means that nothing was started."""
    task = work.task
    if task.creating:
        return await ask(work)
    task.creating = True
    await work.save()
    reached(Point.INTENT_SAVED)
    try:
        interaction = await _created(work, request)
    except OutcomeUnknown:
        return await ask(work)
    except InteractionError:
        task.creating = False
        await work.save()
        raise
    reached(Point.REPLY_READ)
    await _started(work, interaction.id or "")
    return work.wait


async def ask(work: Work) -> float:
    """Ask whether to start again. Whether it was started nobody here knows."""
    if await _adopted(work):
        return 0.0
    work.task.stage = Stage.UNKNOWN
    await work.save()  # before it can be answered
    log.warning("start_unknown", reference=work.task.reference)
    await work.show(texts.render_unknown(work.task), texts.RETRY, texts.CANCEL)
    return UNKNOWN_SECONDS


async def look(work: Work) -> float:
    """Whether the API has told of what may have been started, or somebody wants it started again."""
    if await _adopted(work):
        return 0.0
    if Wish.RETRY not in work.wishes:
        return UNKNOWN_SECONDS
    work.task.creating = False
    work.task.stage = Stage.RUNNING if work.task.begun_at else Stage.PLANNING
    await work.save(work.records.tasks.granted(work.task, Wish.RETRY))
    return 0.0


async def _adopted(work: Work) -> bool:
    interaction_id = await work.records.tasks.adopted(work.task)
    if interaction_id is None:
        return False
    work.task.stage = Stage.RUNNING if work.task.begun_at else Stage.PLANNING
    await _started(work, interaction_id)
    return True


async def _started(work: Work, interaction_id: str) -> None:
    work.task.interaction_id, work.task.creating = interaction_id, False
    work.task.interactions.append(interaction_id)
    await work.save(beside=[work.records.tasks.found_by(work.task, interaction_id)])
    reached(Point.INTERACTION_SAVED)
    log.info("task_started", interaction=interaction_id, agent=work.task.agent)


async def _created(work: Work, request: Request) -> Interaction:
    try:
        return await work.interactions.create(request)
    except ParentLost:
        work.task.notes.append(CONTEXT_LOST)
        return await work.interactions.create(replace(request, previous_interaction_id=None))


async def question_request(work: Work, *, planning: bool = False) -> Request:
    """The question with its files, going on from what the thread has said so far."""
    asked = work.task.asked.model_copy(update={"content": _with_question(work.task)})
    content, notes = await prepared(asked, work.channel)
    reached(Point.DOWNLOADED)
    work.task.notes += [note for note in notes if note not in work.task.notes]
    head = await work.records.heads.get(work.task.asked.thread)
    return _request(work, content, head.interaction_id, planning=planning)


def plan_request(work: Work, text: str, *, planning: bool = False) -> Request:
    """What is said to the plan that was made: what to change about it, or to go ahead."""
    return _request(work, (TextContent(text=text),), work.task.plan_id, planning=planning)


def _request(work: Work, content: tuple[Content, ...], parent: str | None, *, planning: bool) -> Request:
    rules, task = work.rules, work.task
    url = rules.webhook_url
    request = Request(
        agent=task.agent if rules.is_agent else None,
        model=None if rules.is_agent else task.agent,
        input=content,
        previous_interaction_id=parent,
        background=True,
        labels={"parley_reference": task.reference.lower()},
        webhook_config=WebhookConfig(uris=(url,), user_metadata={"parley_task": task.name}) if url else None,
    )
    if not rules.is_research:
        return request
    config = DeepResearch(thinking_summaries="auto", collaborative_planning=planning or None)
    return replace(request, agent_config=config)


def _with_question(task: Task) -> tuple[Content, ...]:
    """What was sent, with the question in the place of the text that held the command."""
    files = [item for item in task.asked.content if not isinstance(item, TextContent)]
    return (*files, TextContent(text=task.question))
