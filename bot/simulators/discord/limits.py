"""Rate limits: one bucket per route and major parameter, and one for the whole bot.

The figures are what has been seen on the service, which publishes none; a bot must read the headers. Source: "Rate
Limits", Discord developer docs.
"""

import hashlib
from collections import deque
from dataclasses import dataclass

from bot.simulators.discord.clock import Clock
from bot.simulators.discord.errors import ApiError

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
INTERACTION_PREFIXES = ("/interactions/", "/webhooks/")
GLOBAL_CALLS, GLOBAL_SECONDS = 50, 1.0
BUCKETS_KEPT = 10_000


@dataclass(frozen=True)
class Rate:
    calls: int
    seconds: float


RATES: dict[str, Rate] = {
    f"POST {MESSAGES}": Rate(5, 5),
    f"PATCH {MESSAGE}": Rate(5, 5),
    f"DELETE {MESSAGE}": Rate(5, 1),
    "POST /channels/{channel_id}/typing": Rate(5, 5),
    f"PUT {MESSAGE}/reactions/{{emoji}}/@me": Rate(1, 0.25),
    f"DELETE {MESSAGE}/reactions/{{emoji}}/@me": Rate(1, 0.25),
    f"POST {MESSAGE}/threads": Rate(50, 300),
    "POST /channels/{channel_id}/threads": Rate(50, 300),
    "PATCH /channels/{channel_id}": Rate(2, 600),
    "POST /users/@me/channels": Rate(10, 10),
    "POST /webhooks/{application_id}/{token}": Rate(5, 2),
    "PATCH /webhooks/{application_id}/{token}/messages/{message_id}": Rate(5, 2),
}
OTHERS = Rate(50, 1)
OLD_EDITS = Rate(3, 6)  # of messages older than an hour


class RateLimited(ApiError):
    """429. `again` when the caller had been told to wait and did not."""

    def __init__(
        self, retry_after_seconds: float, *, scope: str = "user", via: bool = True, again: bool = False
    ) -> None:
        super().__init__(429, 0, "You are being rate limited.")
        self.again = again
        self.body = {
            "message": "You are being rate limited.",
            "retry_after": round(retry_after_seconds, 3),
            "global": scope == "global",
        }
        self.headers = {"Retry-After": str(max(1, round(retry_after_seconds))), "X-RateLimit-Scope": scope}
        if scope == "global":
            self.headers["X-RateLimit-Global"] = "true"
        if via:  # without it a client takes the reply for a ban by the network in front
            self.headers["Via"] = "1.1 google"


@dataclass
class Bucket:
    rate: Rate
    left: int
    resets_at: float
    refused: bool = False  # the caller knows that it must wait

    def wait_seconds(self, now: float) -> float:
        """Seconds until a call is allowed; a window that has ended begins anew."""
        if now >= self.resets_at:
            self.left, self.resets_at, self.refused = self.rate.calls, now + self.rate.seconds, False
        return self.resets_at - now if self.left <= 0 else 0.0


class RateLimits:
    def __init__(self, clock: Clock, *, enforced: bool) -> None:
        self.rates = dict(RATES)
        self.enforced = enforced
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._calls: deque[float] = deque(maxlen=GLOBAL_CALLS)
        self._everything_until = 0.0
        self._told = False

    def spend(self, route: str, major: str) -> dict[str, str]:
        """Take one call from its bucket and return the headers that say what is left. Raises RateLimited."""
        if not _is_interaction(route):
            self._spend_global()
        bucket = self._bucket(route, major)
        now = self._clock.now()
        wait_seconds = bucket.wait_seconds(now)
        if wait_seconds:
            again, bucket.refused = bucket.refused, True
            limited = RateLimited(wait_seconds, again=again)
            limited.headers |= self._headers(route, bucket, now)
            raise limited
        if self.enforced:
            bucket.left -= 1
        return self._headers(route, bucket, now)

    def spend_old_edit(self, channel_id: str) -> float:
        """Seconds to wait before one more edit of a message older than an hour; 0 when it is allowed now."""
        bucket = self._bucket("old edits", channel_id, OLD_EDITS)
        wait_seconds = bucket.wait_seconds(self._clock.now())
        if self.enforced:
            bucket.left -= 1
        return wait_seconds

    def penalise(self, route: str, major: str, seconds: float, *, everything: bool) -> None:
        """A scripted refusal: further calls before its end are refused too, and count as violations."""
        now = self._clock.now()
        if everything:
            self._everything_until, self._told = now + seconds, True
        else:
            bucket = self._bucket(route, major)
            bucket.left, bucket.resets_at, bucket.refused = 0, now + seconds, True

    def _spend_global(self) -> None:
        now = self._clock.now()
        self._ensure_global(now)
        if self.enforced and len(self._calls) == GLOBAL_CALLS and now - self._calls[0] < GLOBAL_SECONDS:
            self._everything_until = self._calls[0] + GLOBAL_SECONDS
            self._ensure_global(now)
        self._calls.append(now)

    def _ensure_global(self, now: float) -> None:
        if now < self._everything_until:
            again, self._told = self._told, True
            raise RateLimited(self._everything_until - now, scope="global", again=again)
        self._told = False

    def _bucket(self, route: str, major: str, rate: Rate | None = None) -> Bucket:
        bucket = self._buckets.get((route, major))
        if bucket is None:
            self._forget_old()
            rate = rate or self.rates.get(route, OTHERS)
            bucket = self._buckets[route, major] = Bucket(rate, rate.calls, self._clock.now() + rate.seconds)
        return bucket

    def _forget_old(self) -> None:
        if len(self._buckets) >= BUCKETS_KEPT:
            now = self._clock.now()
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.resets_at > now}

    def _headers(self, route: str, bucket: Bucket, now: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(bucket.rate.calls),
            "X-RateLimit-Remaining": str(max(0, bucket.left)),
            "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, bucket.resets_at - now):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }


def _is_interaction(route: str) -> bool:
    """Answers to interactions do not count towards the bot's global limit."""
    return route.partition(" ")[2].startswith(INTERACTION_PREFIXES)
