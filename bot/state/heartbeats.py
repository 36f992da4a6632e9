"""Signs of life: which workers have been heard of lately, and how the store itself is."""

from collections.abc import Awaitable
from contextlib import suppress
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.state.store import TASK_SECONDS, Script

ALIVE_SECONDS = 30  # a worker that was not heard of for so long is gone
PROBE_MILLISECONDS = 1_000
WORKERS, PROBE, MARK, API = "parley:workers", "parley:probe", "parley:mark", "parley:api"
WRITE = "return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])"
BEAT = Script("beat")


async def beat(redis: Redis, name: str) -> None:
    """This worker lives. To be repeated every few seconds, from wherever the worker's own loop comes past.

    All of them stand in one sorted set by the server's own time, so that counting them needs no search through
    the keys, and the clocks of several machines need not agree.
    """
    await BEAT.run(redis, [WORKERS], [name, ALIVE_SECONDS])


async def alive(redis: Redis) -> int:
    """How many workers have been heard of in the last 30 seconds."""
    seconds, _ = await redis.time()
    return int(await redis.zcount(WORKERS, int(seconds) - ALIVE_SECONDS, "+inf"))


async def probe(redis: Redis) -> None:
    """Raises redis.RedisError unless the store takes a write by script, as all of ours are: one that is full, or a
    replica, or one that lets us run no scripts still answers a PING."""
    await cast("Awaitable[object]", redis.eval(WRITE, 1, PROBE, PROBE_MILLISECONDS))


async def tell_of_api(redis: Redis, says: str) -> None:
    """What keeps a worker from what it wants of the API. To be repeated every few seconds, as long as it does."""
    await redis.set(API, says, ex=ALIVE_SECONDS)


async def told_of_api(redis: Redis) -> str | None:
    told = await redis.get(API)
    return None if told is None else str(told)


async def mark(redis: Redis) -> bool:
    """Leave a mark that outlives a restart of the store; whether one stood there already."""
    return await redis.set(MARK, "1", ex=TASK_SECONDS, get=True) is not None


async def weaknesses(redis: Redis) -> list[str]:
    """What about the server's settings may lose records; nothing where it keeps them to itself."""
    with suppress(ResponseError):
        facts = await redis.info()
        policy = str(facts.get("maxmemory_policy", "noeviction"))
        return [
            *(["appendonly is off"] if facts.get("aof_enabled") == 0 else []),
            *([f"maxmemory-policy is {policy}"] if policy != "noeviction" else []),
        ]
    return []
