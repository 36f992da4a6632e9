"""Long agent tasks: what each was asked, how far it is, which interaction does it, and which run in a thread."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from bot.content import Record
from bot.models import Inbound, MessageId, Thread
from bot.state.life import Moment, note
from bot.state.store import DUE, TASK_SECONDS, Command, key
from bot.state.turns import turn_name


class Stage(StrEnum):
    PLANNING = "planning"
    PROPOSED = "proposed"  # a plan waits for somebody's consent
    QUEUED = "queued"
    RUNNING = "running"
    UNKNOWN = "unknown"  # it may have been started, and nobody can know
    ENDED = "ended"


class Wish(StrEnum):
    """What people want of a task. Kept beside its record, since a step under way saves the record as it knows it."""

    STOP = "stop"
    APPROVE = "approve"
    CHANGE = "change"
    RETRY = "retry"


class Spent(Record):
    """What one interaction has cost so far."""

    tokens: int = 0
    usd: float = 0.0  # by the list prices known here; 0 where they are not


class Task(BaseModel):
    """Saved before each thing that cannot be taken back, and after it. Its id is that of the asking message."""

    model_config = ConfigDict(hide_input_in_errors=True)  # errors are logged, texts are not

    version: int = 3
    asked: Inbound
    question: str
    agent: str
    reference: str
    started_at: float  # seconds since 1970
    stage: Stage = Stage.QUEUED
    begun_at: float | None = None  # the research itself
    creating: bool = False  # the interaction may exist though its id is not known
    interaction_id: str | None = None  # which is at work now, on the plan or the research
    interactions: list[str] = []  # all it has had, oldest first
    plan: str = ""
    plan_id: str | None = None  # the interaction that made the plan
    change: str = ""  # to be worked into the plan
    approved_by: str = ""
    environment_id: str | None = None  # the sandbox of a managed agent
    spent: dict[str, Spent] = {}  # by interaction, so that what is counted again counts once
    sources: int = 0  # found so far
    alive_sign: str = ""  # what of the interaction was seen last; another one is a sign of life
    alive_at: float | None = None  # when that was
    notes: list[str] = []  # for who asked: what of the message could not be used
    failures: int = 0  # of steps, one after the other
    shown: str = ""  # what the status message says, but for the time
    shown_at: float = 0.0
    life: list[Moment] = []

    @property
    def id(self) -> MessageId:
        return self.asked.message

    @property
    def name(self) -> str:
        return turn_name(self.asked.thread, self.id)

    @property
    def tokens(self) -> int:
        return sum(spent.tokens for spent in self.spent.values())

    @property
    def usd(self) -> float:
        return sum(spent.usd for spent in self.spent.values())

    @property
    def ended(self) -> bool:
        return self.stage == Stage.ENDED

    def note(self, at: float, what: str) -> None:
        note(self.life, at, what)

    def begun_again(self, now: float, *, plans: bool) -> "Task":
        """The same task from its plan, where there is one that was approved."""
        stage = Stage.QUEUED if self.approved_by or not plans else Stage.PLANNING
        fresh = {"begun_at": None, "creating": False, "interaction_id": None, "failures": 0, "shown": ""}
        unseen = {"sources": 0, "alive_sign": "", "alive_at": None}
        return self.model_copy(update={**fresh, **unseen, "stage": stage, "started_at": now})


class Tasks:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, thread: Thread, task: MessageId) -> Task | None:
        stored = await self._redis.get(_task_key(thread, task))
        return None if stored is None else Task.model_validate_json(stored)

    def saved(self, task: Task) -> Command:
        return Command("SET", _task_key(task.asked.thread, task.id), (task.model_dump_json(), "EX", TASK_SECONDS))

    def indexed(self, task: Task, *, due_at: float) -> Sequence[Command]:
        """Whether the task counts as under way where it was asked for, and when somebody has to look after it."""
        thread = task.asked.thread
        indexes = {_index_key(thread, channel) for channel in (thread.channel, task.asked.place or thread.channel)}
        if task.ended:
            return [*(Command("SREM", index, (task.name,)) for index in indexes), Command("ZREM", DUE, (task.name,))]
        return [
            *(Command("SADD", index, (task.name,)) for index in indexes),
            Command("ZADD", DUE, (f"{due_at:.3f}", task.name)),
            *(Command("EXPIRE", index, (TASK_SECONDS,)) for index in (*indexes, DUE)),
        ]

    async def no_longer_due(self, thread: Thread, task: MessageId) -> None:
        """For a task that has ended, or is no more: nobody has to look after it."""
        await self._redis.zrem(DUE, turn_name(thread, task))

    def found_by(self, task: Task, interaction_id: str) -> Command:
        """Lets the task be found by the interaction that does it."""
        return Command("SET", _interaction_key(interaction_id), (task.name, "EX", TASK_SECONDS))

    async def doing(self, interaction_id: str) -> str | None:
        """The name of the task that an interaction does."""
        name = await self._redis.get(_interaction_key(interaction_id))
        return None if name is None else str(name)

    async def here(self, message: Inbound) -> list[Task]:
        """The tasks that have not ended in the thread of the message and the channel it was said in, oldest first."""
        index = _index_key(message.thread, message.place or message.thread.channel)
        names = [str(name).split(" ") for name in await self._redis.smembers(index)]
        tasks = [await self.get(Thread.parse(thread), MessageId(task)) for thread, task in names]
        return sorted((task for task in tasks if task and not task.ended), key=lambda task: task.started_at)

    async def wish(self, task: Task, wish: Wish, said: str) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hset(_wishes_key(task), wish, said)
            pipeline.expire(_wishes_key(task), TASK_SECONDS)
            await pipeline.execute()

    async def wishes(self, task: Task) -> dict[str, str]:
        return {str(wish): str(said) for wish, said in (await self._redis.hgetall(_wishes_key(task))).items()}

    def unwished(self, task: Task) -> Command:
        return Command("DEL", _wishes_key(task))

    def granted(self, task: Task, wish: Wish) -> Command:
        return Command("HDEL", _wishes_key(task), (wish,))

    async def adopt(self, thread: Thread, task: MessageId, interaction_id: str) -> None:
        """The API says that this interaction does the task, which may not have heard of it."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.sadd(_adopted_key(thread, task), interaction_id)
            pipeline.expire(_adopted_key(thread, task), TASK_SECONDS)
            await pipeline.execute()

    async def adopted(self, task: Task) -> str | None:
        """One that the task has not had; of the others, such as that of its plan, the API may tell again and late."""
        told = {str(one) for one in await self._redis.smembers(_adopted_key(task.asked.thread, task.id))}
        return next(iter(sorted(told.difference(task.interactions))), None)


def _task_key(thread: Thread, task: MessageId) -> str:
    return key(thread, f"task:{task}")


def _wishes_key(task: Task) -> str:
    return key(task.asked.thread, f"wishes:{task.id}")


def _adopted_key(thread: Thread, task: MessageId) -> str:
    return key(thread, f"adopted:{task}")


def _interaction_key(interaction_id: str) -> str:
    return f"parley:interaction:{interaction_id}"


def _index_key(thread: Thread, channel: str) -> str:
    return f"parley:tasks:{thread.platform}:{thread.team}:{channel}"
