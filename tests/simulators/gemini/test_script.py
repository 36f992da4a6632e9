"""Every failure that can be ordered does happen, and only as often as ordered."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import (
    Cut,
    Dropped,
    Ends,
    EndsEarly,
    ErrorEvent,
    GeminiSimulator,
    HttpError,
    NoDone,
    OnlyThinks,
    Refused,
    SaysNothing,
    Silent,
)

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Events = Callable[..., Awaitable[list[Json]]]
Said = Callable[[Json], str]

HELLO = {"model": "gemini-3.8-flash", "input": "Hello"}
STREAM = {**HELLO, "stream": True}


@pytest.mark.parametrize(
    ("failure", "body"),
    [
        (HttpError(status=401), {"error": {"code": "authentication", "message": "Scripted failure."}}),
        (
            HttpError(status=429, code="quota_exceeded", message="Daily."),
            {"error": {"code": "quota_exceeded", "message": "Daily."}},
        ),
        (HttpError(status=403), {"error": {"code": "permission_denied", "message": "Scripted failure."}}),
        (HttpError(status=500), {"error": {"code": "api_error", "message": "Scripted failure."}}),
        (HttpError(status=503), {"error": {"code": "service_unavailable", "message": "Scripted failure."}}),
        (
            HttpError(status=429, shape="rpc", message="Slow.", retry_delay_seconds=13),
            {
                "error": {
                    "code": 429,
                    "status": "RESOURCE_EXHAUSTED",
                    "message": "Slow.",
                    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "13s"}],
                }
            },
        ),
        (
            HttpError(status=400, shape="array", message="API key not valid.", reason="API_KEY_INVALID"),
            [
                {
                    "error": {
                        "code": 400,
                        "status": "INVALID_ARGUMENT",
                        "message": "API key not valid.",
                        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
                    }
                }
            ],
        ),
    ],
)
async def test_an_error_has_the_shape_of_who_words_it(
    api: httpx.AsyncClient, gemini: GeminiSimulator, failure: HttpError, body: object
) -> None:
    gemini.fails(failure)

    response = await api.post("/interactions", json=STREAM)

    assert (response.status_code, response.json()) == (failure.status, body)


async def test_retry_after_is_a_header(api: httpx.AsyncClient, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=429, retry_after_seconds=1))

    response = await api.post("/interactions", json=HELLO)

    assert response.headers["retry-after"] == "1"


async def test_a_failure_happens_as_often_as_ordered(api: httpx.AsyncClient, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=503), times=2)
    gemini.answers("Better.")

    statuses = [(await api.post("/interactions", json=HELLO)).status_code for _ in range(2)]
    better = (await api.post("/interactions", json=HELLO)).json()
    usual = await api.post("/interactions", json=HELLO)

    assert statuses == [503, 503]
    assert better["steps"][-1]["content"][0]["text"] == "Better."
    assert "simulator" in usual.text


@pytest.mark.parametrize("operation", ["get", "cancel", "delete"])
async def test_other_operations_fail_too(
    api: httpx.AsyncClient, gemini: GeminiSimulator, create: Create, operation: Any
) -> None:
    path = f"/interactions/{(await create('Hello'))['id']}"
    method, path = {"get": ("GET", path), "cancel": ("POST", f"{path}/cancel"), "delete": ("DELETE", path)}[operation]
    gemini.fails(HttpError(status=500), operation=operation)
    gemini.fails(Dropped(), operation=operation)

    first = await api.request(method, path)

    assert first.status_code == 500
    with pytest.raises(httpx.RemoteProtocolError):
        await api.request(method, path)
    with pytest.raises(ValueError, match=f"cannot be ordered for '{operation}'"):
        gemini.fails(OnlyThinks(), operation=operation)


@pytest.mark.parametrize("body", [HELLO, STREAM])
async def test_a_dropped_connection_gives_no_answer(
    api: httpx.AsyncClient, gemini: GeminiSimulator, body: Json
) -> None:
    gemini.fails(Dropped())

    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("/interactions", json=body)


async def test_a_dropped_answer_leaves_an_interaction_nobody_knows(
    api: httpx.AsyncClient, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped(after_creating=True))
    gemini.fails(Cut(after_events=0))

    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            await api.post("/interactions", json=HELLO)

    assert len(gemini.requests) == 2


@pytest.mark.parametrize("after_events", [0, 1, 6, 8])
async def test_a_cut_stream_breaks_in_the_middle_of_an_event(
    api: httpx.AsyncClient, gemini: GeminiSimulator, after_events: int
) -> None:
    gemini.fails(Cut(after_events=after_events))

    received = await _received_until_cut(api)

    assert received.count(b"\n\n") == after_events
    assert not received.endswith(b"\n")


async def test_a_resumed_stream_may_be_cut_too(
    api: httpx.AsyncClient, gemini: GeminiSimulator, create: Create, follow: Events
) -> None:
    interaction = await create("Hello")
    gemini.fails(Cut(after_events=9), operation="get")

    with pytest.raises(httpx.RemoteProtocolError):
        await follow(interaction["id"])

    assert (await follow(interaction["id"]))[-1] == {"event_type": "done"}


async def test_a_stream_may_end_early_and_cleanly(gemini: GeminiSimulator, events: Events, follow: Events) -> None:
    gemini.fails(EndsEarly(after_events=5))

    seen = await events("Hello")

    assert len(seen) == 5
    assert len(await follow(seen[0]["interaction"]["id"])) > 5


async def test_a_stream_may_lack_its_done(gemini: GeminiSimulator, events: Events) -> None:
    gemini.fails(NoDone())

    assert (await events("Hello"))[-1]["event_type"] == "interaction.completed"


async def test_a_refusal_is_a_bare_line_in_a_stream_and_400_without(
    api: httpx.AsyncClient, gemini: GeminiSimulator
) -> None:
    gemini.fails(Refused(), times=2)

    stream = await api.post("/interactions", json=STREAM)
    unary = await api.post("/interactions", json=HELLO)

    line = stream.text.rstrip().splitlines()[-1]
    interaction_id = json.loads(stream.text.splitlines()[1].removeprefix("data: "))["interaction"]["id"]
    assert json.loads(line) == unary.json() == {"error": {"code": "prohibited_content", "message": "Request blocked."}}
    assert (stream.status_code, unary.status_code) == (200, 400)
    assert (await api.get(f"/interactions/{interaction_id}")).status_code == 404


async def test_an_interaction_may_fail_with_http_200(create: Create, gemini: GeminiSimulator) -> None:
    gemini.fails(Ends(status="failed", code="prohibited_content", message="blocked", after_deltas=2))

    answer = await create("Hello")

    assert answer["status"] == "failed"
    assert answer["errors"] == [{"code": "prohibited_content", "message": "blocked"}]
    assert answer["steps"][-1]["content"][0]["text"] == "Hello! I"


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled"])
async def test_a_stream_ends_with_the_ordered_status(gemini: GeminiSimulator, events: Events, status: Any) -> None:
    gemini.fails(Ends(status=status, after_deltas=1_000))

    seen = await events("Hello")

    assert seen[-2]["event_type"] == "interaction.completed"
    assert seen[-2]["interaction"]["status"] == status


async def test_an_error_event_ends_the_interaction(
    api: httpx.AsyncClient, gemini: GeminiSimulator, events: Events
) -> None:
    gemini.fails(ErrorEvent(after_deltas=1))

    seen = await events("Hello")

    assert seen[-2] == {
        "event_type": "error",
        "error": {"code": "gateway_timeout", "message": "Deadline expired."},
    }
    got = (await api.get(f"/interactions/{seen[0]['interaction']['id']}")).json()
    assert got["status"] == "failed"


async def test_an_empty_error_event_ends_nothing(gemini: GeminiSimulator, events: Events) -> None:
    gemini.fails(ErrorEvent(code=None, message=None, after_deltas=1))

    seen = await events("Hello")

    assert {"event_type": "error", "error": {}} in seen
    assert seen[-2]["interaction"]["status"] == "completed"


async def test_a_model_may_only_think_or_say_nothing(gemini: GeminiSimulator, create: Create, said: Said) -> None:
    gemini.fails(OnlyThinks())
    gemini.fails(SaysNothing())

    thoughts = await create("Hello")
    silence = await create("Hello")

    assert [step["type"] for step in thoughts["steps"]] == ["thought"]
    assert said(silence) == ""
    assert thoughts["status"] == silence["status"] == "completed"


async def test_a_silence_is_longer_than_a_caller_waits(api: httpx.AsyncClient, gemini: GeminiSimulator) -> None:
    gemini.fails(Silent(seconds=60, after_deltas=1))

    with pytest.raises(httpx.ReadTimeout):
        await api.post("/interactions", json=STREAM, timeout=0.2)


async def test_a_silence_ends(gemini: GeminiSimulator, events: Events) -> None:
    gemini.fails(Silent(seconds=0.01, after_deltas=1))

    assert (await events("Hello"))[-2]["interaction"]["status"] == "completed"


async def test_another_process_scripts_over_http(api: httpx.AsyncClient) -> None:
    control = f"{api.base_url.copy_with(path='')}/control"
    await api.post(f"{control}/script", json={"answers": ["Par", "is."]})
    await api.post(f"{control}/script", json={"fails": {"kind": "http_error", "status": 503}, "times": 2})

    answer = await api.post("/interactions", json=HELLO)
    failures = [(await api.post("/interactions", json=HELLO)).status_code for _ in range(2)]
    ledger = (await api.get(f"{control}/ledger")).json()["requests"]

    assert answer.json()["steps"][-1]["content"][0]["text"] == "Paris."
    assert failures == [503, 503]
    assert [request["body"] for request in ledger] == [HELLO] * 3


@pytest.mark.parametrize("order", [{}, {"fails": {"kind": "bad_luck"}}, {"answers": "Paris"}, {"answers": [], "x": 1}])
async def test_an_order_that_makes_no_sense_is_refused(api: httpx.AsyncClient, order: Json) -> None:
    response = await api.post(f"{api.base_url.copy_with(path='')}/control/script", json=order)

    assert response.status_code == 400


async def _received_until_cut(api: httpx.AsyncClient) -> bytes:
    received = b""
    async with api.stream("POST", "/interactions", json=STREAM) as response:
        try:
            async for piece in response.aiter_bytes():
                received += piece
        except httpx.RemoteProtocolError:
            return received
    pytest.fail("the stream was not cut")
