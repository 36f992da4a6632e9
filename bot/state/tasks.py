"""Long agent tasks: what each was asked, which interaction does it, and which run in a thread."""

from pydantic import BaseModel
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, Thread
from bot.state.store import TURN_SECONDS, key


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
        stored = await self._redis.get(self._key(thread, task))
        return None if stored is None else Task.model_validate_json(stored)

    async def save(self, task: Task) -> None:
        """Store the task, and whether it counts as running where it was asked for."""
        thread, name = task.asked.thread, f"{task.asked.thread} {task.id}"
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.set(self._key(thread, task.id), task.model_dump_json(), ex=TURN_SECONDS)
            for channel in {thread.channel, task.asked.place or thread.channel}:
                running = _running_key(thread, channel)
                if task.ended:
                    pipeline.srem(running, name)
                else:
                    pipeline.sadd(running, name)
                pipeline.expire(running, TURN_SECONDS)
            await pipeline.execute()

    async def running(self, message: Inbound) -> list[Task]:
        """The tasks that have not ended in the thread of the message and the channel it was said in, oldest first."""
        running = _running_key(message.thread, message.place or message.thread.channel)
        names = [str(name).split(" ") for name in await self._redis.smembers(running)]
        tasks = [await self.get(Thread.parse(thread), MessageId(task)) for thread, task in names]
        return sorted((task for task in tasks if task and not task.ended), key=lambda task: task.started_at)

    async def ask_to_stop(self, task: Task) -> None:
        """Beside the record, since a step that is under way saves the record as it knows it."""
        await self._redis.set(key(task.asked.thread, f"stop:{task.id}"), "1", ex=TURN_SECONDS)

    async def is_to_stop(self, task: Task) -> bool:
        return bool(await self._redis.exists(key(task.asked.thread, f"stop:{task.id}")))

    @staticmethod
    def _key(thread: Thread, task: MessageId) -> str:
        return key(thread, f"task:{task}")


def _running_key(thread: Thread, channel: str) -> str:
    return f"parley:tasks:{thread.platform}:{thread.team}:{channel}"
