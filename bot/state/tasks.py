"""Long agent tasks: what each was asked, how far it is, which interaction does it, and which run in a thread."""

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis

from bot.content import Record
from bot.models import Action, Inbound, MessageId, Progress, Thread
from bot.state.life import Moment, note
from bot.state.reading import parse, tell_unreadable
from bot.state.store import AT_ONCE, DUE, TASK_SECONDS, Command, key
from bot.state.turns import is_turn_name, parse_turn_name, turn_name

PAGE = 200  # tasks that are read at once

TOLD = "told "  # before an interaction's id, among the wishes: what the API says of the task


class Stage(StrEnum):
    PLAN_QUEUED = "plan_queued"  # waits in line to have its plan made, which no older release takes for approved
    PLANNING = "planning"
    PROPOSED = "proposed"  # a plan waits for somebody's consent
    QUEUED = "queued"  # waits in line to run
    RUNNING = "running"
    UNKNOWN = "unknown"  # it may have been started, and nobody can know
    ENDING = "ending"  # it is over, and people have yet to be told
    ENDED = "ended"


IN_LINE = (Stage.PLAN_QUEUED, Stage.QUEUED)
PLACELESS = (Stage.PROPOSED, Stage.ENDING, Stage.ENDED)  # neither in line nor at work


class Wish(StrEnum):
    """What people want of a task. Kept beside its record, since a step under way saves the record as it knows it."""

    STOP = "stop"
    APPROVE = "approve"
    CHANGE = "change"
    RETRY = "retry"
    WITHDRAW = "withdraw"  # its message was edited or deleted


class LastWord(Record):
    """What people are told when a task is over, kept until they can see it."""

    text: str
    progress: Progress | None = None  # the same, drawn
    actions: tuple[Action, ...] = ()


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
    stage_at: float = 0.0  # when it came to that
    begun_at: float | None = None  # the research itself
    creating: bool = False  # the interaction may exist though its id is not known
    interaction_id: str | None = None  # which is at work now, on the plan or the research
    interactions: list[str] = []  # all it has had, oldest first
    starts: int = 0  # requests that may have begun something; the API tells the number back
    attempt: int = 1  # of the whole task: Retry makes another
    strays: list[str] = []  # interactions that run, or may, and that nobody waits for: to be cancelled
    last_word: LastWord | None = None
    withdrawn: bool = False  # it ended without a word, since nobody asks for it any more
    plan: str = ""
    plan_id: str | None = None  # the interaction that made the plan
    plan_shown: str = ""  # the mark of the plan that people see
    change: str = ""  # to be worked into the plan
    approved_by: str = ""
    has_report: bool = False  # which the thread goes on from; what is left is to show it
    environment_id: str | None = None  # the sandbox of a managed agent
    spent: dict[str, Spent] = {}  # by interaction, so that what is counted again counts once
    sources: int = 0  # found so far
    alive_sign: str = ""  # what of the interaction was seen last; another one is a sign of life
    alive_at: float | None = None  # when that was
    notes: list[str] = []  # for who asked: what of the message could not be used
    failures: int = 0  # of steps, one after the other
    printings: int = 0  # of its report, that have come to no end
    shown: str = ""  # what the status message says, but for the time
    shown_at: float = 0.0
    unseen_at: float | None = None  # since when its place takes nothing that is to be shown
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

    def enter(self, stage: Stage, now: float) -> None:
        self.stage, self.stage_at = stage, now

    def note(self, at: float, what: str) -> None:
        note(self.life, at, what)

    @property
    def plan_mark(self) -> str:
        """Which of its plans it has now, in a word that a button can carry."""
        return hashlib.sha256((self.plan_id or "").encode()).hexdigest()[:8]

    def come_after(self, earlier: "Task | None") -> None:
        """Take the place of an earlier task of the same message, of which the API may still tell."""
        if earlier is not None:
            self.interactions, self.strays = list(earlier.interactions), list(earlier.strays)
            self.starts, self.attempt, self.life = earlier.starts, earlier.attempt + 1, list(earlier.life)

    def begin_again(self, now: float, *, plans: bool) -> None:
        """Become the same task from its plan, where there is one."""
        waits = Stage.PROPOSED if self.plan_id else Stage.PLAN_QUEUED
        self.enter(Stage.QUEUED if self.approved_by or not plans else waits, now)
        self.attempt += 1
        self.started_at, self.begun_at = now, None
        self.creating, self.interaction_id, self.failures = False, None, 0
        self.has_report, self.printings = False, 0
        self.shown, self.unseen_at, self.last_word = "", None, None
        self.sources, self.alive_sign, self.alive_at = 0, "", None


class Page(NamedTuple):
    tasks: list[Task]
    unreadable: list[str]  # names of those that another release wrote


