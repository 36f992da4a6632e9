"""The research manager: one long task of an agent, from the question to the report.

A task is a series of short steps, so a crash, a deploy or a restart of Redis costs one step. The costly
create is noted before it is sent and never sent again: when nobody can know whether it went through, the
person is told, and asked.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.content import Content, TextContent
from bot.conversation.adapter import Channel, ChannelBusy, Undeliverable
from bot.conversation.notices import CONTEXT_LOST, UNEXPECTED, with_reference
from bot.conversation.posts import Posts
from bot.conversation.question import prepared
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import BadRequest, InteractionError, NotFound, OutcomeUnknown, ParentLost
from bot.interactions.failures import failure_of
from bot.interactions.types import Interaction, Request, Status
from bot.models import Action, Inbound, MessageId, Part, Thread
from bot.research import texts
from bot.research.report import deliver
from bot.state.engine import Engine
from bot.state.records import Records
from bot.state.tasks import Task
from bot.state.turns import reference

LONGEST_SECONDS = 60 * 60.0
STATUS = 0  # the part that people see first
SHOW_TIME_SECONDS = 10.0
FAILURES = 20  # of steps, one after the other, before a task is given up
STOP = Action(label="Stop", says="stop")

log = structlog.stdlib.get_logger()


class ResearchManager:
    def __init__(
        self,
        *,
        records: Records,
        engine: Engine,
        interactions: InteractionsClient,
        channels: Mapping[str, Channel],
        agent: str,
        clock: Clock,
    ) -> None:
        self._records, self._engine = records, engine
        self._interactions = interactions
        self._channels = channels  # by platform
        self._agent = agent
        self._clock = clock

    async def start(self, message: Inbound, question: str) -> None:
        """The handler of `research`: note the task and let the engine take it from here. Safe to repeat."""
        if await self._records.tasks.get(message.thread, message.message) is None:
            task = Task(
                asked=message,
                question=question,
                agent=self._agent,
                reference=reference(message),
                started_at=self._clock.now(),
            )
            await self._records.tasks.save(task)
        await self._engine.step_now(message.thread, message.message)

    async def stop(self, message: Inbound, _argument: str) -> str:
        """The handler of `stop`: the tasks that are meant end, here and upstream."""
        tasks = [task for task in await self._records.tasks.running(message) if _is_meant(task, message)]
        for task in tasks:
            await self._records.tasks.ask_to_stop(task)
            await self._engine.step_now(task.asked.thread, task.id)
        return texts.STOPPING if tasks else texts.NOTHING_RUNS

    async def step(self, thread: Thread, task_id: MessageId) -> float | None:
        """Take a task one step further; gives the seconds until the next, or None when it has ended."""
        task = await self._records.tasks.get(thread, task_id)
        if task is None or task.ended:
            return None
        with bound_contextvars(thread=str(thread), task=task_id, reference=task.reference):
            posts = await Posts.open(self._channels[thread.platform], task.asked, self._records.outbox)
            try:
                return await self._step(task, posts)
            except ChannelBusy as busy:
                return max(busy.retry_after, self._until_next_step(task))
            except Undeliverable as error:
                log.warning("research_undeliverable", cause=str(error))
                return await self._abandon(task)

    async def _step(self, task: Task, posts: Posts) -> float | None:
        """Raises ChannelBusy or Undeliverable; any other failure counts, and enough of them end the task."""
        try:
            wait = await self._advance(task, posts)
        except (ChannelBusy, Undeliverable, RedisError):
            raise
        except InteractionError as error:
            log.warning("research_step_failed", cause=str(error), kind=type(error).__name__)
            notice, retry_after = error.notice, error.retry_after
        except Exception:
            log.exception("research_step_broke")
            notice, retry_after = UNEXPECTED, 0.0
        else:
            task.failures = 0
            return wait
        task.failures += 1
        if retry_after is None or task.failures == FAILURES:
            return await self._end(task, posts, with_reference(notice, task.reference))
        await self._records.tasks.save(task)
        return max(retry_after, self._until_next_step(task))

    async def _advance(self, task: Task, posts: Posts) -> float | None:
        if await self._records.tasks.is_to_stop(task):
            return await self._cancel(task, posts, texts.STOPPED)
        if self._elapsed(task) > LONGEST_SECONDS:
            return await self._cancel(task, posts, texts.TOO_LONG)
        if task.interaction_id is None:
            return await self._create(task, posts)
        return await self._follow(task, posts, await self._interactions.get(task.interaction_id))

    async def _create(self, task: Task, posts: Posts) -> float | None:
        if task.creating:
            return await self._end(task, posts, with_reference(texts.UNKNOWN, task.reference))
        request = await self._request(task)
        await self._show_working(task, posts, None)
        task.creating = True
        await self._records.tasks.save(task)
        try:
            interaction = await self._created(request, task)
        except InteractionError as error:
            if isinstance(error, OutcomeUnknown):
                return await self._end(task, posts, with_reference(texts.UNKNOWN, task.reference))
            task.creating = False  # a refusal: for certain nothing was started
            await self._records.tasks.save(task)
            raise
        task.interaction_id = interaction.id
        await self._records.tasks.save(task)
        log.info("research_started", interaction=interaction.id, agent=task.agent)
        return self._until_next_step(task)

    async def _created(self, request: Request, task: Task) -> Interaction:
        try:
            return await self._interactions.create(request)
        except ParentLost:
            task.notes.append(CONTEXT_LOST)
            return await self._interactions.create(replace(request, previous_interaction_id=None))

    async def _follow(self, task: Task, posts: Posts, interaction: Interaction) -> float | None:
        if interaction.is_running:
            await self._show_working(task, posts, interaction)
            return self._until_next_step(task)
        failure = failure_of(interaction)
        if failure is not None:
            return await self._end(task, posts, with_reference(failure.notice, task.reference))
        if interaction.status == Status.CANCELLED:
            return await self._end(task, posts, texts.STOPPED)
        if not interaction.output_text.strip():
            return await self._end(task, posts, with_reference(texts.GAVE_UP, task.reference))
        return await self._report(task, posts, interaction)

    async def _report(self, task: Task, posts: Posts, interaction: Interaction) -> None:
        if interaction.id is not None:
            await self._records.heads.set(task.asked.thread, interaction.id)
        try:
            await deliver(interaction.output_text, task, posts, self._channels[task.asked.thread.platform].limits)
        except Undeliverable as error:
            log.warning("report_undeliverable", cause=str(error))
            return await self._end(task, posts, texts.NOT_SHOWN)
        return await self._end(task, posts, texts.DONE)

    async def _cancel(self, task: Task, posts: Posts, why: str) -> None:
        await self._cancel_upstream(task)
        await self._end(task, posts, why)

    async def _cancel_upstream(self, task: Task) -> None:
        if task.interaction_id is not None:
            with suppress(NotFound, BadRequest):  # gone, or ended by itself
                await self._interactions.cancel(task.interaction_id)

    async def _abandon(self, task: Task) -> None:
        """Nobody can see it any more, so it ends without a word."""
        try:
            await self._cancel_upstream(task)
        except InteractionError as error:
            log.warning("research_not_cancelled", interaction=task.interaction_id, cause=str(error))
        task.ended = True
        await self._records.tasks.save(task)

    async def _end(self, task: Task, posts: Posts, how: str) -> None:
        text = texts.render_ended(task, how, self._elapsed(task))
        await posts.show(Part(key=posts.key(STATUS), text=text, actions=()))
        task.ended = True
        await self._records.tasks.save(task)
        log.info("research_ended", interaction=task.interaction_id, seconds=round(self._elapsed(task)))

    async def _show_working(self, task: Task, posts: Posts, interaction: Interaction | None) -> None:
        """Edit the status message when it says something new, else now and then for the time."""
        news = texts.render_news(interaction)
        if news == task.shown and self._clock.now() - task.shown_at < SHOW_TIME_SECONDS:
            return
        text = texts.render_working(task, news, self._elapsed(task))
        await posts.show(Part(key=posts.key(STATUS), text=text, final=False, actions=(STOP,)))
        task.shown, task.shown_at = news, self._clock.now()
        await self._records.tasks.save(task)

    async def _request(self, task: Task) -> Request:
        """The question with its files, going on from what the thread has said so far."""
        channel = self._channels[task.asked.thread.platform]
        asked = task.asked.model_copy(update={"content": _with_question(task)})
        content, task.notes = await prepared(asked, channel)
        return Request(
            agent=task.agent,
            input=content,
            previous_interaction_id=await self._records.heads.get(task.asked.thread),
            background=True,
            agent_config={"type": "deep-research", "thinking_summaries": "auto"},
        )

    def _elapsed(self, task: Task) -> float:
        return self._clock.now() - task.started_at

    def _until_next_step(self, task: Task) -> float:
        """Seconds: quick at first, since people watch, then calm."""
        elapsed = self._elapsed(task)
        return 1.5 if elapsed < 20 else 5.0 if elapsed < 120 else 10.0


def _with_question(task: Task) -> tuple[Content, ...]:
    """What was sent, with the question in the place of the text that held the command."""
    files = [item for item in task.asked.content if not isinstance(item, TextContent)]
    return (*files, TextContent(text=task.question))


def _is_meant(task: Task, stop: Inbound) -> bool:
    """In its thread anybody may stop a task; from outside of threads people stop their own of that channel."""
    outside = stop.thread.root == stop.message
    return task.asked.thread == stop.thread or (outside and task.asked.author == stop.author)
