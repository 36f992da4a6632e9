"""A stream as oddly written as it may be is the same stream, and a token brings the rest of an answer."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import Continues, Ends, Framed, GeminiSimulator, Novel

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Events = Callable[..., Awaitable[list[Json]]]
Refusal = Callable[..., Awaitable[tuple[int, str]]]
Said = Callable[[Json], str]

MODEL = "gemini-3.8-flash"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
async def test_an_odd_stream_says_the_same(api: httpx.AsyncClient, gemini: GeminiSimulator, line_end: Any) -> None:
    gemini.answers("Li", "ège ", "☕.")
    gemini.fails(Framed(line_end=line_end, byte_order_mark=True, pings=True, split_data=True, chunk_bytes=1))
    body = {"model": MODEL, "input": "Hello", "stream": True}
    gemini_answer = await api.post("/interactions", json=body)

    odd = await api.post("/interactions", json=body)

    assert odd.content.startswith(b"\xef\xbb\xbf: ping")
    frames = odd.content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    data = ["".join(line[5:] for line in frame.split("\n") if line.startswith("data:")) for frame in frames]
    kinds = [json.loads(each)["event_type"] for each in data if each.startswith(" {")]
    assert kinds[0] == "interaction.created"
    assert kinds[-1] == "interaction.completed"
    assert "☕" in gemini_answer.text


async def test_unknown_kinds_come_before_the_answer(gemini: GeminiSimulator, events: Events) -> None:
    gemini.fails(Novel())

    seen = await events("Hello")

    assert "interaction.pondered" in [event["event_type"] for event in seen]
    assert [event["step"]["type"] for event in seen if "step" in event] == ["brand_new_step", "thought", "model_output"]
    assert seen[-2]["interaction"]["status"] == "completed"


@pytest.mark.parametrize("status", ["budget_exceeded", "requires_action", "failed", "incomplete", "cancelled"])
async def test_an_interaction_ends_with_any_status(create: Create, gemini: GeminiSimulator, status: Any) -> None:
    gemini.fails(Ends(status=status, after_deltas=1))

    assert (await create("Hello"))["status"] == status


async def test_a_token_brings_the_rest(create: Create, gemini: GeminiSimulator, said: Said) -> None:
    gemini.fails(Continues(after_deltas=2))
    first = await create("Count to 4")
    token = {"continuation_token": first["continuation_token"]}

    rest = await create(None, previous_interaction_id=first["id"], **token)
    again = await create(None, previous_interaction_id=first["id"], **token)

    assert (first["status"], rest["status"]) == ("requires_continuation", "completed")
    assert said(first) + said(rest) == "1, 2, 3, 4"
    assert said(again) == said(rest)
    assert rest["id"] != again["id"]


async def test_a_token_needs_what_belongs_to_it(create: Create, gemini: GeminiSimulator, refusal: Refusal) -> None:
    gemini.fails(Continues(), times=2)
    stored = (await create("Count to 4"))["continuation_token"]
    unstored = (await create("Count to 4", store=False))["continuation_token"]

    for body in ({"continuation_token": stored, "input": "x"}, {"continuation_token": unstored, "input": "Other"}):
        assert await refusal(model=MODEL, store=False, **body) == (400, "invalid_request")
