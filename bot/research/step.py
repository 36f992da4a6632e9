"""One short step of a long task: start it, see how far it is, report, or end it.

The costly create is noted before it is sent and never sent again: when nobody can know whether it went through, the
person is told, and asked.
"""

from contextlib import suppress
from dataclasses import replace

import structlog
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.content import Content, TextContent
from bot.conversation.adapter import Channel, ChannelBusy, Undeliverable
from bot.conversation.notices import CONTEXT_LOST, UNEXPECTED, with_reference
from bot.conversation.posts import Posts
from bot.conversation.question import prepared
from bot.conversation.reply import STOP
from bot.failpoints import Point, reached
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import BadRequest, InteractionError, NotFound, OutcomeUnknown, ParentLost
from bot.interactions.failures import failure_of
from bot.interactions.types import Interaction, Request, Status
from bot.models import Part
from bot.research import texts
from bot.research.report import deliver
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.run import Run, RunLost
from bot.state.tasks import Task
from bot.state.turns import REMEMBERED_CHARS, State, Turn, turn_name

LONGEST_SECONDS = 60 * 60.0
STATUS = 0  # the part that people see first
SHOW_TIME_SECONDS = 10.0
FAILURES = 20  # of steps, one after the other, before a task is given up

log = structlog.stdlib.get_logger()


async def save(task: Task, run: Run, records: Records, clock: Clock) -> None:
    due_at = clock.now() + _until_next(clock.now() - task.started_at)
    await run.write(records.tasks.saved(task), beside=records.tasks.indexed(task, due_at=due_at))


