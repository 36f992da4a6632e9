"""Signs of life: which workers have been heard of lately, and how the store itself is."""

from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.state.store import Script

ALIVE_SECONDS = 30  # a worker that was not heard of for so long is gone
PROBE_MILLISECONDS = 1_000
WORKERS, PROBE = "parley:workers", "parley:probe"
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
    """Raises redis.RedisError unless the store takes a write: one that is full, or a replica, still answers a PING."""
    await redis.set(PROBE, "1", px=PROBE_MILLISECONDS)


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
