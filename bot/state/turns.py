"""The turn record: how far the reply to one message has come, so that the next run goes on from there."""

import hashlib

from pydantic import BaseModel
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, PartKey
from bot.state.store import DAY_SECONDS, TURN_SECONDS, key, place_key

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that reads like something else


class Turn(BaseModel):
    """Written before each step that cannot be repeated blindly, and after it."""

    version: int = 1
    reference: str  # what people are shown when it fails, such as P-7F3K2
    interaction_id: str | None = None
    posted: dict[PartKey, MessageId] = {}  # parts that are visible
    posting: PartKey | None = None  # part whose post was asked for and not yet confirmed


class Turns:
    def __init__(self, redis: Redis, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._place_seconds = retention_days * DAY_SECONDS

    async def begin(self, message: Inbound) -> Turn:
        """The record of an earlier run of this turn, or a new one."""
        stored = await self._redis.get(self._key(message))
        return Turn(reference=reference(message)) if stored is None else Turn.model_validate_json(stored)

    async def save(self, message: Inbound, turn: Turn) -> None:
        await self._redis.set(self._key(message), turn.model_dump_json(), ex=TURN_SECONDS)

    async def posted(self, message: Inbound, turn: Turn, part: PartKey, shown: MessageId) -> None:
        """A part is visible as this message; who goes on from that message comes to this thread."""
        turn.posted[part] = shown
        turn.posting = None
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.set(self._key(message), turn.model_dump_json(), ex=TURN_SECONDS)
            pipeline.set(place_key(message.thread, shown), str(message.thread), ex=self._place_seconds)
            await pipeline.execute()

    @staticmethod
    def _key(message: Inbound) -> str:
        return key(message.thread, f"turn:{message.message}")


def reference(message: Inbound) -> str:
    """A short name for one turn, the same in every run of it."""
    number = int.from_bytes(hashlib.sha256(f"{message.thread} {message.message}".encode()).digest()[:4], "big")
    return "P-" + "".join(ALPHABET[number >> shift & 31] for shift in range(0, 25, 5))
