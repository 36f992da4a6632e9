"""The connection to Redis, the names of the keys, and how long each may live.

Every key of a thread carries the thread's name as hash tag, so one script may touch all of them on a
cluster too. Every key has a TTL; none lives forever yet.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.maint_notifications import MaintNotificationsConfig

from bot.models import MessageId, Thread

DAY_SECONDS = 24 * 60 * 60
CLAIM_SECONDS = 25 * 60 * 60  # Slack repeats delayed events for 24 h
INBOX_SECONDS = 7 * DAY_SECONDS
TASK_SECONDS = 7 * DAY_SECONDS
EARLY_SECONDS = 10 * 60  # for a reply that was delivered before what it replies to
CONNECTIONS, POOL_SECONDS = 50, 20
NEWS = "parley:news"  # the channel on which a worker hears of messages for threads it works on
THREADS = "parley:threads"  # by the time of their last message: where something may wait
DUE = "parley:due"  # tasks that run, by the time of their next step
AT_ONCE = 0  # the time of a step for which nothing is to be waited


class Command(NamedTuple):
    """One command of Redis. Records make those that write, and a run performs them while it is the newest one."""

    name: str
    key: str
    arguments: tuple[str | int, ...] = ()


class Script:
    """A Lua script beside this module, by its name."""

    def __init__(self, name: str) -> None:
        self._text = (Path(__file__).parent / "lua" / f"{name}.lua").read_text(encoding="utf-8")
        self._digest = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def run(
        self, redis: Redis, keys: Sequence[str], arguments: Sequence[str | int], *, beside: Sequence[Command] = ()
    ) -> Any:
        """What the script returns. The commands beside it go first, in the same round trip. Safe ones only, since a
        server that has restarted does not know the script, and all of it is sent again."""
        answers = await self._run(redis, keys, arguments, beside, ())
        return answers[-1]

    async def run_and_read(
        self, redis: Redis, keys: Sequence[str], arguments: Sequence[str | int], reading: Sequence[Command]
    ) -> tuple[Any, list[Any]]:
        """What the script returns, and the answers to commands that only read, all in one round trip. They are
        performed after the script, though others may come in between."""
        answers = await self._run(redis, keys, arguments, (), reading)
        return answers[0], answers[1:]

    async def _run(
        self,
        redis: Redis,
        keys: Sequence[str],
        arguments: Sequence[str | int],
        before: Sequence[Command],
        after: Sequence[Command],
    ) -> list[Any]:
        words = (len(keys), *keys, *arguments)
        try:
            return await _sent(redis, [*before, Command("EVALSHA", self._digest, words), *after])
        except NoScriptError:
            return await _sent(redis, [*before, Command("EVAL", self._text, words), *after])


async def _sent(redis: Redis, commands: Sequence[Command]) -> list[Any]:
    if len(commands) == 1:
        return [cast("Any", await redis.execute_command(commands[0].name, commands[0].key, *commands[0].arguments))]
    async with redis.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(command.name, command.key, *command.arguments)
        return await pipeline.execute()


def _is_connected(connection: AbstractConnection) -> bool:
    """Whether a connection can be written to. redis-py (8.1) does not ask its transport: one which the server has reset
    seems alive, and under uvloop writing to it raises an error that is not Redis's. Nor does it look for the end of
    what the server says, since it listens for notices of maintenance: so one which waited in a pool while the server
    was restarted seems alive too, and the next command is lost with it."""
    writer, reader = connection._writer, connection._reader  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    if reader is None or writer is None or writer.is_closing():
        return False
    if reader.at_eof():
        writer.close()
        connection._writer = connection._reader = None  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (or it counts as forgotten)
        return False
    return True


setattr(AbstractConnection, "is_connected", property(_is_connected))  # noqa: B010 (a property; pydocket connects by itself)


def connect(url: str) -> Redis:
    """A client for our own records; the server is first asked when the first command is sent.

    A command waits for a free connection, where redis-py would raise. It is tried twice, because the first
    one after a restart of Redis can meet a dead connection; all our commands are safe to repeat. How long an answer
    may take is for the callers to say: redis-py's own limit makes a task of every command that is sent, which costs
    as much as the command.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=POOL_SECONDS,
        decode_responses=True,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=None,
        socket_connect_timeout=2,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
        driver_info=None,  # as the notices, one round trip less before the first command
    )
    return Redis.from_pool(pool)


def sized(url: str, max_connections: int) -> str:
    """The URL with a size for the connection pool: beyond its default of 100, redis-py raises instead of waiting."""
    separator = "&" if "?" in url else "?"
    return url if "max_connections=" in url else f"{url}{separator}max_connections={max_connections}"


def key(thread: Thread, record: str) -> str:
    return f"parley:{{{thread}}}:{record}"


def place_key(thread: Thread, message: MessageId) -> str:
    """Where it stands which turn a message of the bot's belongs to."""
    return f"parley:place:{thread.platform}:{thread.team}:{message}"
