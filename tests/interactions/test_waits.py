"""Waits, in every way the API says them, and in some it should not."""

import httpx
import pytest

from bot.interactions.waits import parse_retry_after
from bot.interactions.wire import JsonObject

NO_ERROR: JsonObject = {}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After-Ms": "250", "Retry-After": "7"}, 0.25),
        ({"Retry-After": "Fri, 20 Nov 2026 10:00:30 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Fri, 20 Nov 2020 10:00:30 GMT"}, 0.0),
        ({"Retry-After": "99999999"}, 120.0),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "nan"}, 9.0),
        ({"Retry-After": "soon"}, 9.0),
        ({"Retry-After": "Fri, 99 Nov 2026 10:00:30 GMT"}, 9.0),
        ({}, 9.0),
    ],
)
def test_headers_are_read(headers: dict[str, str], seconds: float) -> None:
    assert parse_retry_after(httpx.Headers(headers), NO_ERROR, default=9.0) == seconds


@pytest.mark.parametrize(("delay", "seconds"), [("13s", 13.0), ("1.5s", 1.5), ("13", 9.0), (None, 9.0)])
def test_retry_info_is_read(delay: str | None, seconds: float) -> None:
    error: JsonObject = {"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]}

    assert parse_retry_after(httpx.Headers(), error, default=9.0) == seconds
