"""The inbox of each thread: everything people do that was acknowledged and waits for its turn, oldest first."""

from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.failpoints import Point, reached
from bot.models import Inbound, MessageId, Thread
from bot.state.store import (
    CLAIM_SECONDS,
    DAY_SECONDS,
    EARLY_SECONDS,
    INBOX_SECONDS,
    THREADS,
    Command,
    Script,
    key,
    place_key,
)
from bot.state.turns import turn_name

Wake = Callable[[Thread, str], Awaitable[None]]
TO_WAKE, FULL = 1, -1


class InboxFull(RedisError):
    """So much waits in this thread that nothing more is taken in; its platform may come again."""


class Inbox:
    """FIFO per thread. `accept` is safe to repeat with every delivery of the same message, from any process."""

    def __init__(self, redis: Redis, wake: Wake, clock: Clock, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._wake = wake
        self._clock = clock
        self._engaged_seconds = retention_days * DAY_SECONDS
        self._accept = Script("accept")

    async def accept(self, message: Inbound) -> None:
        """Store the message and have its thread worked on. After this returns the platform may be acknowledged.

        A message that continues one of the bot's own joins that one's thread. One that does not address the
        bot counts only in a thread the bot takes part in, also where it is delivered before the message that
        made it so. An edit counts where its message did. One stored by an earlier delivery wakes its thread again,
        since that delivery may have died in between.
        Raises redis.RedisError when the store cannot be reached, and InboxFull, which is one.
        """
        message = await self._in_its_thread(message)
        stored = await self._store(message)
        reached(Point.CLAIMED)
        if stored == FULL:
            raise InboxFull(f"too much waits in {message.thread}")
        if stored:
            await self._index(message)
        if stored == TO_WAKE:
            await self._wake(message.thread, message.id)
        reached(Point.ENQUEUED)

    async def _store(self, message: Inbound) -> int:
        thread = message.thread
        records = (
            *(f"claim:{message.id}", "inbox", "engaged", "lease:inbox", f"claim:{message.message}"),
            *(f"turn:{message.message}", "early", f"revision:{message.message}"),
        )
        stored = await self._accept.run(
            self._redis,
            [key(thread, record) for record in records],
            [message.model_dump_json(), _kind(message), int(message.addressed), str(thread), message.message,
             message.revision, CLAIM_SECONDS, INBOX_SECONDS, self._engaged_seconds, EARLY_SECONDS],
        )  # fmt: skip
        return int(stored)

    async def _index(self, message: Inbound) -> None:
        """For the sweeper, and for who points at a message that does not stand at its thread's root."""
        thread, name = message.thread, turn_name(message.thread, message.message)
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zadd(THREADS, {str(thread): round(self._clock.now(), 3)})
            pipeline.expire(THREADS, INBOX_SECONDS)
            if message.message != thread.root and not message.silent:
                pipeline.set(place_key(thread, message.message), name, ex=CLAIM_SECONDS)
            await pipeline.execute()

    async def _in_its_thread(self, message: Inbound) -> Inbound:
        if message.continues is None:
            return message
        name = await self._redis.get(place_key(message.thread, message.continues))
        if name is None:
            return message
        thread, _, turn = str(name).partition(" ")
        return message.model_copy(update={"thread": Thread.parse(thread), "about": MessageId(turn)})


def _kind(message: Inbound) -> str:
    if message.deleted:
        return "deleted"
    return "pressed" if message.silent else "edited" if message.revision else "said"


def settled(message: Inbound) -> Command:
    """The message has its reply: later deliveries of it change nothing."""
    return Command("SET", key(message.thread, f"claim:{message.id}"), ("done", "EX", CLAIM_SECONDS))


def engaged(thread: Thread, *, retention_days: int) -> Command:
    """The bot takes part in the thread: nobody has to name it there."""
    return Command("SET", key(thread, "engaged"), ("1", "EX", retention_days * DAY_SECONDS))
