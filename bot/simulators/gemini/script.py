"""Failures to order: what the next request, or the next few, will suffer.

Each class is one way the service has been seen to fail. They are plain data, so a test in this process hands
them over as objects and another process posts them as JSON, told apart by `kind`.

Source: "Errors" and "Streaming", Interactions API reference; reports of users of the official SDKs.
"""

from collections import deque
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from bot.simulators.gemini.wire import JsonObject

Operation = Literal["create", "get", "cancel", "delete", "upload", "get_file", "delete_file", "webhook"]


class _Failure(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpError(_Failure):
    """An answer other than 200, before anything happened.

    `shape` is who words it: the Interactions API, google.rpc, or the gateway (google.rpc in a list).
    `code` is the snake_case code of the first, and `reason` of the others (`API_KEY_INVALID`).
    """

    kind: Literal["http_error"] = "http_error"
    status: int = Field(ge=400, le=599)
    shape: Literal["interactions", "rpc", "array"] = "interactions"
    code: str = ""
    message: str = "Scripted failure."
    reason: str | None = None
    retry_after_seconds: float | None = Field(default=None, ge=0)  # the Retry-After header
    retry_delay_seconds: float | None = Field(default=None, ge=0)  # RetryInfo, google.rpc shapes only

    def body(self) -> JsonValue:
        if self.shape == "interactions":
            return {"error": {"code": self.code or _CODES.get(self.status, "api_error"), "message": self.message}}
        rpc: JsonObject = {
            "code": self.status,
            "message": self.message,
            "status": _RPC_STATUSES.get(self.status, "UNKNOWN"),
            "details": self._details(),
        }
        return [{"error": rpc}] if self.shape == "array" else {"error": rpc}

    def headers(self) -> dict[str, str]:
        return {} if self.retry_after_seconds is None else {"Retry-After": f"{self.retry_after_seconds:g}"}

    def _details(self) -> list[JsonValue]:
        details: list[JsonValue] = []
        if self.reason is not None:
            details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": self.reason})
        if self.retry_delay_seconds is not None:
            delay = f"{self.retry_delay_seconds:g}s"
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
        return details


class Dropped(_Failure):
    """The connection closes before any answer; with `after_creating`, the interaction exists and runs on."""

    kind: Literal["dropped"] = "dropped"
    after_creating: bool = False


class Refused(_Failure):
    """A content filter: a bare JSON line in a stream, 400 without; nothing is stored."""

    kind: Literal["refused"] = "refused"
    code: str = "prohibited_content"
    message: str = "Request blocked."


class Cut(_Failure):
    """The connection closes in the middle of the event that follows `after_events` events, `after_seconds` later.

    A client may lose what it has not read by then: aiohttp does.
    """

    kind: Literal["cut"] = "cut"
    after_events: int = Field(ge=0)
    after_seconds: float = Field(default=0, ge=0)


class EndsEarly(_Failure):
    """The stream ends cleanly after `after_events` events, with neither `interaction.completed` nor `[DONE]`."""

    kind: Literal["ends_early"] = "ends_early"
    after_events: int = Field(ge=0)


class NoDone(_Failure):
    """The stream is whole but for its `[DONE]`."""

    kind: Literal["no_done"] = "no_done"


class Ends(_Failure):
    """The interaction stops after `after_deltas` of its text and ends with another status than `completed`."""

    kind: Literal["ends"] = "ends"
    status: Literal["failed", "incomplete", "cancelled", "budget_exceeded", "requires_action"]
    after_deltas: int = Field(default=0, ge=0)
    code: str = "api_error"
    message: str = "Scripted failure."


class OnlyThinks(_Failure):
    """`completed`, with thoughts and no output at all."""

    kind: Literal["only_thinks"] = "only_thinks"


class SaysNothing(_Failure):
    """`completed`, with an output whose text is empty."""

    kind: Literal["says_nothing"] = "says_nothing"


class Silent(_Failure):
    """Nothing happens for `seconds` once `after_deltas` of the text are out; then all goes on."""

    kind: Literal["silent"] = "silent"
    seconds: float = Field(ge=0)
    after_deltas: int = Field(default=0, ge=0)


class ErrorEvent(_Failure):
    """An `error` event after `after_deltas` of the text.

    With a code the interaction has failed. Without one (the empty event seen in practice) it goes on.
    """

    kind: Literal["error_event"] = "error_event"
    code: str | None = "gateway_timeout"
    message: str | None = "Deadline expired."
    after_deltas: int = Field(default=0, ge=0)


class Continues(_Failure):
    """The text ends after `after_deltas` as `requires_continuation`; the rest is for who brings the token."""

    kind: Literal["continues"] = "continues"
    after_deltas: int = Field(default=1, ge=0)


class Queued(_Failure):
    """The interaction waits as `queued` for so many seconds of the simulator's clock before it begins."""

    kind: Literal["queued"] = "queued"
    seconds: float = Field(default=1.0, ge=0)


class Novel(_Failure):
    """Before the answer come an event, a step and a delta of kinds that no client knows yet."""

    kind: Literal["novel"] = "novel"


class Framed(_Failure):
    """The stream is whole, but written as oddly as server-sent events may be.

    `chunk_bytes` cuts it into pieces of that size, in the middle of letters too; `pings` puts a comment line
    before each event; `split_data` spreads an event's JSON over several `data:` lines.
    """

    kind: Literal["framed"] = "framed"
    line_end: Literal["\n", "\r\n", "\r"] = "\n"
    byte_order_mark: bool = False
    pings: bool = False
    split_data: bool = False
    chunk_bytes: int | None = Field(default=None, ge=1)


class FileFails(_Failure):
    """An upload that succeeds, of a file that is `FAILED` once it was processed."""

    kind: Literal["file_fails"] = "file_fails"
    message: str = "The file could not be processed."


BeforeFailure = HttpError | Dropped | Refused
StreamFailure = Cut | EndsEarly | NoDone | Framed
RunFailure = Ends | OnlyThinks | SaysNothing | Silent | ErrorEvent | Continues | Queued | Novel
Failure = Annotated[BeforeFailure | StreamFailure | RunFailure | FileFails, Field(discriminator="kind")]


class Answers(BaseModel):
    """The text of the next interaction, delta by delta."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: list[str]


class Fails(BaseModel):
    """One failure for the next `times` requests of one operation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fails: Failure
    times: int = Field(default=1, ge=1)
    operation: Operation = "create"


ORDERS = TypeAdapter[Answers | Fails](Answers | Fails)


class Script:
    """What is ordered and not yet used up, oldest first; each operation has a queue of its own."""

    def __init__(self) -> None:
        self._queues: dict[Operation, deque[Answers | Failure]] = {}

    def order(self, order: Answers | Fails) -> None:
        """Raises ValueError for a failure that this operation cannot have."""
        if isinstance(order, Answers):
            self._queue("create").append(order)
            return
        if not isinstance(order.fails, _POSSIBLE[order.operation]):
            raise ValueError(f"{order.fails.kind!r} cannot be ordered for {order.operation!r}")  # noqa: TRY004
        self._queue(order.operation).extend([order.fails] * order.times)

    def next(self, operation: Operation) -> Answers | Failure | None:
        queue = self._queue(operation)
        return queue.popleft() if queue else None

    def _queue(self, operation: Operation) -> deque[Answers | Failure]:
        return self._queues.setdefault(operation, deque())


_ANY = HttpError | Dropped
_POSSIBLE = {
    "create": BeforeFailure | StreamFailure | RunFailure,
    "get": _ANY | StreamFailure,
    "cancel": _ANY,
    "delete": _ANY,
    "upload": _ANY | FileFails,
    "get_file": _ANY,
    "delete_file": _ANY,
    "webhook": _ANY,
}
_CODES = {
    400: "invalid_request",
    401: "authentication",
    402: "payment_required",
    403: "permission_denied",
    404: "not_found",
    409: "aborted",
    416: "out_of_range",
    429: "rate_limit_exceeded",
    499: "cancelled",
    501: "unimplemented",
    503: "service_unavailable",
    504: "deadline_exceeded",
}
_RPC_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
