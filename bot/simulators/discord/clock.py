"""The simulator's time: the machine's, plus whatever a test has skipped."""

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._skipped_seconds = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._skipped_seconds

    def advance(self, seconds: float) -> None:
        """Let tokens, links, nonces and rate limits grow older at once."""
        self._skipped_seconds += seconds


def iso(seconds: float) -> str:
    """A moment as Discord writes it: ISO 8601 in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
