"""What the simulator was asked, in order, so that a test can look at what really went over the wire."""

import time
from dataclasses import asdict, dataclass

from pydantic import JsonValue
from starlette.requests import Request

from bot.simulators.gemini.wire import JsonObject

MAX_REQUESTS = 10_000
MAX_BYTES = 64 * 1024 * 1024
_SECRET_HEADERS = frozenset({"x-goog-api-key", "authorization"})
_SECRET_QUERY = frozenset({"key", "upload_id"})
_REDACTED = "<redacted>"


@dataclass(frozen=True)
class RecordedRequest:
    """One request. Keys never get here: header and query parameter are replaced before."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: JsonObject  # empty when there was none, or no JSON object
    at: float  # seconds, time.monotonic()

    @property
    def previous_interaction_id(self) -> JsonValue:
        return self.body.get("previous_interaction_id")

    def to_json(self) -> JsonObject:
        return asdict(self)


class Ledger:
    """The newest requests, as many as fit; the list itself is always the same one."""

    def __init__(self) -> None:
        self.requests: list[RecordedRequest] = []
        self._sizes_bytes: list[int] = []
        self._total_bytes = 0

    def record(self, request: Request, body: JsonObject, size_bytes: int) -> None:
        """`size_bytes` is that of the body, by which old requests make room."""
        self.requests.append(
            RecordedRequest(
                method=request.method,
                path=request.url.path,
                query={n: _REDACTED if n in _SECRET_QUERY else value for n, value in request.query_params.items()},
                headers={n: _REDACTED if n in _SECRET_HEADERS else value for n, value in request.headers.items()},
                body=body,
                at=time.monotonic(),
            )
        )
        self._sizes_bytes.append(size_bytes)
        self._total_bytes += size_bytes
        while len(self.requests) > MAX_REQUESTS or (self._total_bytes > MAX_BYTES and len(self.requests) > 1):
            del self.requests[0]
            self._total_bytes -= self._sizes_bytes.pop(0)
