"""The inbox of each thread: messages that were acknowledged and wait for their turn, oldest first."""

from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from bot.models import Inbound, MessageId, Thread
from bot.state.store import CLAIM_SECONDS, DAY_SECONDS, INBOX_SECONDS, key, place_key, script

Wake = Callable[[Thread, MessageId], Awaitable[None]]


class Inbox:
    """FIFO per thread. `accept` is safe to repeat with every delivery of the same message, from any process."""

    def __init__(self, redis: Redis, wake: Wake, *, engaged_days: int = 55) -> None:
        self._redis = redis
        self._wake = wake
        self._engaged_seconds = engaged_days * DAY_SECONDS
        self._accept = redis.register_script(script("accept"))
        self._done = redis.register_script(script("done"))

    async def accept(self, message: Inbound) -> None:
        """Store the message and wake its thread. After this returns the platform may be acknowledged.

        A message that continues one of the bot's own joins that one's thread. One that does not address the
        bot counts only in a thread the bot takes part in. One stored by an earlier delivery wakes its thread
        again, since that delivery may have died in between.
        Raises redis.RedisError when the store cannot be reached.
        """
        message = await self._in_its_thread(message)
        thread = message.thread
        waiting = await self._accept(
            keys=[self._claim(message), key(thread, "inbox"), key(thread, "engaged")],
            args=[
                message.model_dump_json(),
                int(message.addressed),
                CLAIM_SECONDS,
                INBOX_SECONDS,
                self._engaged_seconds,
            ],
        )
        if waiting:
            await self._wake(thread, message.message)

    async def _in_its_thread(self, message: Inbound) -> Inbound:
        if message.continues is None:
            return message
        name = await self._redis.get(place_key(message.thread, message.continues))
        return message if name is None else message.model_copy(update={"thread": Thread.parse(str(name))})

    async def oldest(self, thread: Thread) -> Inbound | None:
        entry = await self._redis.lindex(key(thread, "inbox"), 0)
        return None if entry is None else Inbound.model_validate_json(entry)

    async def done(self, message: Inbound) -> None:
        """The message has its reply: take it out, and let later deliveries of it change nothing."""
        await self._done(
            keys=[self._claim(message), key(message.thread, "inbox")], args=[message.message, CLAIM_SECONDS]
        )

    @staticmethod
    def _claim(message: Inbound) -> str:
        return key(message.thread, f"claim:{message.message}")
