"""The research manager: long tasks of an agent, from the question to the report.

A task is a series of short steps, so a crash, a deploy or a restart of Redis costs one step.
"""

from collections.abc import Mapping

from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.conversation.adapter import Channel
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, MessageId, Thread
from bot.research.step import Step, save
from bot.state.engine import Engine
from bot.state.records import Records
from bot.state.run import Run
from bot.state.runs import Runs
from bot.state.tasks import Task
from bot.state.turns import reference

SOON_SECONDS = 1.0  # when somebody else is at work on the task


class ResearchManager:
    def __init__(
        self,
        *,
        records: Records,
        runs: Runs,
        engine: Engine,
        interactions: InteractionsClient,
        channels: Mapping[str, Channel],
        agent: str,
        clock: Clock,
    ) -> None:
        self._records, self._runs, self._engine = records, runs, engine
        self._interactions = interactions
        self._channels = channels  # by platform
        self._agent = agent
        self._clock = clock

    async def start(self, exchange: Exchange) -> None:
        """The handler of `research`: note the task and let the engine take it from here. Safe to repeat."""
        message = exchange.message
        if await self._records.tasks.get(message.thread, message.message) is None:
            task = Task(
                asked=message,
                question=exchange.said.argument if exchange.said else "",
                agent=self._agent,
                reference=reference(message),
                started_at=self._clock.now(),
            )
            await save(task, exchange.run, self._records, self._clock)
        await self._engine.step_now(message.thread, message.message)

    async def stop(self, message: Inbound) -> bool:
        """Have the tasks that are meant end, here and upstream; whether there are any."""
        tasks = [task for task in await self._records.tasks.running(message) if _is_meant(task, message)]
        for task in tasks:
            await self._records.tasks.ask_to_stop(task)
            await self._engine.step_now(task.asked.thread, task.id)
        return bool(tasks)

    async def step(self, thread: Thread, task_id: MessageId) -> float | None:
        """Take a task one step further; gives the seconds until the next, or None when it has ended.

        Raises RunLost when the step was cut short.
        """
        task = await self._records.tasks.get(thread, task_id)
        if task is None or task.ended:
            return None
        with bound_contextvars(thread=str(thread), task=task_id, reference=task.reference):
            async with self._runs.take(thread, f"step:{task_id}") as run:
                if run is None:
                    return SOON_SECONDS
                wait = await self._stepped(task, run)
                await run.end()
                return wait

    async def _stepped(self, task: Task, run: Run) -> float | None:
        channel = self._channels[task.asked.thread.platform]
        posts = Posts(channel, task.asked, self._records.outbox, run, await self._records.parts(task.asked))
        return await Step(task, run, posts, channel, self._records, self._interactions, self._clock).take()


def _is_meant(task: Task, stop: Inbound) -> bool:
    """In its thread anybody may stop a task; from outside of threads people stop their own of that channel."""
    outside = stop.thread.root == stop.message
    return task.asked.thread == stop.thread or (outside and task.asked.author == stop.author)
