"""The research manager: long tasks of an agent, from the question to the report.

A task is a series of short steps, so a crash, a deploy or a restart of Redis costs one step. What people want of it
while a step is under way is kept beside its record, and the next step does it.
"""

from collections.abc import Mapping

from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.conversation.adapter import Channel
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, MessageId, Thread
from bot.research import texts
from bot.research.rules import Rules
from bot.research.step import take
from bot.research.work import Work
from bot.state.engine import Engine
from bot.state.records import Records
from bot.state.run import Run
from bot.state.runs import Runs
from bot.state.slots import Slots
from bot.state.tasks import Stage, Task, Wish
from bot.state.turns import reference

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
        message = exchange.message
        if await self._records.tasks.get(message.thread, message.message) is None:
            task = Task(
                asked=message,
                question=question,
                agent=self._rules.agent,
                reference=reference(message),
                started_at=self._clock.now(),
                stage=Stage.PLANNING if self._rules.plans and not consented else Stage.QUEUED,
                notes=[note] if note else [],
            )
            due = self._records.tasks.indexed(task, due_at=self._clock.now())
            await exchange.run.write(self._records.tasks.saved(task), beside=due)
        await self._engine.step_now(message.thread, message.message)

    async def stop(self, message: Inbound) -> bool:
        """Have the tasks that are meant end, here and upstream; whether there are any."""
        tasks = [task for task in await self._records.tasks.here(message) if _is_meant(task, message)]
        for task in tasks:
            await self._wish(task, Wish.STOP, message.author)
        return bool(tasks)

    async def withdraw(self, message: Inbound) -> None:
        """End the task that a message asked for, since it was edited or deleted."""
        task = await self._records.tasks.get(message.thread, message.message)
        if task is not None and not task.ended:
            await self._wish(task, Wish.STOP, message.author)

    async def approve(self, exchange: Exchange) -> str | None:
        """The handler of `approve`."""
        return await self._decide(exchange.message, Wish.APPROVE, exchange.message.author)

    async def change(self, exchange: Exchange) -> str | None:
        """The handler of `change`; the button alone asks for the words."""
        words = exchange.said.argument if exchange.said else ""
        if not words:
            return texts.HOW_TO_CHANGE
        return await self._decide(exchange.message, Wish.CHANGE, words)

    async def cancel(self, exchange: Exchange) -> str | None:
        """The handler of `cancel`."""
        return await self._decide(exchange.message, Wish.STOP, exchange.message.author)

    async def retry(self, exchange: Exchange) -> bool:
        """Run a task again that failed, from its plan; or one again of which nobody knows whether it runs.

        False when the message points at no such task.
        """
        message = exchange.message
        task = await self._records.tasks.get(message.thread, message.about) if message.about else None
        if task is None:
            return False
        if task.stage == Stage.UNKNOWN:
            await self._wish(task, Wish.RETRY, message.author)
        elif task.ended:
            again = task.begun_again(self._clock.now(), plans=self._rules.plans)
            due = self._records.tasks.indexed(again, due_at=self._clock.now())
            await exchange.run.write(self._records.tasks.saved(again), self._records.tasks.unwished(again), beside=due)
            await self._engine.step_now(task.asked.thread, task.id)
        return True

    async def step(self, thread: Thread, task_id: MessageId) -> float | None:
        """Take a task one step further; gives the seconds until the next, or None when it has ended.

        Raises RunLost when the step was cut short.
        """
        task = await self._records.tasks.get(thread, task_id)
        if task is None or task.ended:
            await self._records.tasks.no_longer_due(thread, task_id)
            return None
        with bound_contextvars(thread=str(thread), task=task_id, reference=task.reference):
            async with self._runs.take(thread, f"step:{task_id}") as run:
                if run is None:
                    return SOON_SECONDS
                wait = await take(await self._work(task, run))
                await run.end(beside=self._records.tasks.indexed(task, due_at=self._clock.now() + (wait or 0.0)))
            if wait is None:
                await self._let_in_next(task)
            return wait

    async def _let_in_next(self, ended: Task) -> None:
        """Have those look at once that may have waited for it; they look by themselves too, but not as soon."""
        for name in await self._slots.first_in_line(ended):
            thread, _, task_id = name.partition(" ")
            await self._engine.step_now(Thread.parse(thread), MessageId(task_id))

    async def _work(self, task: Task, run: Run) -> Work:
        channel = self._channels[task.asked.thread.platform]
        posts = Posts(channel, task.asked, self._records.outbox, run, await self._records.parts(task.asked))
        wishes = await self._records.tasks.wishes(task)
        return Work(
            task, run, posts, channel, self._records, self._slots, self._interactions, self._clock, self._rules, wishes
        )

    async def _decide(self, message: Inbound, wish: Wish, said: str) -> str | None:
        """What somebody says about a plan, if it is theirs to say."""
        proposed = [task for task in await self._records.tasks.here(message) if _is_asked(task, message)]
        if not proposed:
            return None if message.silent else texts.NOTHING_PROPOSED  # a button may be pressed twice
        task = proposed[-1]
        if self._rules.approvers == "asker" and task.asked.author != message.author:
            return texts.NOT_YOURS
        await self._wish(task, wish, said)
        return None

    async def _wish(self, task: Task, wish: Wish, said: str) -> None:
        await self._records.tasks.wish(task, wish, said)
        await self._engine.step_now(task.asked.thread, task.id)


def _is_meant(task: Task, stop: Inbound) -> bool:
    """In its thread anybody may stop a task; from outside of threads people stop their own of that channel."""
    outside = stop.thread.root == stop.message
    return task.asked.thread == stop.thread or (outside and task.asked.author == stop.author)


def _is_asked(task: Task, message: Inbound) -> bool:
    """Whether the task waits for a word, and for this one."""
    waits = task.stage in (Stage.PROPOSED, Stage.UNKNOWN)
    return waits and task.asked.thread == message.thread and message.about in (None, task.id)
