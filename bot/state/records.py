"""All records of one Redis, together."""

from dataclasses import dataclass
from typing import Self

from redis.asyncio import Redis

from bot.state.heads import Heads
from bot.state.inbox import Inbox, Wake
from bot.state.outbox import Outbox
from bot.state.tasks import Tasks
from bot.state.turns import Turns


@dataclass(frozen=True)
class Records:
    inbox: Inbox
    turns: Turns
    heads: Heads
    outbox: Outbox
    tasks: Tasks

    @classmethod
    def over(cls, redis: Redis, wake: Wake, *, retention_days: int = 55) -> Self:
        """`retention_days`: how long the API keeps interactions; what points to one lives as long."""
        return cls(
            inbox=Inbox(redis, wake, engaged_days=retention_days),
            turns=Turns(redis),
            heads=Heads(redis, retention_days=retention_days),
            outbox=Outbox(redis, retention_days=retention_days),
            tasks=Tasks(redis),
        )