class Step:
    def __init__(
        self,
        task: Task,
        run: Run,
        posts: Posts,
        channel: Channel,
        records: Records,
        interactions: InteractionsClient,
        clock: Clock,
    ) -> None:
        self._task, self._run, self._posts, self._channel = task, run, posts, channel
        self._records, self._interactions, self._clock = records, interactions, clock

    async def take(self) -> float | None:
        """Take it; gives the seconds until the next, or None when the task has ended.

        Failures count, and enough of them end the task. Raises RunLost, or redis.RedisError.
        """
        task = self._task
        try:
            wait = await self._advance()
        except (RedisError, RunLost):
            raise
        except ChannelBusy as busy:
            return max(busy.retry_after, self._wait)
        except Undeliverable as error:
            log.warning("research_undeliverable", cause=str(error))
            return await self._abandon()
        except InteractionError as error:
            log.warning("research_step_failed", cause=str(error), kind=type(error).__name__)
            return await self._failed(error.notice, error.retry_after)
        except Exception:
            log.exception("research_step_broke")
            return await self._failed(UNEXPECTED, 0.0)
        task.failures = 0
        return wait

    async def _failed(self, notice: str, retry_after: float | None) -> float | None:
        self._task.failures += 1
        if retry_after is None or self._task.failures == FAILURES:
            return await self._end(with_reference(notice, self._task.reference))
        await self._save()
        return max(retry_after, self._wait)

    async def _advance(self) -> float | None:
        task = self._task
        if await self._records.tasks.is_to_stop(task):
            return await self._cancel(texts.STOPPED)
        if self._elapsed > LONGEST_SECONDS:
            return await self._cancel(texts.TOO_LONG)
        if task.interaction_id is None:
            return await self._create()
        interaction = await self._interactions.get(task.interaction_id)
        reached(Point.POLL_READ)
        return await self._follow(interaction)

    async def _create(self) -> float | None:
        task = self._task
        if task.creating:
            return await self._end(with_reference(texts.UNKNOWN, task.reference))
        request = await self._request()
        await self._show_working(None)
        task.creating = True
        await self._save()
        reached(Point.INTENT_SAVED)
        try:
            interaction = await self._created(request)
        except InteractionError as error:
            if isinstance(error, OutcomeUnknown):
                return await self._end(with_reference(texts.UNKNOWN, task.reference))
            task.creating = False  # a refusal: for certain nothing was started
            await self._save()
            raise
        reached(Point.REPLY_READ)
        task.interaction_id = interaction.id
        await self._save()
        reached(Point.INTERACTION_SAVED)
        log.info("research_started", interaction=interaction.id, agent=task.agent)
        return self._wait

    async def _created(self, request: Request) -> Interaction:
        try:
            return await self._interactions.create(request)
        except ParentLost:
            self._task.notes.append(CONTEXT_LOST)
            return await self._interactions.create(replace(request, previous_interaction_id=None))

    async def _follow(self, interaction: Interaction) -> float | None:
        if interaction.is_running:
            await self._show_working(interaction)
            return self._wait
        failure = failure_of(interaction)
        if failure is not None:
            return await self._end(with_reference(failure.notice, self._task.reference))
        if interaction.status == Status.CANCELLED:
            return await self._end(texts.STOPPED)
        if not interaction.output_text.strip():
            return await self._end(with_reference(texts.GAVE_UP, self._task.reference))
        return await self._report(interaction)

    async def _report(self, interaction: Interaction) -> None:
        await self._become_head(interaction)
        try:
            await deliver(interaction.output_text, self._task, self._posts, self._channel.limits)
        except Undeliverable as error:
            log.warning("report_undeliverable", cause=str(error))
            return await self._end(texts.NOT_SHOWN)
        return await self._end(texts.DONE)

    async def _become_head(self, interaction: Interaction) -> None:
        """The task's turn has the report for its answer, and the thread goes on from it."""
        task, thread = self._task, self._task.asked.thread
        turn = await self._records.turns.get(turn_name(thread, task.id)) or Turn.of(task.asked)
        if turn.interaction_id == interaction.id:
            return
        turn.parent, turn.interaction_id = (await self._records.heads.get(thread)).turn, interaction.id
        turn.state, turn.question = State.ANSWERED, task.question[:REMEMBERED_CHARS]
        turn.answer = interaction.output_text[:REMEMBERED_CHARS]
        await self._run.write(
            self._records.turns.saved(task.asked, turn),
            self._records.heads.moved(thread, Head(interaction_id=turn.interaction_id, turn=turn.name)),
        )

    async def _cancel(self, why: str) -> None:
        await self._cancel_upstream()
        reached(Point.CANCEL_SENT)
        await self._end(why)

    async def _cancel_upstream(self) -> None:
        if self._task.interaction_id is not None:
            with suppress(NotFound, BadRequest):  # gone, or ended by itself
                await self._interactions.cancel(self._task.interaction_id)

    async def _abandon(self) -> None:
        """Nobody can see it any more, so it ends without a word."""
        try:
            await self._cancel_upstream()
        except InteractionError as error:
            log.warning("research_not_cancelled", interaction=self._task.interaction_id, cause=str(error))
        self._task.ended = True
        await self._save()

    async def _end(self, how: str) -> None:
        text = texts.render_ended(self._task, how, self._elapsed)
        await self._posts.show(Part(key=self._posts.key(STATUS), text=text, actions=()))
        self._task.ended = True
        await self._save()
        log.info("research_ended", interaction=self._task.interaction_id, seconds=round(self._elapsed))

    async def _show_working(self, interaction: Interaction | None) -> None:
        """Edit the status message when it says something new, else now and then for the time."""
        task, news = self._task, texts.render_news(interaction)
        if news == task.shown and self._clock.now() - task.shown_at < SHOW_TIME_SECONDS:
            return
        text = texts.render_working(task, news, self._elapsed)
        await self._posts.show(Part(key=self._posts.key(STATUS), text=text, final=False, actions=(STOP,)))
        task.shown, task.shown_at = news, self._clock.now()
        await self._save()

    async def _request(self) -> Request:
        """The question with its files, going on from what the thread has said so far."""
        task = self._task
        asked = task.asked.model_copy(update={"content": _with_question(task)})
        content, task.notes = await prepared(asked, self._channel)
        return Request(
            agent=task.agent,
            input=content,
            previous_interaction_id=(await self._records.heads.get(task.asked.thread)).interaction_id,
            background=True,
            agent_config={"type": "deep-research", "thinking_summaries": "auto"},
        )

    async def _save(self) -> None:
        await save(self._task, self._run, self._records, self._clock)

    @property
    def _elapsed(self) -> float:
        return self._clock.now() - self._task.started_at

    @property
    def _wait(self) -> float:
        return _until_next(self._elapsed)


def _until_next(elapsed_seconds: float) -> float:
    """Seconds until the next step: quick at first, since people watch, then calm."""
    return 1.5 if elapsed_seconds < 20 else 5.0 if elapsed_seconds < 120 else 10.0


def _with_question(task: Task) -> tuple[Content, ...]:
    """What was sent, with the question in the place of the text that held the command."""
    files = [item for item in task.asked.content if not isinstance(item, TextContent)]
    return (*files, TextContent(text=task.question))
