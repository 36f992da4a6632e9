"""The older edition on the wire: who is spoken to in it, what it reads, what it answers and streams."""

import json
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator

Json = dict[str, Any]
MODEL = "gemini-3-flash-preview"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
}
FIRST_SDK = "google-genai-sdk/1.55.0 gl-python/3.11.7"
LATER_SDK = "google-genai-sdk/3.3.0 gl-python/3.11.7"


async def post(api: httpx.AsyncClient, text: object, **fields: object) -> Json:
    body = {"model": MODEL, "input": text, **fields}
    response = await api.post(f"{base(api)}/outputs/v1beta/interactions", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def stream(api: httpx.AsyncClient, text: object, **fields: object) -> list[Json]:
    body = {"model": MODEL, "input": text, "stream": True, **fields}
    response = await api.post(f"{base(api)}/outputs/v1beta/interactions", json=body)
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    return [json.loads(line) for line in lines]


def base(api: httpx.AsyncClient) -> str:
    return str(api.base_url.copy_with(path="")).rstrip("/")


@pytest.mark.parametrize(
    ("path", "headers", "default", "spoken"),
    [
        ("/v1beta", {}, "steps", "steps"),
        ("/v1beta", {}, "outputs", "outputs"),
        ("/v1beta", {"user-agent": FIRST_SDK}, "steps", "outputs"),
        ("/v1", {"user-agent": LATER_SDK}, "outputs", "steps"),
        ("/v1beta", {"user-agent": FIRST_SDK, "api-revision": "2026-05-20"}, "outputs", "steps"),
        ("/v1beta", {"user-agent": LATER_SDK, "api-revision": "2026-05-07"}, "steps", "outputs"),
        ("/outputs/v1beta", {"api-revision": "2026-05-20", "user-agent": LATER_SDK}, "steps", "outputs"),
    ],
)
async def test_the_edition_is_the_one_the_caller_means(path: str, headers: Json, default: Any, spoken: str) -> None:
    gemini = GeminiSimulator(edition=default)
    key = {"x-goog-api-key": "any"}
    async with gemini.serve() as url, httpx.AsyncClient(headers=key) as api:
        body = {"model": MODEL, "input": "Hello"}
        answer = (await api.post(f"{url}{path}/interactions", json=body, headers=headers)).json()

    assert spoken in answer
    assert not {"steps", "outputs"} - {spoken} & set(answer)


async def test_an_answer_has_outputs_a_role_and_both_names_of_thought_tokens(api: httpx.AsyncClient) -> None:
    answer = await post(api, "Hello")

    assert answer["role"] == "model"
    assert [block["type"] for block in answer["outputs"]] == ["thought", "text"]
    assert answer["outputs"][0]["summary"]
    assert answer["usage"]["total_reasoning_tokens"] == answer["usage"]["total_thought_tokens"] > 0


async def test_turns_with_roles_are_a_history(api: httpx.AsyncClient) -> None:
    history: list[Json] = [{"role": "user", "content": "Weather in Rome?"}]
    asked = await post(api, history, tools=[WEATHER])
    call = asked["outputs"][-1]
    result = {"type": "function_result", "name": "get_weather", "call_id": call["id"], "result": "sunny"}

    answer = await post(
        api, [*history, {"role": "model", "content": asked["outputs"]}, {"role": "user", "content": [result]}]
    )

    assert (asked["status"], call["arguments"]) == ("requires_action", {"location": "Rome"})
    assert "sunny" in answer["outputs"][-1]["text"]


@pytest.mark.parametrize(
    "body",
    [
        {"input": [{"type": "user_input", "content": [{"type": "text", "text": "x"}]}]},
        {"input": [{"role": "system", "content": "x"}]},
        {"input": [{"role": "user"}]},
        {"input": "x", "labels": {"a": "b"}},
        {"input": "x", "continuation_token": "ct"},
    ],
)
async def test_what_only_steps_has_is_refused(api: httpx.AsyncClient, body: Json) -> None:
    response = await api.post(f"{base(api)}/outputs/v1beta/interactions", json={"model": MODEL, **body})

    assert response.status_code == 400


async def test_get_has_outputs_only_and_the_input_when_asked(api: httpx.AsyncClient) -> None:
    made = await post(api, [{"role": "user", "content": "Hi"}, {"role": "model", "content": "Ho"}])
    url = f"{base(api)}/outputs/v1beta/interactions/{made['id']}"

    got = (await api.get(url)).json()
    with_input = (await api.get(url, params={"include_input": "true"})).json()

    assert got["outputs"] == made["outputs"]
    assert "input" not in got
    assert [turn["role"] for turn in with_input["input"]] == ["user", "model"]


async def test_a_stream_has_the_older_events_and_whole_calls(api: httpx.AsyncClient) -> None:
    events = await stream(api, "Weather in Liège?", tools=[WEATHER])

    assert [event["event_type"] for event in events] == [
        "interaction.start",
        "interaction.status_update",
        "content.start",
        "content.delta",
        "content.delta",
        "content.stop",
        "content.start",
        "content.delta",
        "content.stop",
        "interaction.complete",
    ]
    assert events[7]["delta"]["arguments"] == {"location": "Liège"}
    assert events[7]["delta"]["name"] == "get_weather"
    assert events[-1]["interaction"]["status"] == "requires_action"


async def test_every_block_of_a_stream_has_an_index_of_its_own(api: httpx.AsyncClient) -> None:
    events = await stream(api, "A red bicycle", model="gemini-3.1-flash-image-preview")

    started = [(event["index"], event["content"]["type"]) for event in events if event["event_type"] == "content.start"]
    stopped = [event["index"] for event in events if event["event_type"] == "content.stop"]
    assert started == [(0, "thought"), (1, "text"), (2, "image")]
    assert stopped == [0, 1, 2]


async def test_a_stream_is_resumed_after_any_event(api: httpx.AsyncClient) -> None:
    events = await stream(api, "Find the weather in Rome", tools=[{"type": "google_search"}, WEATHER])
    url = f"{base(api)}/outputs/v1beta/interactions/{events[0]['interaction']['id']}"

    for place, event in enumerate(events):
        if "event_id" in event:
            query = {"stream": "true", "last_event_id": event["event_id"]}
            lines = (await api.get(url, params=query)).text.splitlines()
            resumed = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
            assert resumed == events[place + 1 :]


async def test_search_and_citations_have_the_older_names(api: httpx.AsyncClient) -> None:
    answer = await post(api, "Who won?", tools=[{"type": "google_search"}, {"type": "google_maps"}])

    by_type = {block["type"]: block for block in answer["outputs"]}
    found = by_type["google_search_result"]
    assert found["rendered_content"] == found["result"][0]["rendered_content"]
    assert all(page["url"].startswith("https://example.invalid/") for page in found["result"])
    assert by_type["google_maps_result"]["result"]["places"]
    assert all("source" in citation for citation in by_type["text"]["annotations"] if "url" in citation)
    assert json.dumps(answer).count("search_suggestions") == 0
