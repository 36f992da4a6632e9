"""How long the API asks us to wait, in any of the ways it says so.

Source: "Rate limits", Gemini API docs; "Retry-After", HTTP semantics; "RetryInfo", google.rpc.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.interactions.wire import JsonObject, entries, text

LONGEST_WAIT_SECONDS = 120.0
_DURATION = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*s\s*", re.ASCII)


def parse_retry_after(headers: Mapping[str, str], error: JsonObject, *, default: float) -> float:
    """Seconds until a retry makes sense, from 0 to `LONGEST_WAIT_SECONDS`; `default` when nothing is said.

    `headers` must not care about case. `error` is the API's error object.
    """
    candidates = (
        _number(headers.get("retry-after-ms"), scale=0.001),
        _number(headers.get("retry-after")),
        _until(headers.get("retry-after"), headers.get("date")),
        _retry_info(error),
    )
    wait = next((seconds for seconds in candidates if seconds is not None), default)
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)


def _number(value: str | None, *, scale: float = 1.0) -> float | None:
    try:
        seconds = float(value or "") * scale
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _until(value: str | None, sent: str | None) -> float | None:
    """From the server's own clock where it tells the time, so that a wrong one here does no harm."""
    then = _date(value)
    return None if then is None else (then - (_date(sent) or datetime.now(UTC))).total_seconds()


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _retry_info(error: JsonObject) -> float | None:
    for detail in entries(error, "details"):
        if match := _DURATION.fullmatch(text(detail, "retryDelay")):
            return float(match[1])
    return None
