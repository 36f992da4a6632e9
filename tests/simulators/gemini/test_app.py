"""The rules of the service, asked for over a socket."""

from collections.abc import Awaitable, Callable
from functools import reduce
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Refusal = Callable[..., Awaitable[tuple[int, str]]]
Ended = Callable[[str], Awaitable[Json]]
Said = Callable[[Json], str]

MODEL = "gemini-3.8-flash"
RESEARCH = "deep-research-preview-04-2026"
BROKEN_IMAGE = {"type": "image", "data": "%", "mime_type": "image/png"}
TEXT_FILE = {"type": "document", "data": "eA==", "mime_type": "text/plain"}
FUNCTIONS = [{"type": "function", "name": "f"}]
PNG_OUT = {"type": "image", "mime_type": "image/png"}
SMALL_K = {"type": "image", "image_size": "1k"}
EMPTY_REQUIRED: Any = {"type": "function", "name": "f", "parameters": {"type": "object", "required": []}}
MCP = {"type": "mcp_server", "name": "weather", "url": "https://example.invalid/mcp"}
NESTED: list[Any] = reduce(lambda inner, _: [inner], range(800), [])
MIXED = [{"type": "text", "text": "x"}, {"type": "thought"}]


async def test_post_answers_new_steps_and_get_the_whole_timeline(api: httpx.AsyncClient, create: Create) -> None:
    posted = await create("Hello")

    got = (await api.get(f"/interactions/{posted['id']}", params={"stream": "false"})).json()

    assert [step["type"] for step in posted["steps"]] == ["thought", "model_output"]
    assert [step["type"] for step in got["steps"]] == ["user_input", "thought", "model_output"]
    assert got["status"] == posted["status"] == "completed"


@pytest.mark.parametrize(
    "given",
    [
        "Hello",
        {"type": "text", "text": "Hello"},
        [{"type": "text", "text": "Hello"}],
        [{"type": "user_input", "content": [{"type": "text", "text": "Hello"}]}],
    ],
)
async def test_every_form_of_input_is_one_user_step(api: httpx.AsyncClient, create: Create, given: object) -> None:
    posted = await create(given)

    got = (await api.get(f"/interactions/{posted['id']}", params={"include_input": "true"})).json()

    assert got["input"] == [{"type": "user_input", "content": [{"type": "text", "text": "Hello"}]}]


