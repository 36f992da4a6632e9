"""The turn record: how far the answer to one message has come, so that the next run goes on from there."""

import hashlib

from pydantic import BaseModel
from redis.asyncio import Redis

from bot.models import Inbound
from bot.state.store import TURN_SECONDS, key

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that reads like something else


class Turn(BaseModel):
    version: int = 1
    reference: str  # what people are shown when it fails, such as P-7F3K2
    interaction_id: str | None = None  # once created, it is read and never created again


class Turns:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def begin(self, message: Inbound) -> Turn:
        """The record of an earlier run of this turn, or a new one."""
        stored = await self._redis.get(self._key(message))
        return Turn(reference=reference(message)) if stored is None else Turn.model_validate_json(stored)

    async def save(self, message: Inbound, turn: Turn) -> None:
        await self._redis.set(self._key(message), turn.model_dump_json(), ex=TURN_SECONDS)

    @staticmethod
    def _key(message: Inbound) -> str:
        return key(message.thread, f"turn:{message.message}")


def reference(message: Inbound) -> str:
    """A short name for one turn, the same in every run of it."""
    number = int.from_bytes(hashlib.sha256(f"{message.thread} {message.message}".encode()).digest()[:4], "big")
    return "P-" + "".join(ALPHABET[number >> shift & 31] for shift in range(0, 25, 5))