class Tasks:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, thread: Thread, task: MessageId) -> Task | None:
        return parse_task(await self._redis.get(task_key(thread, task)), turn_name(thread, task))

    def reading(self, thread: Thread, task: MessageId) -> Sequence[Command]:
        """What a step has to know: the record, and what people want of it."""
        return Command("GET", task_key(thread, task)), Command("HGETALL", _wishes_key(thread, task))

    def saved(self, task: Task) -> Command:
        return Command("SET", task_key(task.asked.thread, task.id), (task.model_dump_json(), "EX", TASK_SECONDS))

    def indexed(self, task: Task) -> Sequence[Command]:
        """Whether the task counts as under way where it was asked for."""
        indexes = _indexes(task.asked)
        if task.ended:
            return [Command("SREM", index, (task.name,)) for index in indexes]
        return [
            *(Command("SADD", index, (task.name,)) for index in indexes),
            *(Command("EXPIRE", index, (TASK_SECONDS,)) for index in indexes),
        ]

    def due(self, task: Task) -> Sequence[Command]:
        """Somebody has to look after the task from now on; see `Steps`."""
        return Command("ZADD", DUE, (AT_ONCE, task.name)), Command("EXPIRE", DUE, (TASK_SECONDS,))

    def found_by(self, task: Task, interaction_id: str) -> Command:
        """Lets the task be found by the interaction that does it."""
        return Command("SET", _interaction_key(interaction_id), (task.name, "EX", TASK_SECONDS))

    async def doing(self, interaction_id: str) -> str | None:
        """The name of the task that an interaction does."""
        name = await self._redis.get(_interaction_key(interaction_id))
        return None if name is None else str(name)

    async def here(self, message: Inbound) -> list[Task]:
        """The tasks that have not ended in the thread of the message and the channel it was said in, oldest first."""
        names = {str(name) for index in _indexes(message) for name in await self._redis.smembers(index)}
        page = await self.read(sorted(names))
        tell_unreadable("task", page.unreadable)
        return sorted((task for task in page.tasks if not task.ended), key=lambda task: task.started_at)

    async def under_way(self) -> AsyncGenerator[Page]:
        """All tasks that somebody has to look after, of all teams: page by page, in no order, each once.

        One that begins meanwhile may be left out.
        """
        cursor, seen = 0, set[str]()
        while True:
            cursor, found = await self._redis.zscan(DUE, cursor, count=PAGE)
            names = sorted({str(name) for name, _ in found} - seen)
            seen.update(names)
            for start in range(0, len(names), PAGE):
                page = await self.read(names[start : start + PAGE])
                yield page._replace(tasks=[task for task in page.tasks if task.strays or not task.ended])
            if not cursor:
                return

    async def read(self, names: Sequence[str]) -> Page:
        """The tasks with these names, as far as there are any."""
        page, known = Page([], []), [name for name in names if is_turn_name(name)]
        records = await self._redis.mget(map(_named_key, known)) if known else []
        for name, stored in zip(known, records, strict=True):
            try:
                page.tasks.extend([] if stored is None else [Task.model_validate_json(stored)])
            except ValidationError:
                page.unreadable.append(name)
        return page

    async def wish(self, task: Task, wish: Wish, said: str) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hset(_wishes_key(task.asked.thread, task.id), wish, said)
            pipeline.expire(_wishes_key(task.asked.thread, task.id), TASK_SECONDS)
            await pipeline.execute()

    async def wishes(self, task: Task) -> dict[str, str]:
        stored = await self._redis.hgetall(_wishes_key(task.asked.thread, task.id))
        return {str(wish): str(said) for wish, said in stored.items()}

    def settled(self, task: Task, *wishes: Wish) -> Command:
        """They came too early or too late, or are of no more use, whatever was said last."""
        return Command("HDEL", _wishes_key(task.asked.thread, task.id), wishes)

    def settled_as_said(self, task: Task, wish: Wish, said: str) -> Command:
        """It was done as it was said then; what was said since stands."""
        return Command("SETTLE", _wishes_key(task.asked.thread, task.id), (wish, said))

    async def tell(self, thread: Thread, task: MessageId, interaction_id: str, start: int) -> None:
        """The API says that this interaction does the task, and by which of its starts; the task may not know."""
        wishes = _wishes_key(thread, task)
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hset(wishes, f"{TOLD}{interaction_id}", str(start))
            pipeline.expire(wishes, TASK_SECONDS)
            await pipeline.execute()

    def heard(self, task: Task, interaction_id: str) -> Command:
        """What the API told of an interaction was taken in."""
        return Command("HDEL", _wishes_key(task.asked.thread, task.id), (f"{TOLD}{interaction_id}",))

    async def sandbox(self, thread: Thread) -> str | None:
        """The environment in which the last task of a managed agent worked in the thread."""
        environment_id = await self._redis.get(_sandbox_key(thread))
        return None if environment_id is None else str(environment_id)

    def works_in(self, task: Task, environment_id: str) -> Command:
        return Command("SET", _sandbox_key(task.asked.thread), (environment_id, "EX", TASK_SECONDS))


def told(wishes: Mapping[str, str]) -> dict[str, int]:
    """The interactions that the API has told of, each with the number of the start that made it; 0 for none known."""
    named = {field.removeprefix(TOLD): start for field, start in wishes.items() if field.startswith(TOLD)}
    return {interaction_id: int(start) if start.isdecimal() else 0 for interaction_id, start in named.items()}


def parse_task(stored: str | bytes | None, name: str) -> Task | None:
    """The record of the task of that name."""
    return parse(Task, stored, "task", name)


def task_key(thread: Thread, task: MessageId) -> str:
    return key(thread, f"task:{task}")


def _named_key(name: str) -> str:
    return task_key(*parse_turn_name(name))


def _wishes_key(thread: Thread, task: MessageId) -> str:
    return key(thread, f"wishes:{task}")


def _sandbox_key(thread: Thread) -> str:
    return key(thread, "sandbox")


def _interaction_key(interaction_id: str) -> str:
    return f"parley:interaction:{interaction_id}"


def _indexes(message: Inbound) -> list[str]:
    """Of its thread's channel, and of that which it was said in."""
    thread = message.thread
    channels = {thread.channel, message.place or thread.channel}
    return [f"parley:tasks:{thread.platform}:{thread.team}:{channel}" for channel in sorted(channels)]
