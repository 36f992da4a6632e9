"""All records of one Redis, together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from redis.asyncio import Redis

from bot.models import Inbound, MessageId, PartKey, Thread
from bot.state.asks import Ask, ask_key, parse_ask
from bot.state.heads import Head, Heads, head_key, parse_head
from bot.state.outbox import Outbox, outbox_key, parse_parts
from bot.state.questions import Questions
from bot.state.store import Command
from bot.state.tasks import Task, Tasks, parse_task
from bot.state.turns import Turn, Turns, parse_turn, turn_key, turn_name


class Recalled(NamedTuple):
    """What is known of a message when its turn comes."""

    turn: Turn | None
    parts: dict[PartKey, MessageId]
    head: Head
    ask: Ask | None = None  # what the bot has asked in its thread


class RecalledTask(NamedTuple):
    """What is known of a task when a step of it begins."""

    task: Task | None
    stored: str  # the task as it is in Redis, to tell whether there is something to save, or that cannot be read
    parts: dict[PartKey, MessageId]
    wishes: dict[str, str]


@dataclass(frozen=True)
class Records:
    redis: Redis
    turns: Turns
    heads: Heads
    questions: Questions
    outbox: Outbox
    tasks: Tasks

    @classmethod
    def over(cls, redis: Redis, *, retention_days: int = 55) -> Self:
        """`retention_days`: how long the API keeps interactions; what points to one lives as long."""
        return cls(
            redis=redis,
            turns=Turns(redis, retention_days=retention_days),
            heads=Heads(redis, retention_days=retention_days),
            questions=Questions(redis, retention_days=retention_days),
            outbox=Outbox(retention_days=retention_days),
            tasks=Tasks(redis),
        )

    async def recall(self, message: Inbound) -> Recalled:
        """In one round trip; from now on the turn can be found by its reference too."""
        async with self.redis.pipeline(transaction=False) as pipeline:
            pipeline.get(turn_key(message.thread, message.message))
            pipeline.hgetall(outbox_key(message.thread, message.message))
            pipeline.get(head_key(message.thread))
            pipeline.get(ask_key(message.thread))
            for referred in self.turns.referred(message):
                pipeline.execute_command(referred.name, referred.key, *referred.arguments)
            turn, parts, head, ask, *_ = await pipeline.execute()
        thread, name = message.thread, turn_name(message.thread, message.message)
        return Recalled(parse_turn(turn, name), parse_parts(parts), parse_head(head, thread), parse_ask(ask, thread))

    def reading(self, thread: Thread, task: MessageId) -> Sequence[Command]:
        """Reads what `parse_recalled` is to be given."""
        return *self.tasks.reading(thread, task), Command("HGETALL", outbox_key(thread, task))

    async def parts(self, message: Inbound) -> dict[PartKey, MessageId]:
        """Of the reply to a message: where each is visible, or NOTED."""
        stored = await self.redis.hgetall(outbox_key(message.thread, message.message))
        return parse_parts({str(part): str(shown) for part, shown in stored.items()})


def parse_recalled(found: Sequence[Any], name: str) -> RecalledTask:
    """Of the answers to `Records.reading`, of the task with that name."""
    stored, wishes, parts = found
    return RecalledTask(parse_task(stored, name), stored or "", parse_parts(parts), dict(wishes))
