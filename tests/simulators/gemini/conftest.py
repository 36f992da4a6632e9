"""A simulator on a real socket and a plain HTTP client that knows nothing of ours."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator

Json = dict[str, Any]


@pytest.fixture
def gemini() -> GeminiSimulator:
    return GeminiSimulator(research_seconds=0.2)


@pytest.fixture
async def api(gemini: GeminiSimulator) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-goog-api-key": "any"}
    async with gemini.serve() as url, httpx.AsyncClient(base_url=f"{url}/v1", headers=headers, timeout=5) as client:
        yield client


@pytest.fixture
def create(api: httpx.AsyncClient) -> Callable[..., Awaitable[Json]]:
    """Create an interaction that must succeed; the model is filled in unless an agent is named."""

    async def call(text: object, **fields: object) -> Json:
        who = {} if "agent" in fields else {"model": "gemini-3.8-flash"}
        response = await api.post("/interactions", json={**who, "input": text, **fields})
        assert response.status_code == 200, response.text
        return response.json()

    return call


@pytest.fixture
def refusal(api: httpx.AsyncClient) -> Callable[..., Awaitable[tuple[int, str]]]:
    """Create an interaction that must not succeed: HTTP status and error code."""

    async def call(**body: object) -> tuple[int, str]:
        response = await api.post("/interactions", json=body)
        return response.status_code, response.json()["error"]["code"]

    return call


@pytest.fixture
def events(api: httpx.AsyncClient) -> Callable[..., Awaitable[list[Json]]]:
    """Create a streamed interaction: its events, `[DONE]` as an event `done`."""

    async def call(text: object, **fields: object) -> list[Json]:
        body = {"model": "gemini-3.8-flash", "input": text, "stream": True, **fields}
        response = await api.post("/interactions", json=body)
        assert response.headers["content-type"].startswith("text/event-stream")
        return _parse(response.text)

    return call


@pytest.fixture
def follow(api: httpx.AsyncClient) -> Callable[..., Awaitable[list[Json]]]:
    """Read the events of an interaction that exists, from the beginning or after an event."""

    async def call(interaction_id: str, **query: str) -> list[Json]:
        response = await api.get(f"/interactions/{interaction_id}", params={"stream": "true", **query})
        assert response.status_code == 200, response.text
        return _parse(response.text)

    return call


@pytest.fixture
def ended(api: httpx.AsyncClient, follow: Callable[..., Awaitable[list[Json]]]) -> Callable[[str], Awaitable[Json]]:
    """Wait for the end of an interaction and get it."""

    async def call(interaction_id: str) -> Json:
        await follow(interaction_id)
        return (await api.get(f"/interactions/{interaction_id}")).json()

    return call


@pytest.fixture
def said() -> Callable[[Json], str]:
    """The text of an interaction's last step."""

    def call(interaction: Json) -> str:
        return next(block["text"] for block in interaction["steps"][-1]["content"] if block["type"] == "text")

    return call


def _parse(body: str) -> list[Json]:
    frames = [frame.split("\n", 1) for frame in body.split("\n\n") if frame.startswith("event: ")]
    return [_event(name.removeprefix("event: "), data.removeprefix("data: ")) for name, data in frames]


def _event(name: str, data: str) -> Json:
    if data == "[DONE]":
        return {"event_type": name}
    event: Json = json.loads(data)
    assert event["event_type"] == name
    return event
