"""The research manager: long tasks of an agent, from the question to the report.

A task is a series of short steps, so a crash, a deploy or a restart of Redis costs one step. What people want of it
while a step is under way is kept beside its record, and the next step does it.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress

import structlog
from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.conversation.adapter import Channel, Undeliverable
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, MessageId, Thread
from bot.research.decisions import is_meant
from bot.research.rules import Rules
from bot.research.starting import sort_out
from bot.research.step import take
from bot.research.work import STATUS, Work
from bot.state.engine import Engine
from bot.state.heads import Head
from bot.state.records import RecalledTask, Records, parse_recalled
from bot.state.run import Run
from bot.state.runs import Runs
from bot.state.slots import Slots
from bot.state.steps import NotHere
from bot.state.store import Command
from bot.state.tasks import PLACELESS, Stage, Task, Wish
from bot.state.turns import parse_turn_name, reference, turn_name

STEP_SECONDS = 0.05  # between two looks whether a step has ended
SOON_SECONDS = 1.0  # when somebody else is at work on the task
ELSEWHERE_SECONDS = 5.0  # when only another worker can be

log = structlog.stdlib.get_logger()


class ResearchManager:
    def __init__(
        self,
        *,
        records: Records,
        slots: Slots,
        runs: Runs,
        engine: Engine,
        interactions: InteractionsClient,
        channels: Mapping[str, Channel],
        rules: Rules,
        clock: Clock,
    ) -> None:
        self._records, self._slots, self._runs, self._engine = records, slots, runs, engine
        self._interactions = interactions
        self._channels = channels  # by platform
        self._not_set_up: set[str] = set()  # platforms of tasks that only other workers can take further
        self._rules = rules
        self._clock = clock

    async def start(self, exchange: Exchange, question: str, *, consented: bool = False, note: str = "") -> None:
        """Note the task and let the engine take it from here. Safe to repeat."""
        message, tasks = exchange.message, self._records.tasks
        earlier = await tasks.get(message.thread, message.message)
        if earlier is None or earlier.asked.revision != message.revision:
            await exchange.posts.remove_from(STATUS + 1)  # of a longer answer that it comes in the place of
            await exchange.run.write(*self._asked_anew(exchange))
            task = self._begun(message, question, consented=consented, note=note)
            async with self._stepping(message) as run:  # so that no step saves the earlier one after this
                task.come_after(parse_recalled(run.found, task.name).task)
                task.note(self._clock.now(), "asked")
                unwished = tasks.settled(task, *Wish)
                await run.end(tasks.saved(task), unwished, beside=[*tasks.indexed(task), *tasks.due(task)])
        await self._engine.step_now(message.thread, message.message)

    def _begun(self, message: Inbound, question: str, *, consented: bool, note: str) -> Task:
        return Task(
            asked=message,
            question=question,
            agent=self._rules.agent,
            reference=reference(message),
            started_at=self._clock.now(),
            stage=Stage.PLAN_QUEUED if self._rules.plans and not consented else Stage.QUEUED,
            notes=[note] if note else [],
        )

    def _asked_anew(self, exchange: Exchange) -> list[Command]:
        """An edited message is researched from where its thread is, which is not the answer that this replaces."""
        turn, heads = exchange.turn, self._records.heads
        if not turn.revision:
            return []
        before = Head(interaction_id=turn.parent_interaction_id, turn=turn.parent)
        moved = heads.moved_on(exchange.message.thread, before, known=Head(turn=turn.name))
        return [self._records.turns.saved(turn), moved]  # before a step looks where it goes on from

    async def stop(self, message: Inbound) -> bool:
        """Have the tasks that are meant, and have no report yet, end here and upstream; whether there are any."""
        here = await self._records.tasks.here(message)
        tasks = [task for task in here if is_meant(task, message) and not task.has_report]
        for task in tasks:
            await self._records.tasks.wish(task, Wish.STOP, message.author)
            await self._engine.step_now(task.asked.thread, task.id)
        return bool(tasks)

    async def withdraw(self, exchange: Exchange) -> bool:
        """End the task that a message asked for before it was edited or deleted, without a word; whether there was one.

        When this returns, no step of it can show anything any more. Of what it has shown the status message stays
        when the message was edited, for what comes in its place; nothing does when it was deleted before the end.
        """
        message = exchange.message
        task = await self._records.tasks.get(message.thread, message.message)
        if task is None or task.asked.revision == message.revision:
            return False
        if message.deleted and task.ended and not task.withdrawn:
            return False
        await self._records.tasks.wish(task, Wish.WITHDRAW, message.author)  # so that a step at work ends soon
        async with self._stepping(message) as run:
            await self._withdraw(message, run)
        await self._let_in_next(task)
        return True

    async def _withdraw(self, message: Inbound, run: Run) -> None:
        known = parse_recalled(run.found, turn_name(message.thread, message.message))
        if known.task is None:
            return await run.end()
        work = self._work(known.task, known, run)
        await sort_out(work)
        await work.withdraw()
        with suppress(Undeliverable):  # then nobody sees it
            await work.posts.remove_all(but=None if message.deleted else work.posts.key(STATUS))
        still_to_cancel = self._records.tasks.due(known.task) if known.task.strays else ()
        return await run.end(beside=[*self._records.tasks.indexed(known.task), *still_to_cancel])

    @asynccontextmanager
    async def _stepping(self, message: Inbound) -> AsyncGenerator[Run]:
        """The run of the steps of a message's task. A step that is at work has its say first: it takes a moment, or
        some seconds where it waits for something and the task was withdrawn."""
        thread, task = message.thread, message.message
        while True:
            async with self._runs.take(thread, f"step:{task}", self._records.reading(thread, task)) as run:
                if run is not None:
                    yield run
                    return
            await self._clock.sleep(STEP_SECONDS)

    async def step(self, thread: Thread, task_id: MessageId) -> float | None:
        """Take a task one step further; gives the seconds until the next, or None when it has ended.

        Raises RunLost when the step was cut short, and NotHere for a record that another release wrote.
        """
        if thread.platform not in self._channels:
            return self._left_to_others(thread.platform)
        async with self._runs.take(thread, f"step:{task_id}", self._records.reading(thread, task_id)) as run:
            if run is None:
                return SOON_SECONDS
            known = parse_recalled(run.found, turn_name(thread, task_id))
            if known.task is None and known.stored:
                raise NotHere
            if known.task is None:
                await run.end()
                return None
            wait = await self._stepped(known.task, known, run)
        if known.task.stage in PLACELESS:
            await self._let_in_next(known.task)
        return wait

    def _left_to_others(self, platform: str) -> float:
        """Seconds until another worker may have taken the step. Said once, not with each step of each task."""
        if platform not in self._not_set_up:
            self._not_set_up.add(platform)
            log.error("platform_not_set_up", platform=platform, fix="give the workers its credentials too")
        return ELSEWHERE_SECONDS

    async def _stepped(self, task: Task, known: RecalledTask, run: Run) -> float | None:
        """What has changed is saved with the end, as far as nothing made the step save it sooner. What has not is not
        written again, since a task that has ended may have been asked for anew by now."""
        with bound_contextvars(thread=str(run.thread), task=task.id, reference=task.reference):
            wait = await take(self._work(task, known, run))
        news = [self._records.tasks.saved(task)] if task.model_dump_json() != known.stored else []
        await run.end(*news, beside=self._records.tasks.indexed(task))
        return wait

    async def _let_in_next(self, left: Task) -> None:
        """Have those look at once that may have waited for it; they look by themselves too, but not as soon."""
        for name in await self._slots.first_in_line(left):
            await self._engine.step_now(*parse_turn_name(name))

    def _work(self, task: Task, known: RecalledTask, run: Run) -> Work:
        channel = self._channels[task.asked.thread.platform]
        posts = Posts(channel, task.asked, self._records.outbox, run, known.parts)
        rules = self._rules._replace(agent=task.agent)  # which it began with
        return Work(
            task, run, posts, channel, self._records, self._slots, self._interactions, self._clock, rules, known.wishes
        )
