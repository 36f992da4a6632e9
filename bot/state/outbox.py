"""The outbox: which parts of a reply are visible, so that none is posted twice.

A part is noted before it is posted and again when it is visible. One that is only noted may be visible
unheard; its platform is asked before the next try.
"""

from redis.asyncio import Redis

from bot.models import Inbound, MessageId, PartKey
from bot.state.store import DAY_SECONDS, TURN_SECONDS, key, place_key

NOTED = ""  # in the place of a message id


class Outbox:
    def __init__(self, redis: Redis, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._place_seconds = retention_days * DAY_SECONDS

    async def parts(self, to: Inbound) -> dict[PartKey, MessageId]:
        """The parts of the reply to a message: where they are visible, or NOTED."""
        stored = await self._redis.hgetall(_key(to))
        return {PartKey(str(part)): MessageId(str(shown)) for part, shown in stored.items()}

    async def note(self, to: Inbound, part: PartKey) -> None:
        """The part is about to be posted."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hset(_key(to), part, NOTED)
            pipeline.expire(_key(to), TURN_SECONDS)
            await pipeline.execute()

    async def shown(self, to: Inbound, part: PartKey, message: MessageId) -> None:
        """The part is visible as this message; who goes on from that message comes to this thread."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hset(_key(to), part, message)
            pipeline.set(place_key(to.thread, message), str(to.thread), ex=self._place_seconds)
            await pipeline.execute()


def _key(to: Inbound) -> str:
    return key(to.thread, f"outbox:{to.message}")
