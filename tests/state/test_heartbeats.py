"""Signs of life, on a real Valkey."""

from redis.asyncio import Redis

from bot.state import heartbeats
from bot.state.heartbeats import alive, beat, weaknesses
from bot.state.store import connect


async def test_each_worker_counts_once_however_often_it_beats(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        assert await alive(redis) == 0

        for name in ("one", "two", "one"):
            await beat(redis, name)

        assert await alive(redis) == 2


async def test_a_worker_that_fell_silent_counts_no_more(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        await _beat_long_ago(redis, "dead")
        assert await alive(redis) == 0

        await beat(redis, "living")

        assert await alive(redis) == 1
        assert await redis.zrange(heartbeats.WORKERS, 0, -1) == ["living"]


async def test_our_own_store_has_no_weakness(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        assert await weaknesses(redis) == []


async def _beat_long_ago(redis: Redis, name: str) -> None:
    seconds, _ = await redis.time()
    await redis.zadd(heartbeats.WORKERS, {name: int(seconds) - heartbeats.ALIVE_SECONDS - 1})
    await redis.expire(heartbeats.WORKERS, heartbeats.ALIVE_SECONDS)
