"""How often Discord may be asked for something: as its headers say, and never while it says no.

Calls that have to come through wait for their place. The others, such as the edits of a growing reply, are told
when to come again, with newer text.

Source: "Rate Limits", Discord developer docs.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from math import inf

from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy

CALLS_PER_SECOND, BURST = 40, 8  # of 50 that a bot has in all; other processes have the same token
MARGIN_SECONDS = 0.05  # after the end of a window; Discord's figures are rounded
SOON_SECONDS = 0.5  # when to come again while the only call that is allowed is under way


class Bucket:
    """One of Discord's limits. Until its headers have told it, one call at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limit = self._left = 1
        self._running = 0
        self._resets_at = inf
        self._closed_until = 0.0
        self._told = asyncio.Event()

    async def enter(self, *, must: bool) -> None:
        """Return when a call may be made; `leave` has to follow. Raises ChannelBusy when that is not now.

        What does not have to come through leaves the last call of each window to what has to.
        """
        while (wait := self._seconds_to_wait(spare=0 if must else 1)) > 0:
            if not must:
                raise ChannelBusy("discord: our pace", retry_after=SOON_SECONDS if wait == inf else wait)
            with suppress(TimeoutError):
                async with asyncio.timeout(None if wait == inf else wait):
                    await self._told.wait()
        self._left -= 1
        self._running += 1

    def leave(self, headers: Mapping[str, str]) -> None:
        """The call is over; what its answer's headers say counts from now on."""
        self._running -= 1
        limit, left, reset_after = (_number(headers, name) for name in ("Limit", "Remaining", "Reset-After"))
        if limit is None or left is None or reset_after is None:
            self._left = min(self._left + 1, self._limit)
        else:
            self._limit = max(1, int(limit))
            self._left = int(left) - self._running  # some of these may be counted already: better too few
            self._resets_at = self._clock.monotonic() + reset_after + MARGIN_SECONDS
        self._tell()

    def refuse(self, retry_after: float) -> None:
        """Discord says no for so many seconds."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + retry_after + MARGIN_SECONDS)
        self._tell()

    def _seconds_to_wait(self, *, spare: int) -> float:
        now = self._clock.monotonic()
        if now >= self._resets_at:
            self._left, self._resets_at = self._limit - self._running, inf
        if now < self._closed_until:
            return self._closed_until - now
        return 0.0 if self._left > min(spare, self._limit - 1) else self._resets_at - now

    def _tell(self) -> None:
        self._told.set()
        self._told = asyncio.Event()


class Everything:
    """What all calls with the bot's token share, in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._interval = 1 / CALLS_PER_SECOND
        self._tolerance = BURST * self._interval
        self._used_until = clock.monotonic()  # as if every call so far had taken its whole interval

    async def take(self, *, must: bool) -> None:
        """Return when a call may be made. Raises ChannelBusy, unless it must be made, when that is not now."""
        ahead = max(0.0, self._used_until - self._clock.monotonic())
        if not must and ahead > self._tolerance:
            raise ChannelBusy("discord: our pace of all calls", retry_after=ahead - self._tolerance)
        self._used_until = self._clock.monotonic() + ahead + self._interval
        if ahead > self._tolerance:
            await self._clock.sleep(ahead - self._tolerance)

    def refuse(self, retry_after: float) -> None:
        """Discord says no to everything for so many seconds."""
        until = self._clock.monotonic() + retry_after + MARGIN_SECONDS + self._tolerance
        self._used_until = max(self._used_until, until)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers[f"X-RateLimit-{name}"])
    except (KeyError, ValueError):
        return None
