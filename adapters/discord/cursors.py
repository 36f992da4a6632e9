"""How far was heard, so that what was said while nobody listened can be found.

Discord's gateway tells a session what it missed only while the session lasts. A cursor is the newest message before
which everything was stored, or was none of ours; each shard has its own, since one can be away while the others
hear. It may lag behind: a message that is stored twice is answered once. When a session begins, Discord tells the
newest message of each channel and each active thread of its servers, and those that are newer than the cursor have
something unread. Of direct channels it tells nothing, so those where somebody spoke to the bot are remembered.

Source: "Gateway", "Gateway Events", Discord developer docs.
"""

from collections.abc import Mapping
from typing import Protocol

from bot.models import MessageId


class Cursors(Protocol):
    """Keeps them where they outlive this process. All calls raise redis.RedisError when that is away."""

    async def get(self) -> dict[str, MessageId]:
        """The cursors by shard; none before the first session ever."""
        ...

    async def move(self, cursors: Mapping[str, MessageId]) -> None: ...

    async def direct_channels(self) -> list[str]: ...

    async def met(self, channel: str, at: float) -> None:
        """Somebody speaks to the bot in this direct channel, at that moment (seconds since 1970)."""
        ...

    async def left(self, channel: str) -> None:
        """This direct channel is closed to us."""
        ...


class RememberedCursors:
    """Forgotten with the process."""

    def __init__(self) -> None:
        self._cursors: dict[str, MessageId] = {}
        self._direct: dict[str, float] = {}

    async def get(self) -> dict[str, MessageId]:
        return dict(self._cursors)

    async def move(self, cursors: Mapping[str, MessageId]) -> None:
        self._cursors.update(cursors)

    async def direct_channels(self) -> list[str]:
        return list(self._direct)

    async def met(self, channel: str, at: float) -> None:
        self._direct[channel] = at

    async def left(self, channel: str) -> None:
        self._direct.pop(channel, None)
