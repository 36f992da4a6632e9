"""Which error a refusal is, and whether the same call may be made again."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions import errors
from bot.interactions.failures import Call, failure_of, from_error_object, from_response
from bot.interactions.types import Interaction, Problem

CREATE = Call(creates=True)
CONTINUE = Call(creates=True, has_parent=True)
READ = Call()


def refusal(status: int, body: object, call: Call = CREATE) -> errors.InteractionError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return from_response(status, httpx.Headers(), content, call)


def word(code: str, message: str = "") -> object:
    return {"error": {"code": code, "message": message}}


def rpc(code: int, status: str, *details: object) -> object:
    return {"error": {"code": code, "status": status, "message": "", "details": details}}


KEY_INVALID = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
PER_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry_after"),
    [
        (429, word("rate_limit_exceeded"), errors.RateLimited, 10.0),
        (429, rpc(429, "RESOURCE_EXHAUSTED", {"retryDelay": "13s"}), errors.RateLimited, 13.0),
        (429, b"", errors.RateLimited, 10.0),
        (429, word("quota_exceeded"), errors.QuotaExceeded, None),
        (429, rpc(429, "RESOURCE_EXHAUSTED", PER_DAY), errors.QuotaExceeded, None),
        (401, word("authentication"), errors.BadKey, None),
        (403, rpc(403, "PERMISSION_DENIED"), errors.BadKey, None),
        (400, [rpc(400, "INVALID_ARGUMENT", KEY_INVALID)], errors.BadKey, None),
        (402, word("payment_required"), errors.PaymentRequired, None),
        (400, word("invalid_request"), errors.BadRequest, None),
        (400, word("prohibited_content"), errors.Refused, None),
        (400, word("invalid_request", "Request blocked due to safety."), errors.Refused, None),
        (400, word("malformed_function_call"), errors.Failed, None),
        (404, word("not_found"), errors.NotFound, None),
        (404, word("model_not_found"), errors.NotFound, None),
        (409, word("already_exists"), errors.BadRequest, None),
        (409, word("aborted"), errors.Unavailable, 2.0),
        (413, b"<html>too large</html>", errors.BadRequest, None),
        (302, b"", errors.BadRequest, None),
        (500, word("api_error"), errors.Unavailable, 2.0),
        (501, word("unimplemented"), errors.BadRequest, None),
        (503, b"<html>busy</html>", errors.Unavailable, 2.0),
        (502, b"", errors.OutcomeUnknown, None),
        (504, word("deadline_exceeded"), errors.OutcomeUnknown, None),
        (529, b"\xff\x00", errors.OutcomeUnknown, None),
    ],
)
def test_a_refused_create_is_the_error_its_caller_can_act_on(
    status: int, body: object, kind: type[errors.InteractionError], retry_after: float | None
) -> None:
    error = refusal(status, body)

    assert type(error) is kind
    assert error.retry_after == retry_after


@pytest.mark.parametrize("status", [502, 504, 520])
def test_a_question_that_changes_nothing_may_be_repeated_after_a_gateway_failed(status: int) -> None:
    error = refusal(status, b"", READ)

    assert type(error) is errors.Unavailable
    assert error.retry_after is not None


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_parent_that_is_gone_is_told_from_a_missing_model(status: int) -> None:
    assert type(refusal(status, word("not_found"), CONTINUE)) is errors.ParentLost
    assert type(refusal(404, word("model_not_found"), CONTINUE)) is errors.NotFound


@pytest.mark.parametrize("code", ["service_unavailable", "rate_limit_exceeded", "api_error", 503, None])
def test_an_error_inside_an_answer_is_never_retried(code: str | int | None) -> None:
    assert from_error_object({"code": code, "message": "late"}).retry_after is None


def test_errors_do_not_print_what_the_api_quotes() -> None:
    error = refusal(400, word("invalid_request", "my secret question is not valid"))

    assert "secret" not in str(error)
    assert error.detail == "my secret question is not valid"


def test_a_failed_interaction_is_an_error_and_a_stopped_one_is_not() -> None:
    blocked = Interaction(id="v1_z", status="failed", errors=(Problem("prohibited_content", "blocked"),))
    broken = Interaction(id="v1_z", status="budget_exceeded")

    assert type(failure_of(blocked)) is errors.Refused
    assert isinstance(failed := failure_of(broken), errors.Failed)
    assert failed.interaction is broken
    assert failure_of(Interaction(id="v1_z", status="incomplete")) is None


@pytest.mark.parametrize("kind", errors.InteractionError.__subclasses__())
def test_every_error_has_a_sentence_of_its_own(kind: type[errors.InteractionError]) -> None:
    assert kind.notice != errors.InteractionError.notice
    assert kind.notice.endswith((".", "like."))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("error"), inner, max_size=3),
)
ERROR_FIELDS = st.sampled_from(["code", "status", "message", "details", "error"])


@given(status=st.integers(300, 599), body=st.binary() | JSON, error=st.dictionaries(ERROR_FIELDS, JSON))
def test_any_body_is_some_error_of_ours(status: int, body: object, error: dict[str, object]) -> None:
    assert isinstance(refusal(status, body), errors.InteractionError)
    assert isinstance(refusal(status, {"error": error}), errors.InteractionError)
    assert isinstance(refusal(status, [{"error": error}]), errors.InteractionError)