async def test_a_history_without_server_state_is_remembered(create: Create, said: Said) -> None:
    steps = [
        {"type": "user_input", "content": [{"type": "text", "text": "My name is Phil."}]},
        {"type": "thought", "signature": "c2ln"},
        {"type": "model_output", "content": [{"type": "text", "text": "Hello Phil."}]},
        {"type": "user_input", "content": [{"type": "text", "text": "What is my name?"}]},
    ]

    answer = await create(steps, store=False)

    assert "**Phil**" in said(answer)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"model": MODEL, "input": "x", "colour": "red"}, (400, "parameter_unknown")),
        ({"model": MODEL, "input": [{"role": "user", "content": "x"}]}, (400, "invalid_request")),
        ({"model": MODEL}, (400, "invalid_request")),
        ({"model": MODEL, "input": NESTED}, (400, "invalid_request")),
        ({"model": MODEL, "input": ""}, (400, "invalid_request")),
        ({"model": MODEL, "input": MIXED}, (400, "invalid_request")),
        ({"model": MODEL, "input": BROKEN_IMAGE}, (400, "invalid_request")),
        ({"model": MODEL, "input": TEXT_FILE}, (400, "invalid_request")),
        ({"model": MODEL, "agent": RESEARCH, "input": "x"}, (400, "invalid_request")),
        ({"input": "x"}, (400, "invalid_request")),
        ({"model": "models/gemini-3.8-flash", "input": "x"}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "agent_config": {"type": "deep-research"}}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "background": True, "store": False}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "webhook_config": {"uris": []}}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "tools": [{"type": "telepathy"}]}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "stream": "true"}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "previous_interaction_id": "v1_none"}, (404, "not_found")),
        ({"model": MODEL, "input": "x", "response_format": {"type": "video"}}, (501, "unimplemented")),
        ({"model": MODEL, "input": "x", "response_format": {"type": "object"}}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "response_format": PNG_OUT}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "response_format": SMALL_K}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "continuation_token": "ct_none"}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "tools": [EMPTY_REQUIRED]}, (400, "invalid_request")),
        ({"model": MODEL, "input": "x", "tools": [MCP]}, (400, "invalid_request")),
        ({"agent": RESEARCH, "input": "x"}, (400, "invalid_request")),
        ({"agent": RESEARCH, "input": "x", "background": True, "system_instruction": "y"}, (400, "invalid_request")),
        ({"agent": RESEARCH, "input": "x", "background": True, "agent_config": {}}, (400, "invalid_request")),
        ({"agent": RESEARCH, "input": "x", "background": True, "generation_config": {}}, (400, "invalid_request")),
        ({"agent": RESEARCH, "input": "x", "background": True, "tools": FUNCTIONS}, (400, "invalid_request")),
        ({"agent": "deep-thought", "input": "x", "background": True}, (404, "not_found")),
    ],
)
async def test_what_the_service_refuses_is_refused(refusal: Refusal, body: Json, expected: tuple[int, str]) -> None:
    assert await refusal(**body) == expected


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000, b'{"input": "\\ud800"}'])
async def test_a_body_that_is_no_json_object_is_refused(api: httpx.AsyncClient, body: bytes) -> None:
    response = await api.post("/interactions", content=body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")


async def test_an_unstored_interaction_can_be_neither_read_nor_continued(
    api: httpx.AsyncClient, create: Create, refusal: Refusal
) -> None:
    unstored = await create("Hello", store=False)

    got = await api.get(f"/interactions/{unstored['id']}")
    chained = await refusal(model=MODEL, input="And?", previous_interaction_id=unstored["id"])

    assert got.status_code == 404
    assert chained == (404, "not_found")


async def test_an_unstored_interaction_may_build_on_a_stored_one(create: Create, said: Said) -> None:
    first = await create("My name is Phil")

    second = await create("What is my name?", previous_interaction_id=first["id"], store=False)

    assert "**Phil**" in said(second)


async def test_a_running_interaction_cannot_be_continued(create: Create, refusal: Refusal) -> None:
    running = await create("Reefs", agent=RESEARCH, background=True)

    assert await refusal(model=MODEL, input="And?", previous_interaction_id=running["id"]) == (
        400,
        "failed_precondition",
    )


async def test_a_deleted_interaction_is_gone_and_no_longer_remembered(
    api: httpx.AsyncClient, create: Create, refusal: Refusal, said: Said
) -> None:
    first = await create("My name is Phil")
    second = await create("Hello", previous_interaction_id=first["id"])

    deleted = await api.delete(f"/interactions/{first['id']}")
    third = await create("What is my name?", previous_interaction_id=second["id"])

    assert (deleted.status_code, deleted.json()) == (200, {})
    assert (await api.get(f"/interactions/{first['id']}")).status_code == 404
    assert (await api.delete(f"/interactions/{first['id']}")).status_code == 404
    assert await refusal(model=MODEL, input="x", previous_interaction_id=first["id"]) == (404, "not_found")
    assert "not told me" in said(third)


async def test_two_interactions_may_continue_the_same_one(create: Create, said: Said) -> None:
    root = await create("My name is Phil")
    left = await create("My name is Ann", previous_interaction_id=root["id"])

    right = await create("What is my name?", previous_interaction_id=root["id"])
    below_left = await create("What is my name?", previous_interaction_id=left["id"])

    assert "**Phil**" in said(right)
    assert "**Ann**" in said(below_left)


async def test_a_system_instruction_is_not_inherited(create: Create, said: Said) -> None:
    first = await create("What is your system instruction?", system_instruction="Be brief.")

    second = await create("What is your system instruction?", previous_interaction_id=first["id"])

    assert "> Be brief." in said(first)
    assert "No system instruction" in said(second)


@pytest.mark.parametrize(("wanted", "shown"), [("auto", True), ("none", False), (None, False)])
async def test_thoughts_are_summarised_only_when_asked_and_always_signed(
    create: Create, wanted: str | None, shown: bool
) -> None:
    answer = await create("Hello", generation_config={"thinking_summaries": wanted})

    thought = answer["steps"][0]
    assert ("summary" in thought) is shown
    assert thought["signature"]


async def test_usage_counts_the_whole_chain(create: Create) -> None:
    first = await create("My name is Phil, and that is all.")

    second = await create("x" * 400, previous_interaction_id=first["id"], system_instruction="y" * 40)

    usage = second["usage"]
    assert first["usage"]["total_input_tokens"] == 9
    assert usage["total_input_tokens"] >= 9 + first["usage"]["total_output_tokens"] + 100 + 10
    assert usage["total_tokens"] == sum(usage[f"total_{kind}_tokens"] for kind in ("input", "output", "thought"))


async def test_too_few_tokens_leave_the_answer_incomplete(create: Create) -> None:
    answer = await create("Write a long answer", generation_config={"max_output_tokens": 60})

    assert answer["status"] == "incomplete"
    assert answer["usage"]["total_output_tokens"] + answer["usage"]["total_thought_tokens"] <= 60


@pytest.mark.parametrize("spelling", ["/cancel", ":cancel"])
@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_cancel_stops_a_background_interaction(
    api: httpx.AsyncClient, create: Create, ended: Ended, version: str, spelling: str
) -> None:
    running = await create("Reefs", agent=RESEARCH, background=True)
    assert "steps" not in running

    url = f"{api.base_url.copy_with(path='')}/{version}/interactions/{running['id']}{spelling}"
    cancelled = await api.post(url)

    assert cancelled.json()["status"] == "cancelled"
    assert (await ended(running["id"]))["status"] == "cancelled"
    assert (await api.post(url)).json()["error"]["code"] == "failed_precondition"


async def test_only_background_interactions_can_be_cancelled(api: httpx.AsyncClient, create: Create) -> None:
    finished = await create("Hello")

    response = await api.post(f"/interactions/{finished['id']}/cancel")

    assert response.status_code == 400


async def test_a_post_to_an_interaction_that_cancels_nothing_is_unknown(api: httpx.AsyncClient) -> None:
    assert (await api.post("/interactions/v1_x")).status_code == 404
    assert (await api.post("/interactions/v1_x/cancel")).status_code == 404
    assert (await api.get("/models")).json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "given", [{"x-goog-api-key": "right"}, {"authorization": "Bearer right"}, {"x-goog-api-key": ""}, {}]
)
async def test_a_key_is_asked_for_and_never_recorded(given: dict[str, str]) -> None:
    gemini = GeminiSimulator(accept_key="right")

    async with gemini.serve() as url, httpx.AsyncClient() as client:
        query = {} if any(given.values()) else {"key": "right"}
        right = await client.get(f"{url}/v1/interactions/v1_x", headers=given, params=query)
        wrong = await client.get(f"{url}/v1/interactions/v1_x", headers={"x-goog-api-key": "wrong"})
        none = await client.get(f"{url}/v1/interactions/v1_x")

    assert [right.status_code, wrong.status_code, none.status_code] == [404, 401, 401]
    assert wrong.json()["error"]["code"] == "authentication"
    assert "right" not in str(gemini.requests)
    assert "wrong" not in str(gemini.requests)


async def test_the_ledger_has_what_was_sent(api: httpx.AsyncClient, gemini: GeminiSimulator, create: Create) -> None:
    first = await create("Hello")
    await create("And?", previous_interaction_id=first["id"])
    await api.get(f"/interactions/{first['id']}", params={"stream": "false"})

    asked, chained, got = gemini.requests

    assert (asked.method, asked.path, asked.body["input"]) == ("POST", "/v1/interactions", "Hello")
    assert (asked.previous_interaction_id, chained.previous_interaction_id) == (None, first["id"])
    assert (got.query, got.body, got.headers["x-goog-api-key"]) == ({"stream": "false"}, {}, "<redacted>")
    assert asked.at <= chained.at <= got.at


async def test_another_host_name_is_not_answered(api: httpx.AsyncClient) -> None:
    response = await api.get("/interactions/v1_x", headers={"host": "evil.example"})

    assert response.status_code == 400
