"""Starting what costs money: once, and never again while nobody can know whether it was.

That it is about to be started is saved before the request. Where the answer is lost, the API may still tell of it by
webhook, since the request carries the task's name and the start's number; until then the person is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.content import Content, TextContent
from bot.conversation.notices import CONTEXT_LOST
from bot.conversation.question import prepared
from bot.failpoints import Point, reached
from bot.interactions.errors import BadRequest, InteractionError, NotFound, OutcomeUnknown, ParentLost
from bot.interactions.types import DeepResearch, Interaction, Request, WebhookConfig
from bot.interactions.wire import Json
from bot.research import texts
from bot.research.stoppable import is_unwanted, unless_ended, unless_stopped
from bot.research.work import Work
from bot.state.store import Command
from bot.state.tasks import Stage, Task, Wish, told

UNKNOWN_SECONDS = 30.0  # between two looks whether the API has told of it

log = structlog.stdlib.get_logger()


async def create_once(work: Work, request: Request) -> float:
    """Have the API begin. Raises InteractionError where it refused, which means that nothing was started."""
    task = work.task
    task.creating = True
    task.starts += 1
    await work.save()
    reached(Point.INTENT_SAVED)
    try:
        await unless_stopped(_start(work, _numbered(request, task)), work)
    except OutcomeUnknown:
        return await ask(work)
    except InteractionError:
        task.creating = False
        await work.keep()
        raise
    return work.wait


async def _start(work: Work, request: Request) -> None:
    interaction = await _created(work, request)
    reached(Point.REPLY_READ)
    await _started(work, interaction.id or "", work.moves_in(interaction))


async def ask(work: Work) -> float:
    """Ask whether to start again. Whether it was started nobody here knows."""
    work.wishes = await work.records.tasks.wishes(work.task)  # the API may have told while the answer was waited for
    if await _adopted(work):
        return 0.0
    work.enter(Stage.UNKNOWN)
    work.note(f"start {work.task.starts} unknown")
    said_to_another = work.records.tasks.settled(work.task, Wish.RETRY)
    await work.save(said_to_another)  # before it can be answered
    work.wishes.pop(Wish.RETRY, None)
    log.warning("start_unknown", reference=work.task.reference)
    return 0.0 if is_unwanted(work.wishes) else await look(work)


async def look(work: Work) -> float:
    """Whether somebody wants it started again."""
    if Wish.RETRY not in work.wishes:
        await _show_unknown(work)
        return UNKNOWN_SECONDS
    work.task.creating = False
    work.enter(Stage.QUEUED if work.task.begun_at else Stage.PLAN_QUEUED)
    work.task.begun_at = None
    work.note(f"start wished again by {work.wishes[Wish.RETRY]}")
    await work.save(work.records.tasks.settled(work.task, Wish.RETRY))
    return 0.0


async def _show_unknown(work: Work) -> None:
    said = texts.render_unknown(work.task)
    if work.task.shown != said.text:
        await work.show(said, texts.RETRY, texts.CANCEL)


async def sort_out(work: Work) -> None:
    """Take in what the API has told of: adopt what is waited for, and cancel all else.

    All else is what an earlier start has made, since it was begun again, or the last start of a task that is over.
    """
    task = work.task
    if task.creating:
        await _adopted(work)
    if news := told(work.wishes):
        known = [one for one, start in news.items() if one in task.interactions or not _awaits(task, start)]
        strays = [one for one in known if one not in task.interactions]
        task.strays += strays
        task.interactions += strays
        for one in strays:
            work.note(f"stray {one} of start {news[one]}")
        await work.save(*(work.records.tasks.heard(task, one) for one in known))
    for stray in list(task.strays):
        if await work.cancels_stray(stray):
            task.strays.remove(stray)
            await work.save()
            log.info("stray_over", interaction=stray)


def _awaits(task: Task, start: int) -> bool:
    """Whether it is the start whose outcome is not known now."""
    is_over = task.stage in (Stage.ENDING, Stage.ENDED)
    return task.creating and not is_over and start == task.starts


async def _adopted(work: Work) -> bool:
    task = work.task
    news = told(work.wishes).items()
    interaction_id = next((one for one, start in news if one not in task.interactions and _awaits(task, start)), None)
    if interaction_id is None:
        return False
    work.enter(Stage.RUNNING if task.begun_at else Stage.PLANNING)
    work.note(f"adopted {interaction_id}")
    await work.save(work.records.tasks.settled(task, Wish.RETRY))
    await _started(work, interaction_id)
    return True


async def _started(work: Work, interaction_id: str, moves_in: Sequence[Command] = ()) -> None:
    task, tasks = work.task, work.records.tasks
    task.interaction_id, task.creating = interaction_id, False
    task.interactions.append(interaction_id)
    work.note(f"start {task.starts} made {interaction_id}")
    log.info("task_started", interaction=interaction_id, agent=task.agent)  # first, should it not be saved
    await work.keep(beside=[tasks.found_by(task, interaction_id), *moves_in])
    reached(Point.INTERACTION_SAVED)


async def _created(work: Work, request: Request) -> Interaction:
    try:
        return await work.interactions.create(request)
    except (NotFound, BadRequest) as refusal:  # nothing was started
        possible = _without_what_is_lost(work, request, refusal)
        if possible is None:
            raise
        return await work.interactions.create(possible)


def _without_what_is_lost(work: Work, request: Request, refusal: InteractionError) -> Request | None:
    """The same without the conversation or the sandbox that is no more; None where it is neither."""
    environment = request.environment
    is_kept = environment is not None and environment != work.rules.environment and _names_environment(refusal)
    is_about_plan = work.task.plan_id is not None  # without it what is said about it means nothing
    if not is_kept and (is_about_plan or not isinstance(refusal, ParentLost)):
        return None
    note = texts.SANDBOX_LOST if is_kept else CONTEXT_LOST
    work.task.notes += [note] if note not in work.task.notes else []
    parent = None if isinstance(refusal, ParentLost) else request.previous_interaction_id
    environment = work.rules.environment if is_kept else environment
    return replace(request, previous_interaction_id=parent, environment=environment)


def _names_environment(refusal: InteractionError) -> bool:
    return "environment" in f"{refusal.code} {refusal.detail}".lower()


async def question_request(work: Work, *, planning: bool = False) -> Request:
    """The question with its files, going on from what the thread has said so far. Raises CutOff."""
    asked = work.task.asked.model_copy(update={"content": _with_question(work.task)})
    content, notes = await unless_ended(prepared(asked, work.channel), work)
    reached(Point.DOWNLOADED)
    work.task.notes += [note for note in notes if note not in work.task.notes]
    before = await work.goes_on_from()
    request = _request(work, content, before.interaction_id, planning=planning)
    return replace(request, environment=await _environment(work))


async def _environment(work: Work) -> str | Mapping[str, Json] | None:
    """Where a managed agent works: the sandbox that was set, or where it last worked in this thread."""
    rules = work.rules
    if not rules.is_managed:
        return None
    if rules.environment is None or rules.shares_environment:
        return rules.environment
    return await work.records.tasks.sandbox(work.task.asked.thread) or rules.environment


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
        webhook_config=WebhookConfig(uris=(url,)) if url else None,
    )
    if not rules.is_research:
        return request
    config = DeepResearch(thinking_summaries="auto", collaborative_planning=planning or None)
    return replace(request, agent_config=config)


def _numbered(request: Request, task: Task) -> Request:
    """With what tells, wherever it is met again, which start of which task it is."""
    labels = {"parley_reference": task.reference.lower(), "parley_start": str(task.starts)}
    if request.webhook_config is None:
        return replace(request, labels=labels)
    metadata: dict[str, Json] = {"parley_task": task.name, "parley_start": str(task.starts)}
    return replace(request, labels=labels, webhook_config=replace(request.webhook_config, user_metadata=metadata))


def _with_question(task: Task) -> tuple[Content, ...]:
    """What was sent, with the question in the place of the text that held the command."""
    files = [item for item in task.asked.content if not isinstance(item, TextContent)]
    return (*files, TextContent(text=task.question))
