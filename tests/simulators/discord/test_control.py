"""The control routes: another process plays the people and watches."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator

Outside = httpx.AsyncClient


@pytest.fixture
async def outside(simulator: DiscordSimulator) -> AsyncIterator[Outside]:
    async with httpx.AsyncClient(base_url=simulator.api_url.removesuffix("/api/v10") + "/control") as client:
        yield client


async def test_people_write_edit_react_and_delete(
    simulator: DiscordSimulator, outside: Outside, general: str, ada: str
) -> None:
    file = {"filename": "a.txt", "content_base64": base64.b64encode(b"abc").decode()}
    said = await outside.post(
        "/say", json={"channel_id": general, "user_id": ada, "text": "@Parley hi", "files": [file]}
    )
    message_id = said.json()["id"]
    await outside.post("/edit", json={"message_id": message_id, "text": "changed"})
    await outside.post("/react", json={"message_id": message_id, "user_id": ada, "emoji": "🛑"})

    message = simulator.messages(general)[0]
    assert (message.content, message.attachments[0].size_bytes) == ("changed", 3)
    assert message.reactions == {"🛑": [ada]}
    await outside.post("/delete", json={"message_id": message_id})
    assert simulator.messages(general) == []


async def test_the_state_shows_everything_but_secrets(
    simulator: DiscordSimulator, outside: Outside, rest: httpx.AsyncClient, general: str, ada: str
) -> None:
    command = {"name": "ask", "description": "Ask"}
    await rest.put(f"/applications/{simulator.bot.id}/commands", json=[command])
    asked = await simulator.command("ask", {}, channel_id=general, user_id=ada)
    message = await simulator.say(general, "hi", user_id=ada)
    simulator.open_thread(general, "Plan", user_id=ada, message_id=message.id)
    await outside.post("/direct", json={"user_id": ada})

    reply = await outside.get("/state")

    state = reply.json()
    assert [(channel["kind"], channel["name"]) for channel in state["channels"]] == [
        ("text", "general"),
        ("text", "random"),
        ("thread", "Plan"),
        ("direct", "Ada"),
    ]
    assert state["channels"][0]["messages"][0]["author"] == "Ada"
    assert state["interactions"][0]["id"] == asked.id
    assert asked.token not in reply.text
    assert simulator.token not in reply.text


async def test_changes_are_streamed_and_can_be_taken_up_again(
    simulator: DiscordSimulator, outside: Outside, general: str, ada: str
) -> None:
    async def next_event(after: int) -> dict[str, Any]:
        async with outside.stream("GET", "/changes", headers={"Last-Event-ID": str(after)}) as reply:
            async for line in reply.aiter_lines():
                if line.startswith("data: "):
                    return json.loads(line[6:])
        raise AssertionError("the stream ended")

    first = await simulator.say(general, "one", user_id=ada)
    seen = await next_event(0)
    second = await simulator.say(general, "two", user_id=ada)

    assert (seen["kind"], seen["message_id"]) == ("post", first.id)
    assert (await next_event(seen["number"]))["message_id"] == second.id


async def test_failures_and_drops_are_scripted_from_outside(
    simulator: DiscordSimulator, outside: Outside, rest: httpx.AsyncClient, general: str
) -> None:
    failure = {"status": 503, "times": 1}
    await outside.post("/fail", json={"route": "POST /channels/{channel_id}/messages", "failure": failure})
    dropped = await outside.post("/drop", json={"resumable": False})

    broken = await rest.post(f"/channels/{general}/messages", json={"content": "x"})
    ledger = (await outside.get("/ledger", params={"kind": "call"})).json()

    assert (broken.status_code, dropped.status_code) == (503, 200)
    assert [entry["status"] for entry in ledger["entries"]] == [503]


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("say", {"channel_id": "1", "user_id": "2", "text": "x"}, "Unknown Channel"),
        ("say", {"text": "x"}, "channel_id"),
        ("press", {"message_id": "1", "custom_id": "x", "user_id": "2"}, "Unknown Message"),
        ("command", {"name": "nothing", "channel_id": "1", "user_id": "2"}, "registered"),
    ],
)
async def test_mistakes_are_answered_in_words(outside: Outside, name: str, body: dict[str, str], sentence: str) -> None:
    reply = await outside.post(f"/{name}", json=body)

    assert reply.status_code == 400
    assert sentence in reply.json()["error"]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}])
async def test_pages_from_elsewhere_are_refused(
    simulator: DiscordSimulator, outside: Outside, headers: dict[str, str]
) -> None:
    reply = await outside.post("/drop", json={}, headers=headers)

    assert reply.status_code == 403
    assert simulator.ledger.of("gateway") == []
