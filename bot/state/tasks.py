"""Long agent tasks: what each was asked, which interaction does it, and which run in a thread."""

from collections.abc import Sequence

from pydantic import BaseModel
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, Thread
from bot.state.store import DUE, TASK_SECONDS, Command, key


class Task(BaseModel):
    """Saved before each thing that cannot be taken back, and after it. Its id is that of the asking message."""

    version: int = 1
    asked: Inbound
    question: str
    agent: str
    reference: str
    started_at: float  # seconds since 1970
    creating: bool = False  # the interaction may exist though its id is not known
    interaction_id: str | None = None
    notes: list[str] = []  # for who asked: what of the message could not be used
    failures: int = 0  # of steps, one after the other
    shown: str = ""  # what the status message says, but for the time
    shown_at: float = 0.0
    ended: bool = False

    @property
    def id(self) -> MessageId:
        return self.asked.message


class Tasks:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, thread: Thread, task: MessageId) -> Task | None:
        stored = await self._redis.get(_task_key(thread, task))
        return None if stored is None else Task.model_validate_json(stored)

    def saved(self, task: Task) -> Command:
        return Command("SET", _task_key(task.asked.thread, task.id), (task.model_dump_json(), "EX", TASK_SECONDS))

    def indexed(self, task: Task, *, due_at: float) -> Sequence[Command]:
        """Whether the task counts as running where it was asked for, and when somebody has to look after it."""
        thread, name = task.asked.thread, f"{task.asked.thread} {task.id}"
        indexes = {_running_key(thread, channel) for channel in (thread.channel, task.asked.place or thread.channel)}
        if task.ended:
            return [*(Command("SREM", index, (name,)) for index in indexes), Command("ZREM", DUE, (name,))]
        return [
            *(Command("SADD", index, (name,)) for index in indexes),
            Command("ZADD", DUE, (f"{due_at:.3f}", name)),
            *(Command("EXPIRE", index, (TASK_SECONDS,)) for index in (*indexes, DUE)),
        ]

    async def running(self, message: Inbound) -> list[Task]:
        """The tasks that have not ended in the thread of the message and the channel it was said in, oldest first."""
        running = _running_key(message.thread, message.place or message.thread.channel)
        names = [str(name).split(" ") for name in await self._redis.smembers(running)]
        tasks = [await self.get(Thread.parse(thread), MessageId(task)) for thread, task in names]
        return sorted((task for task in tasks if task and not task.ended), key=lambda task: task.started_at)

    async def ask_to_stop(self, task: Task) -> None:
        """Beside the record, since a step that is under way saves the record as it knows it."""
        await self._redis.set(key(task.asked.thread, f"stop:{task.id}"), "1", ex=TASK_SECONDS)

    async def is_to_stop(self, task: Task) -> bool:
        return bool(await self._redis.exists(key(task.asked.thread, f"stop:{task.id}")))


def _task_key(thread: Thread, task: MessageId) -> str:
    return key(thread, f"task:{task}")


def _running_key(thread: Thread, channel: str) -> str:
    return f"parley:tasks:{thread.platform}:{thread.team}:{channel}"
