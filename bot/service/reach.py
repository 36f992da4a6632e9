"""Whether the API does what this process asks of it, for the log and `/readyz`: one line for all that fails, not one
for each."""

import asyncio
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.interactions.errors import (
    BadKey,
    InteractionError,
    NotSent,
    OutcomeUnknown,
    PaymentRequired,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from bot.service.trouble import Trouble
from bot.state.heartbeats import tell_of_api

SAY_SECONDS = 60.0  # between two lines about an API that stays away, or comes and goes
TELL_SECONDS = 10.0  # between two words to the other processes
LASTING_SECONDS = 30.0  # without an answer, before they hear of it
STALE_SECONDS = 90.0  # after which nobody has asked for so long that nobody knows
PROJECT = "the project that GEMINI_API_KEY belongs to"
GONE = Trouble("away", "wait; if it stays so, see the status page of the API")
TROUBLES: dict[type[InteractionError], Trouble] = {
    BadKey: Trouble("key refused", "check GEMINI_API_KEY, and what it may be used for"),
    PaymentRequired: Trouble("not paid", f"check the billing of {PROJECT}"),
    QuotaExceeded: Trouble("quota used up", f"wait until tomorrow, or raise the quota of {PROJECT}"),
    RateLimited: Trouble("rate limit", f"if it stays so, raise the rate limit of {PROJECT}"),
    NotSent: Trouble("away", "check the network, its proxy, and GOOGLE_GEMINI_BASE_URL where that is set"),
    Unavailable: GONE,
    OutcomeUnknown: GONE,
}

log = structlog.stdlib.get_logger()


class Reach:
    """One line when the API is away, one a minute while it stays so, and one when it is back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._trouble: Trouble | None = None
        self._away_at = self._failed_at = 0.0
        self._said_at: float | None = None
        self._is_said = False  # that it is away now

    def heard(self, error: InteractionError | None) -> None:
        """What a call came to; an error that is about the call alone is an answer as well."""
        trouble = next((trouble for kind, trouble in TROUBLES.items() if isinstance(error, kind)), None)
        if error is None or trouble is None:
            self._answered()
        else:
            self._failed(error, trouble)

    async def tell(self, redis: Redis) -> None:
        """Have the other processes know how it is; until cancelled."""
        while True:
            if says := self._lasting():
                with suppress(RedisError, OSError):  # which is no news to them then
                    async with asyncio.timeout(TELL_SECONDS):
                        await tell_of_api(redis, says)
            await self._clock.sleep(TELL_SECONDS)

    def _lasting(self) -> str | None:
        now = self._clock.monotonic()
        lasts = self._failed_at - self._away_at >= LASTING_SECONDS and now - self._failed_at < STALE_SECONDS
        return self._trouble.says if self._trouble and lasts else None

    def _failed(self, error: InteractionError, trouble: Trouble) -> None:
        now = self._clock.monotonic()
        self._away_at = now if self._trouble is None else self._away_at
        self._trouble, self._failed_at = trouble, now
        if self._said_at is None or now - self._said_at >= SAY_SECONDS:
            self._said_at, self._is_said = now, True
            facts = {"cause": str(error), "kind": type(error).__name__, "fix": trouble.fix}
            log.error("api_away", seconds=round(now - self._away_at), **facts)

    def _answered(self) -> None:
        if self._is_said:
            log.info("api_back", seconds=round(self._clock.monotonic() - self._away_at))
        self._trouble, self._is_said = None, False
