"""The time zones that people have told: one for each person of an installation."""

from redis.asyncio import Redis

from bot.models import Inbound
from bot.state.store import DAY_SECONDS, Command

ZONE_SECONDS = 400 * DAY_SECONDS  # renewed on use; a schedule may fire once a year


class Zones:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, message: Inbound) -> str | None:
        """The IANA name that who wrote the message has told."""
        told = await self._redis.getex(_zone_key(message), ex=ZONE_SECONDS)
        return None if told is None else str(told)

    def told(self, message: Inbound, zone: str) -> Command:
        """Not of the message's thread, so it goes beside what a run writes."""
        return Command("SET", _zone_key(message), (zone, "EX", ZONE_SECONDS))


def _zone_key(message: Inbound) -> str:
    return f"parley:zone:{message.thread.platform}:{message.thread.team}:{message.author}"
