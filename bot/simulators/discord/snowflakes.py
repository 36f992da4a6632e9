"""Snowflake ids: 42 bits of milliseconds since 2015, 22 bits that keep them apart.

Source: "API Reference", Discord developer docs.
"""

from bot.simulators.discord.clock import Clock

EPOCH_MILLISECONDS = 1_420_070_400_000


class Snowflakes:
    """Ids that grow with every call, so that sorting by id is sorting by age."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        milliseconds = int(self._clock.now() * 1000) - EPOCH_MILLISECONDS
        self._last = max(self._last + 1, milliseconds << 22)
        return str(self._last)


def created_at(snowflake: str) -> float:
    """Seconds since 1970 at which an id was made."""
    return ((int(snowflake) >> 22) + EPOCH_MILLISECONDS) / 1000
