"""The research manager: long tasks of an agent, from the question to the report.

A task is a series of short steps, so a crash, a deploy or a restart of Redis costs one step. What people want of it
while a step is under way is kept beside its record, and the next step does it.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress

from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.conversation.adapter import Channel, Undeliverable
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, MessageId, Thread
from bot.research import texts
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
from bot.state.store import Command
from bot.state.tasks import Stage, Task, Wish
from bot.state.turns import reference

STEP_SECONDS = 0.05  # between two looks whether a step has ended
SOON_SECONDS = 1.0  # when somebody else is at work on the task


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
        self._rules = rules
        self._clock = clock

    async def start(self, exchange: Exchange, question: str, *, consented: bool = False, note: str = "") -> None:
        """Note the task and let the engine take it from here. Safe to repeat."""
        message, tasks = exchange.message, self._records.tasks
        earlier = await tasks.get(message.thread, message.message)
        if earlier is None or earlier.asked.revision != message.revision:
            await exchange.posts.remove_from(STATUS + 1)  # of a longer answer that it comes in the place of
            await exchange.run.write(*self._head_before(exchange))
            task = self._begun(message, question, consented=consented, note=note)
            async with self._stepping(message) as run:  # so that no step saves the earlier one after this
                task.come_after(parse_recalled(run.found).task)
                task.note(self._clock.now(), "asked")
                unwished = [tasks.granted(task, wish) for wish in Wish]
                await run.end(tasks.saved(task), *unwished, beside=[*tasks.indexed(task), *tasks.due(task)])
        await self._engine.step_now(message.thread, message.message)

    def _begun(self, message: Inbound, question: str, *, consented: bool, note: str) -> Task:
        return Task(
            asked=message,
            question=question,
            agent=self._rules.agent,
            reference=reference(message),
            started_at=self._clock.now(),
            stage=Stage.PLANNING if self._rules.plans and not consented else Stage.QUEUED,
            notes=[note] if note else [],
        )

    def _head_before(self, exchange: Exchange) -> list[Command]:
        """An edited message is researched from where it was asked, not from the answer that this replaces."""
        turn = exchange.turn
        if exchange.head.turn != turn.name:
            return []
        before = Head(interaction_id=turn.parent_interaction_id, turn=turn.parent)
        return [self._records.heads.moved(exchange.message.thread, before)]

    async def stop(self, message: Inbound) -> bool:
        """Have the tasks that are meant end, here and upstream; whether there are any."""
        tasks = [task for task in await self._records.tasks.here(message) if _is_meant(task, message)]
        for task in tasks:
            await self._wish(task, Wish.STOP, message.author)
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
        async with self._stepping(message) as run:
            await self._withdraw(message, run)
        await self._let_in_next(task)
        return True

    async def _withdraw(self, message: Inbound, run: Run) -> None:
        known = parse_recalled(run.found)
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
        """The run of the steps of a message's task. A step that is at work has its say first, and is short."""
        thread, task = message.thread, message.message
        while True:
            async with self._runs.take(thread, f"step:{task}", self._records.reading(thread, task)) as run:
                if run is not None:
                    yield run
                    return
            await self._clock.sleep(STEP_SECONDS)

    async def approve(self, exchange: Exchange) -> str | None:
        """The handler of `approve`."""
        return await self._decide(exchange, Wish.APPROVE, exchange.message.author)

    async def change(self, exchange: Exchange) -> str | None:
        """The handler of `change`; the button alone asks for the words."""
        return await self._decide(exchange, Wish.CHANGE, exchange.said.argument if exchange.said else "")

    async def cancel(self, exchange: Exchange) -> str | None:
        """The handler of `cancel`."""
        return await self._decide(exchange, Wish.STOP, exchange.message.author)

    async def is_for_task(self, message: Inbound) -> bool:
        """Whether a message points at a task, and at none that was withdrawn."""
        task = await self._pointed_at(message)
        return task is not None and not task.withdrawn

    async def retry(self, exchange: Exchange) -> str | None:
        """The handler of `retry`, said of a task: have it begin again, where that is offered and theirs to say.

        It is offered where a task failed, and where nobody knows whether it was started.
        """
        message = exchange.message
        task = await self._pointed_at(message)
        if task is None or not _offers_retry(task):
            is_over = task is None or task.stage in (Stage.ENDING, Stage.ENDED)
            return None if message.silent else texts.HAS_ENDED if is_over else texts.NOT_ENDED
        if not self._may_decide(message, task):
            return texts.NOT_YOURS
        await self._wish(task, Wish.RETRY, message.author)
        return None if message.silent else texts.RETRYING

    async def _pointed_at(self, message: Inbound) -> Task | None:
        return await self._records.tasks.get(message.thread, message.about) if message.about else None

    def _may_decide(self, message: Inbound, task: Task) -> bool:
        return self._rules.approvers == "anyone" or task.asked.author == message.author

    async def step(self, thread: Thread, task_id: MessageId) -> float | None:
        """Take a task one step further; gives the seconds until the next, or None when it has ended.

        Raises RunLost when the step was cut short.
        """
        async with self._runs.take(thread, f"step:{task_id}", self._records.reading(thread, task_id)) as run:
            if run is None:
                return SOON_SECONDS
            known = parse_recalled(run.found)
            if known.task is None:
                await run.end()
                return None
            wait = await self._stepped(known.task, known, run)
        if wait is None:
            await self._let_in_next(known.task)
        return wait

    async def _stepped(self, task: Task, known: RecalledTask, run: Run) -> float | None:
        """What has changed is saved with the end, as far as nothing made the step save it sooner. What has not is not
        written again, since a task that has ended may have been asked for anew by now."""
        with bound_contextvars(thread=str(run.thread), task=task.id, reference=task.reference):
            wait = await take(self._work(task, known, run))
        news = [self._records.tasks.saved(task)] if task.model_dump_json() != known.stored else []
        await run.end(*news, beside=self._records.tasks.indexed(task))
        return wait

    async def _let_in_next(self, ended: Task) -> None:
        """Have those look at once that may have waited for it; they look by themselves too, but not as soon."""
        for name in await self._slots.first_in_line(ended):
            thread, _, task_id = name.partition(" ")
            await self._engine.step_now(Thread.parse(thread), MessageId(task_id))

    def _work(self, task: Task, known: RecalledTask, run: Run) -> Work:
        channel = self._channels[task.asked.thread.platform]
        posts = Posts(channel, task.asked, self._records.outbox, run, known.parts)
        rules = self._rules._replace(agent=task.agent)  # which it began with
        return Work(
            task, run, posts, channel, self._records, self._slots, self._interactions, self._clock, rules, known.wishes
        )

    async def _decide(self, exchange: Exchange, wish: Wish, said: str) -> str | None:
        """What somebody says about a plan, if it is theirs to say."""
        message = exchange.message
        task = await self._decided_on(exchange, wish)
        if task is None:
            return None if message.silent else texts.NOTHING_PROPOSED  # a button may be pressed twice
        if not self._may_decide(message, task):
            return texts.NOT_YOURS
        if wish is Wish.APPROVE and (refusal := await self._unseen(task, exchange)):
            return refusal
        if not said:
            exchange.asks, exchange.asks_about = "change", task.name
            return texts.HOW_TO_CHANGE
        await self._wish(task, wish, said)
        return None if message.silent else texts.render_decided(task, wish)

    async def _decided_on(self, exchange: Exchange, wish: Wish) -> Task | None:
        """The task that the bot has asked about, or else the newest one that waits for such a word."""
        thread, _, asked_about = exchange.turn.taken_about.partition(" ")
        if asked_about:
            task = await self._records.tasks.get(Thread.parse(thread), MessageId(asked_about))
            return task if task and task.stage == Stage.PROPOSED else None
        here = await self._records.tasks.here(exchange.message)
        return next((task for task in reversed(here) if _is_asked(task, exchange.message, wish)), None)

    async def _unseen(self, task: Task, exchange: Exchange) -> str | None:
        """What to say to an approval that would be of a plan which its author has not seen, or None."""
        pressed = exchange.said.argument if exchange.said else ""
        if task.plan_mark not in (pressed, "" if pressed else task.plan_shown):
            return texts.NEWER_PLAN
        return texts.PLAN_CHANGES if Wish.CHANGE in await self._records.tasks.wishes(task) else None

    async def _wish(self, task: Task, wish: Wish, said: str) -> None:
        await self._records.tasks.wish(task, wish, said)
        await self._engine.step_now(task.asked.thread, task.id)


def _is_meant(task: Task, message: Inbound) -> bool:
    """In a thread people speak of its tasks; outside of threads each of their own in that channel."""
    outside = message.thread.root == message.message
    return task.asked.thread == message.thread or (outside and task.asked.author == message.author)


def _offers_retry(task: Task) -> bool:
    offered = task.last_word.actions if task.last_word else ()
    return task.stage == Stage.UNKNOWN or texts.RETRY.says in [action.says for action in offered]


def _is_asked(task: Task, message: Inbound, wish: Wish) -> bool:
    """Whether the task waits for a word, and for this one."""
    waits = task.stage == Stage.PROPOSED or (task.stage == Stage.UNKNOWN and wish is Wish.STOP)
    return waits and _is_meant(task, message) and message.about in (None, task.id)
