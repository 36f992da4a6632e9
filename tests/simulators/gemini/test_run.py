"""Interactions in time: streams, resuming, background work, callers who leave."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Events = Callable[..., Awaitable[list[Json]]]
Said = Callable[[Json], str]

RESEARCH = "deep-research-preview-04-2026"


def text_of(events: list[Json]) -> str:
    return "".join(event["delta"]["text"] for event in events if event.get("delta", {}).get("type") == "text")


async def test_a_stream_has_the_events_in_order(gemini: GeminiSimulator, events: Events) -> None:
    gemini.answers("Par", "is.")

    seen = await events("Capital of France?", generation_config={"thinking_summaries": "auto"})

    assert [event["event_type"] for event in seen] == [
        "interaction.created",
        "interaction.status_update",
        "step.start",
        "step.delta",
        "step.delta",
        "step.stop",
        "step.start",
        "step.delta",
        "step.delta",
        "step.stop",
        "interaction.completed",
        "done",
    ]
    assert [event["delta"]["type"] for event in seen if "delta" in event] == [
        "thought_summary",
        "thought_signature",
        "text",
        "text",
    ]
    assert text_of(seen) == "Paris."
    assert "steps" not in seen[-2]["interaction"]
    assert seen[-2]["interaction"]["usage"]["total_output_tokens"] == 2


async def test_only_some_events_have_an_id(events: Events) -> None:
    seen = await events("Hello")

    with_id = [event for event in seen if "event_id" in event]
    assert {event["delta"]["type"] for event in with_id} == {"text"}
    assert len({event["event_id"] for event in with_id}) == len(with_id)


async def test_a_stream_and_a_single_answer_say_the_same(api: httpx.AsyncClient, events: Events, said: Said) -> None:
    seen = await events("Write a long answer, please: ü")

    got = (await api.get(f"/interactions/{seen[0]['interaction']['id']}")).json()

    assert said(got) == text_of(seen)
    assert len(text_of(seen)) > 3_000


async def test_a_stream_goes_on_after_any_event_id(events: Events, follow: Events) -> None:
    seen = await events("Count to 8")
    interaction_id = seen[0]["interaction"]["id"]

    for place, event in enumerate(seen):
        if "event_id" in event:
            assert await follow(interaction_id, last_event_id=event["event_id"]) == seen[place + 1 :]
    assert await follow(interaction_id) == seen


async def test_an_event_id_of_another_interaction_is_refused(api: httpx.AsyncClient, create: Create) -> None:
    interaction = await create("Hello")

    query = {"stream": "true", "last_event_id": "evt_9999"}
    response = await api.get(f"/interactions/{interaction['id']}", params=query)

    assert response.json()["error"]["code"] == "invalid_request"


async def test_an_interaction_goes_on_when_its_caller_leaves() -> None:
    gemini = GeminiSimulator(delay_seconds=0.01)
    body = {"model": "gemini-3.8-flash", "input": "Count to 20", "stream": True}

    async with asyncio.timeout(5), gemini.serve() as url, client_of(url) as api:
        async with api.stream("POST", "/interactions", json=body) as response:
            lines = response.aiter_lines()
            begun = "".join([await anext(lines) for _ in range(2)])
        interaction_id = begun.split('"id":"')[1].split('"')[0]
        running = (await api.get(f"/interactions/{interaction_id}")).json()
        rest = await api.get(f"/interactions/{interaction_id}", params={"stream": "true"})

    assert running["status"] == "in_progress"
    assert " 20" in rest.text
    assert rest.text.endswith("data: [DONE]\n\n")


async def test_resuming_a_foreground_stream_can_be_forbidden() -> None:
    gemini = GeminiSimulator(resume_foreground=False)

    async with gemini.serve() as url, client_of(url) as api:
        foreground = (await api.post("/interactions", json={"model": "m", "input": "Hello"})).json()
        background = (await api.post("/interactions", json={"model": "m", "input": "Hello", "background": True})).json()
        refused = await api.get(f"/interactions/{foreground['id']}", params={"stream": "true"})
        streamed = await api.get(f"/interactions/{background['id']}", params={"stream": "true"})

    assert refused.status_code == 400
    assert streamed.text.endswith("data: [DONE]\n\n")


async def test_a_model_works_in_the_background(create: Create, ended: Callable[[str], Awaitable[Json]]) -> None:
    running = await create("Hello", background=True)

    finished = await ended(running["id"])

    assert (running["status"], finished["status"]) == ("in_progress", "completed")
    assert "steps" not in running


async def test_cancelling_ends_the_stream_of_everyone_who_reads() -> None:
    gemini = GeminiSimulator(research_seconds=60)

    async with asyncio.timeout(5), gemini.serve() as url, client_of(url) as api:
        body = {"agent": RESEARCH, "input": "Reefs", "background": True}
        running = (await api.post("/interactions", json=body)).json()
        query = {"stream": "true"}
        readers = [asyncio.create_task(api.get(f"/interactions/{running['id']}", params=query)) for _ in range(2)]
        await api.post(f"/interactions/{running['id']}/cancel")
        streams = [(await reader).text for reader in readers]

    assert all('"status":"cancelled"' in stream and stream.endswith("data: [DONE]\n\n") for stream in streams)


async def test_deleting_a_running_interaction_leaves_its_readers_alone() -> None:
    gemini = GeminiSimulator(delay_seconds=0.01)
    body = {"model": "m", "input": "Count to 20", "stream": True}

    async with asyncio.timeout(5), gemini.serve() as url, client_of(url) as api:
        async with api.stream("POST", "/interactions", json=body) as response:
            lines = response.aiter_lines()
            begun = "".join([await anext(lines) for _ in range(2)])
            interaction_id = begun.split('"id":"')[1].split('"')[0]
            deleted = await api.delete(f"/interactions/{interaction_id}")
            rest = [line async for line in lines]
        got = await api.get(f"/interactions/{interaction_id}")

    assert (deleted.status_code, got.status_code) == (200, 404)
    assert "data: [DONE]" in rest


@pytest.mark.parametrize("background", [True, False])
async def test_the_simulator_goes_down_with_a_stream_open(background: bool) -> None:
    gemini = GeminiSimulator(delay_seconds=60)
    body = {"model": "m", "input": "Hello", "stream": True, "background": background}

    async with AsyncExitStack() as clients, asyncio.timeout(5):
        async with gemini.serve() as url:
            api = await clients.enter_async_context(client_of(url))
            response = await clients.enter_async_context(api.stream("POST", "/interactions", json=body))
        rest = await response.aread()

    assert b"interaction.created" in rest
    assert b"interaction.completed" not in rest
    assert b"[DONE]" not in rest


async def test_nothing_is_left_running() -> None:
    gemini = GeminiSimulator(research_seconds=60)
    before = asyncio.all_tasks()

    async with gemini.serve() as url, client_of(url) as api:
        await api.post("/interactions", json={"agent": RESEARCH, "input": "Reefs", "background": True})

    assert asyncio.all_tasks() == before


def client_of(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"{url}/v1", headers={"x-goog-api-key": "any"}, timeout=5)
