"""From a refusal, in any of its shapes, to one of our errors.

An error object has a code that is a word (the Interactions API), or a number with a status and details
(google.rpc: files, gateways), may stand in a list (the key check), or be missing: HTML, nothing, garbage.

Source: "Errors", Interactions API docs; "Status", google.rpc.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from bot.interactions.errors import (
    BadKey,
    BadRequest,
    Failed,
    InteractionError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    ParentLost,
    PaymentRequired,
    QuotaExceeded,
    RateLimited,
    Refused,
    Unavailable,
)
from bot.interactions.types import Interaction, Problem, Status
from bot.interactions.waits import parse_retry_after
from bot.interactions.wire import Json, JsonObject, entries, entry, parse, text, whole

RATE_LIMIT_WAIT_SECONDS = 10.0
UNAVAILABLE_WAIT_SECONDS = 2.0

_BLOCKED = frozenset(
    {
        "safety",
        "recitation",
        "language",
        "prohibited_content",
        "spii",
        "blocklist",
        "image_safety",
        "image_prohibited_content",
        "image_recitation",
        "image_other",
        "content_blocked",
    }
)
_MISGENERATED = frozenset(
    {
        "malformed_function_call",
        "malformed_tool_call",
        "unexpected_tool_call",
        "too_many_tool_calls",
        "no_image",
        "missing_thought_signature",
    }
)
_STATUS_OF_CODE = {
    "invalid_request": 400,
    "failed_precondition": 400,
    "parameter_unknown": 400,
    "invalid_argument": 400,
    "authentication": 401,
    "unauthenticated": 401,
    "payment_required": 402,
    "permission_denied": 403,
    "not_found": 404,
    "model_not_found": 404,
    "already_exists": 400,
    "aborted": 409,
    "out_of_range": 416,
    "rate_limit_exceeded": 429,
    "too_many_requests": 429,
    "quota_exceeded": 429,
    "resource_exhausted": 429,
    "cancelled": 499,
    "api_error": 500,
    "internal": 500,
    "unimplemented": 501,
    "service_unavailable": 503,
    "unavailable": 503,
    "deadline_exceeded": 504,
    "gateway_timeout": 504,
}
_REFUSED_FOR_NOW = frozenset({408, 425, 500, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the meaning of a failure depends on."""

    creates: bool = False  # not idempotent: without an answer, its outcome is unknown
    has_parent: bool = False


def from_response(status: int, headers: Mapping[str, str], body: bytes, call: Call) -> InteractionError:
    """The error for an HTTP answer that is not a success. `headers` must not care about case."""
    return _classify(status, _error_object(body), headers, call)


def from_error_object(error: JsonObject) -> InteractionError:
    """The error for one that came inside a successful answer: a stream event, a bare line, a body.

    Never to be retried, since the API had begun.
    """
    failure = _classify(0, error, {}, Call(creates=True))
    failure.retry_after = None
    return failure


def from_transport(error: httpx.HTTPError, call: Call) -> InteractionError:
    """The error for a request that got no answer, or half of one."""
    cause = type(error).__name__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        return NotSent(f"no connection ({cause})", retry_after=UNAVAILABLE_WAIT_SECONDS)
    return no_answer(cause, call)


def no_answer(reason: str, call: Call) -> InteractionError:
    """The error for a call that was sent and whose outcome we were not told."""
    if call.creates:
        return OutcomeUnknown(f"no usable answer to a create ({reason})")
    return Unavailable(f"no usable answer ({reason})", retry_after=UNAVAILABLE_WAIT_SECONDS)


def failure_of(interaction: Interaction) -> InteractionError | None:
    """The error an ended interaction stands for, whose HTTP status was 200; None when it did not fail."""
    if interaction.status not in {Status.FAILED, Status.BUDGET_EXCEEDED}:
        return None
    problem = next(iter(interaction.errors), Problem("", ""))
    summary = f"interaction {interaction.id} ended as {interaction.status} ({problem.code or 'no code'})"
    if _is_block(problem.code, problem.message):
        return Refused(summary, code=problem.code, detail=problem.message)
    return Failed(summary, code=problem.code, detail=problem.message, interaction=interaction)


def _error_object(body: bytes) -> JsonObject:
    try:
        value: Json = parse(body)
    except ValueError:
        return {}
    if isinstance(value, list) and value:
        value = value[0]
    return entry(value, "error") if isinstance(value, dict) else {}


def _classify(status: int, error: JsonObject, headers: Mapping[str, str], call: Call) -> InteractionError:  # noqa: PLR0911  (a table)
    code = (text(error, "code") or text(error, "status")).lower()
    detail = text(error, "message")
    status = status or _STATUS_OF_CODE.get(code) or whole(error, "code")
    summary = f"HTTP status {status}, code {code or 'none'}"
    if _is_block(code, detail):
        return Refused(summary, code=code, detail=detail)
    if code in _MISGENERATED:
        return Failed(summary, code=code, detail=detail)
    if _names_key(error):
        return BadKey(summary, code=code, detail=detail)
    if call.has_parent and status in {403, 404, 410, 501} and code != "model_not_found":
        return ParentLost(summary, code=code, detail=detail)
    if status == 429 and not _is_daily(code, error):
        wait = parse_retry_after(headers, error, default=RATE_LIMIT_WAIT_SECONDS)
        return RateLimited(summary, code=code, detail=detail, retry_after=wait)
    if status in _REFUSED_FOR_NOW or code == "aborted" or (status >= 502 and not call.creates):
        wait = parse_retry_after(headers, error, default=UNAVAILABLE_WAIT_SECONDS)
        return Unavailable(summary, code=code, detail=detail, retry_after=wait)
    return _final(status)(summary, code=code, detail=detail)


def _final(status: int) -> type[InteractionError]:  # noqa: PLR0911  (a table)
    """The class of an error that no waiting changes."""
    match status:
        case 401 | 403:
            return BadKey
        case 402:
            return PaymentRequired
        case 404 | 410:
            return NotFound
        case 429:
            return QuotaExceeded
        case _ if status >= 502:
            return OutcomeUnknown
        case _ if status < 200:
            return Failed
        case _:
            return BadRequest


def _is_block(code: str, message: str) -> bool:
    """Blocks often come as an invalid request that only its message tells apart."""
    return code in _BLOCKED or message.startswith("Request blocked")


def _names_key(error: JsonObject) -> bool:
    """A key that is wrong, expired or restricted: the gateway says so with HTTP 400 or 403."""
    return any(text(detail, "reason").startswith("API_KEY") for detail in entries(error, "details"))


def _is_daily(code: str, error: JsonObject) -> bool:
    violations = [item for detail in entries(error, "details") for item in entries(detail, "violations")]
    return code == "quota_exceeded" or any("PerDay" in text(item, "quotaId") for item in violations)
