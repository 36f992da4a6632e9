"""The connection to Redis, the names of the keys, and how long each may live.

Every key of a thread carries the thread's name as hash tag, so one script may touch all of them on a
cluster too. Every key has a TTL; none lives forever yet.
"""

from functools import cache
from pathlib import Path

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.models import MessageId, Thread

DAY_SECONDS = 24 * 60 * 60
CLAIM_SECONDS = 25 * 60 * 60  # Slack repeats delayed events for 24 h
INBOX_SECONDS = 7 * DAY_SECONDS
TURN_SECONDS = 7 * DAY_SECONDS
CONNECTIONS, POOL_SECONDS = 50, 20


def connect(url: str) -> Redis:
    """A client for our own records; the server is first asked when the first command is sent.

    A command waits for a free connection, where redis-py would raise. It is tried twice, because the first
    one after a restart of Redis can meet a dead connection; all our commands are safe to repeat.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=POOL_SECONDS,
        decode_responses=True,
        retry=Retry(NoBackoff(), 1),
        socket_connect_timeout=2,
    )
    return Redis.from_pool(pool)


async def ping(redis: Redis) -> None:
    """Raises redis.RedisError when the store does not answer."""
    await redis.ping()


def sized(url: str, max_connections: int) -> str:
    """The URL with a size for the connection pool: beyond its default of 100, redis-py raises instead of waiting."""
    separator = "&" if "?" in url else "?"
    return url if "max_connections=" in url else f"{url}{separator}max_connections={max_connections}"


def key(thread: Thread, record: str) -> str:
    return f"parley:{{{thread}}}:{record}"


def place_key(thread: Thread, message: MessageId) -> str:
    """Where it stands which thread a message of the bot's belongs to."""
    return f"parley:place:{thread.platform}:{thread.team}:{message}"


@cache
def script(name: str) -> str:
    """The text of a Lua script beside this module."""
    return (Path(__file__).parent / "lua" / f"{name}.lua").read_text(encoding="utf-8")
