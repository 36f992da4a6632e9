"""Buttons and commands reach the app as signed forms; it may answer by the given address."""

import json
from typing import Any

import aiohttp
import pytest

from bot.simulators.slack import NotThere, SlackSimulator

STOP = {
    "type": "actions",
    "block_id": "controls",
    "elements": [
        {"type": "button", "action_id": "stop", "value": "turn-1", "text": {"type": "plain_text", "text": "Stop"}}
    ],
}


async def test_a_pressed_button_reaches_the_app(simulator: SlackSimulator, app: Any, client: Any) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="working", blocks=[STOP])
    message = simulator.workspace.message("C0GENERAL", posted["ts"])

    answer = await simulator.press(message, "stop", "U0ADA")

    payload = json.loads(app.forms[0]["payload"])
    assert (answer.status, payload["type"], payload["user"]["id"]) == (200, "block_actions", "U0ADA")
    assert (payload["actions"][0]["value"], payload["actions"][0]["block_id"]) == ("turn-1", "controls")
    assert payload["container"]["message_ts"] == message.ts


async def test_a_button_that_is_not_there_cannot_be_pressed(simulator: SlackSimulator, app: Any, client: Any) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="working", blocks=[STOP])

    with pytest.raises(NotThere):
        await simulator.press(simulator.workspace.message("C0GENERAL", posted["ts"]), "retry", "U0ADA")

    assert app.forms == []


async def test_a_command_can_be_answered_five_times(
    simulator: SlackSimulator, app: Any, http: aiohttp.ClientSession
) -> None:
    answer = await simulator.command("/parley", "help me", channel_id="C0GENERAL", user_id="U0ADA")

    assert answer.body == b"done"
    [form] = app.forms
    assert (form["command"], form["text"], form["user_id"]) == ("/parley", "help me", "U0ADA")
    statuses = list[int]()
    for _ in range(6):
        async with http.post(form["response_url"], json={"text": "hi"}) as response:
            statuses.append(response.status)
    assert statuses == [200, 200, 200, 200, 200, 404]
    assert len(simulator.ledger.of("response")) == 5
