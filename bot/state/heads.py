"""The head of each thread: the interaction its next turn goes on from."""

from redis.asyncio import Redis

from bot.content import Record
from bot.models import Thread
from bot.state.store import DAY_SECONDS, key


class Head(Record):
    version: int = 1
    interaction_id: str


class Heads:
    def __init__(self, redis: Redis, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._seconds = retention_days * DAY_SECONDS  # after it the API has forgotten the interaction too

    async def get(self, thread: Thread) -> str | None:
        """The id of the thread's latest interaction, or None in a thread that has none."""
        stored = await self._redis.get(key(thread, "head"))
        return None if stored is None else Head.model_validate_json(stored).interaction_id

    async def set(self, thread: Thread, interaction_id: str) -> None:
        head = Head(interaction_id=interaction_id)
        await self._redis.set(key(thread, "head"), head.model_dump_json(), ex=self._seconds)
