"""Who may call, rate limits, and scripted failures."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulators.slack import RateLimited, Refusal, ReplyLost, ServerFault, SlackSimulator, Stall

Connect = Callable[[str], AsyncWebClient]


async def refused(call: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value


async def test_a_wrong_token_an_absent_one_and_an_unknown_method_are_refused(
    client: Any, connect: Connect, simulator: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    assert (await refused(connect("xoxb-other").auth_test())).response["error"] == "invalid_auth"
    assert (await refused(client.api_call("chat.shout"))).response["error"] == "unknown_method"
    async with http.post(f"{simulator.api_url}auth.test") as response:
        assert (response.status, await response.json()) == (200, {"ok": False, "error": "not_authed"})


async def test_broken_json_is_refused_not_a_crash(simulator: SlackSimulator, http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {simulator.token}"}

    async with http.post(f"{simulator.api_url}auth.test", data=b"{", headers=headers) as response:
        assert await response.json() == {"ok": False, "error": "invalid_json"}


async def test_posts_of_one_channel_are_slowed_down_after_a_burst(simulator: SlackSimulator, client: Any) -> None:
    for number in range(5):
        await client.chat_postMessage(channel="C0GENERAL", text=str(number))

    error = await refused(client.chat_postMessage(channel="C0GENERAL", text="too fast"))

    assert (error.response.status_code, error.response["error"]) == (429, "ratelimited")
    assert error.response.headers["Retry-After"] == "1"
    direct = simulator.workspace.open_dm("U0ADA")
    await client.chat_postMessage(channel=direct.id, text="another channel is free")


async def test_a_call_inside_the_retry_after_time_is_a_violation(simulator: SlackSimulator, client: Any) -> None:
    simulator.fails("chat.update", RateLimited(retry_after_seconds=30))
    own = (await client.chat_postMessage(channel="C0GENERAL", text="a"))["ts"]
    await refused(client.chat_update(channel="C0GENERAL", ts=own, text="b"))
    await asyncio.sleep(0.15)  # past the grace for calls that were on their way

    error = await refused(client.chat_update(channel="C0GENERAL", ts=own, text="c"))

    assert error.response.status_code == 429
    [violation] = simulator.ledger.of("violation")
    assert (violation["reason"], violation["method"]) == ("call_inside_retry_after", "chat.update")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("text", "text/plain"),
        ("html", "text/html"),
        ("broken_json", "application/json"),
        ("bytes", "application/json"),
    ],
)
async def test_a_fault_has_the_body_that_is_asked_for(
    simulator: SlackSimulator, http: aiohttp.ClientSession, body: Any, content_type: str
) -> None:
    simulator.fails("auth.test", ServerFault(status=502, body=body))

    headers = {"Authorization": f"Bearer {simulator.token}"}
    async with http.post(f"{simulator.api_url}auth.test", headers=headers) as response:
        assert (response.status, response.content_type) == (502, content_type)
        assert b"upstream fault" in await response.read()


async def test_scripted_faults_come_in_order_and_then_end(simulator: SlackSimulator, client: Any) -> None:
    simulator.fails("auth.test", ServerFault(status=502))
    simulator.fails("auth.test", Refusal(error="account_inactive", times=2))

    assert (await refused(client.auth_test())).response.status_code == 502
    assert (await refused(client.auth_test())).response["error"] == "account_inactive"
    assert (await refused(client.auth_test())).response["error"] == "account_inactive"
    assert (await client.auth_test())["user_id"] == "U0PARLEY"


async def test_a_lost_reply_leaves_the_message_visible(simulator: SlackSimulator, client: Any) -> None:
    simulator.fails("chat.postMessage", ReplyLost())

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel="C0GENERAL", text="there")

    assert [entry["text"] for entry in simulator.ledger.of("post")] == ["there"]


async def test_a_stalled_call_goes_on_afterwards(simulator: SlackSimulator, client: Any) -> None:
    simulator.fails("auth.test", Stall(seconds=0.05))

    assert (await client.auth_test())["ok"]

    [call] = simulator.ledger.of("call")
    assert float(str(call["seconds"])) > 0.04  # timers may fire a little early


async def test_no_token_reaches_the_ledger(simulator: SlackSimulator, connect: Connect) -> None:
    await refused(connect("xoxb-canary").chat_postMessage(channel="C0GENERAL", text="a", token="xoxb-canary"))

    assert "xoxb-canary" not in str([entry.as_json() for entry in simulator.ledger.after(0)])
