"""Another process can play the people, script faults and read the ledger."""

import asyncio
import base64
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.simulators.slack import SlackSimulator


@pytest.fixture
def origin(simulator: SlackSimulator) -> str:
    return simulator.api_url.removesuffix("/api/")


async def post(http: aiohttp.ClientSession, url: str, body: object) -> dict[str, Any]:
    async with http.post(url, json=body) as response:
        return await response.json()


async def test_a_person_writes_edits_and_deletes(
    simulator: SlackSimulator, app: Any, http: aiohttp.ClientSession, origin: str
) -> None:
    file = {"name": "a.txt", "content_base64": base64.b64encode(b"a").decode()}
    order = {"channel": "C0GENERAL", "user": "U0ADA", "text": "@Parley hello", "files": [file]}

    said = await post(http, f"{origin}/control/say", order)
    place = {"channel": "C0GENERAL", "ts": said["ts"]}
    await post(http, f"{origin}/control/edit", {**place, "text": "bye"})
    state = await (await http.get(f"{origin}/control/state")).json()
    await post(http, f"{origin}/control/delete", place)

    [general] = [channel for channel in state["channels"] if channel["id"] == "C0GENERAL"]
    assert general["threads"][0]["messages"][0]["text"] == "bye"
    assert simulator.thread("C0GENERAL", said["ts"]) == []
    await simulator.wait_for(lambda: app.of("app_mention"))


async def test_a_person_reacts(simulator: SlackSimulator, app: Any, http: aiohttp.ClientSession, origin: str) -> None:
    message = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")
    order = {"channel": "C0GENERAL", "ts": message.ts, "name": "octagonal_sign", "user": "U0GRACE"}

    assert (await post(http, f"{origin}/control/react", order))["ok"]

    assert message.reactions == {"octagonal_sign": ["U0GRACE"]}
    await simulator.wait_for(lambda: app.of("reaction_added"))


async def test_faults_are_scripted(client: Any, http: aiohttp.ClientSession, origin: str) -> None:
    failure = {"kind": "refusal", "error": "fatal_error"}

    assert (await post(http, f"{origin}/control/fail", {"method": "auth.test", "failure": failure}))["ok"]

    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.auth_test()


async def test_changes_are_pushed_as_they_come(
    simulator: SlackSimulator, http: aiohttp.ClientSession, origin: str
) -> None:
    async with asyncio.timeout(5), http.get(f"{origin}/control/changes") as response:
        await response.content.readuntil(b"\n\n")
        await simulator.say("C0GENERAL", "hello", user_id="U0ADA")
        event = (await response.content.readuntil(b"\n\n")).decode()

    assert event.startswith("id: 1\nevent: post\n")
    assert json.loads(event.split("data: ")[1])["text"] == "hello"


async def test_the_ledger_is_read_from_where_one_was(
    simulator: SlackSimulator, http: aiohttp.ClientSession, origin: str
) -> None:
    for text in ("one", "two"):
        await simulator.say("C0GENERAL", text, user_id="U0ADA")

    ledger = await (await http.get(f"{origin}/control/ledger?after=1&kind=post")).json()

    assert [entry["text"] for entry in ledger["entries"]] == ["two"]


@pytest.mark.parametrize(
    "body",
    [{}, {"channel": "C0GENERAL", "user": "U0NOBODY", "text": "a"}, {"channel": "C9", "user": "U0ADA", "text": "a"}],
)
async def test_a_mistake_is_a_400_with_a_sentence(
    http: aiohttp.ClientSession, origin: str, body: dict[str, str]
) -> None:
    async with http.post(f"{origin}/control/say", json=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]


async def test_a_foreign_page_cannot_post_or_ask_by_another_name(http: aiohttp.ClientSession, origin: str) -> None:
    async with http.post(f"{origin}/control/say", data="{}", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415
    async with http.get(f"{origin}/control/state", headers={"Host": "evil.example"}) as response:
        assert response.status == 400
