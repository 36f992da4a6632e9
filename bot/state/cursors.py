"""How far a platform was heard, for one whose connection does not tell afterwards what it missed."""

from collections.abc import Mapping

from redis.asyncio import Redis

from bot.models import MessageId
from bot.state.store import DAY_SECONDS

CURSORS_SECONDS = 90 * DAY_SECONDS  # without a word anywhere
DIRECT_CHANNELS = 200  # those with the newest words to the bot


class Cursors:
    """For one platform: the newest message that was heard, by connection, and the direct channels that are known.

    All calls raise redis.RedisError when the store cannot be reached.
    """

    def __init__(self, redis: Redis, *, platform: str) -> None:
        self._redis = redis
        self._heard, self._direct = f"parley:heard:{platform}", f"parley:direct:{platform}"

    async def get(self) -> dict[str, MessageId]:
        stored = await self._redis.hgetall(self._heard)
        return {str(connection): MessageId(str(message)) for connection, message in stored.items()}

    async def move(self, cursors: Mapping[str, MessageId]) -> None:
        """On these connections the messages were taken in, and all that came before them."""
        async with self._redis.pipeline(transaction=True) as all_of_it:
            for connection, message in cursors.items():
                all_of_it.hset(self._heard, connection, message)
            all_of_it.expire(self._heard, CURSORS_SECONDS)
            await all_of_it.execute()

    async def direct_channels(self) -> list[str]:
        """The newest first."""
        return [str(channel) for channel in await self._redis.zrange(self._direct, 0, -1, desc=True)]

    async def met(self, channel: str, at: float) -> None:
        """Somebody speaks to the bot in this direct channel, at that moment (seconds since 1970)."""
        async with self._redis.pipeline(transaction=True) as all_of_it:
            all_of_it.zadd(self._direct, {channel: at})
            all_of_it.zremrangebyrank(self._direct, 0, -DIRECT_CHANNELS - 1)
            all_of_it.expire(self._direct, CURSORS_SECONDS)
            await all_of_it.execute()

    async def left(self, channel: str) -> None:
        """The direct channel is no longer read."""
        await self._redis.zrem(self._direct, channel)
