"""The head of each thread: the turn, and its interaction, that the next turn goes on from."""

from redis.asyncio import Redis

from bot.content import Record
from bot.models import Thread
from bot.state.reading import parse
from bot.state.store import DAY_SECONDS, Command, key


class Head(Record):
    version: int = 2
    interaction_id: str | None = None  # None where the API keeps nothing
    turn: str | None = None  # its name; may be one of another thread, from which this one was forked


class Heads:
    def __init__(self, redis: Redis, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._seconds = retention_days * DAY_SECONDS  # after it the API has forgotten the interaction too

    async def get(self, thread: Thread) -> Head:
        return parse_head(await self._redis.get(head_key(thread)), thread)

    def moved(self, thread: Thread, head: Head) -> Command:
        return Command("SET", head_key(thread), (head.model_dump_json(), "EX", self._seconds))

    def moved_on(self, thread: Thread, head: Head, *, known: Head) -> Command:
        """Only if the thread is still at the known head; else what has moved it meanwhile stays. For a run to write."""
        return Command("MOVE", head_key(thread), (known.turn or "", head.model_dump_json(), "EX", self._seconds))


def head_key(thread: Thread) -> str:
    return key(thread, "head")


def parse_head(stored: str | bytes | None, thread: Thread) -> Head:
    """The head of the thread. Where that cannot be read, the conversation begins anew."""
    return parse(Head, stored, "head", str(thread)) or Head()
