"""What the bot may show, driven by Slack's own client."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.simulators.slack import SlackSimulator


async def refusal_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as raised:
        await call
    error: Any = raised.value
    return error.response["error"]


async def test_a_post_is_visible_in_its_thread_with_its_metadata(simulator: SlackSimulator, client: Any) -> None:
    question = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")
    metadata = {"event_type": "parley_part", "event_payload": {"key": "1"}}

    answer = await client.chat_postMessage(
        channel="C0GENERAL", thread_ts=question.ts, markdown_text="**hi**", metadata=metadata, unfurl_links=False
    )

    root, reply = simulator.thread("C0GENERAL", question.ts)
    assert (root, reply.ts, reply.text) == (question, answer["ts"], "**hi**")
    assert (reply.metadata, reply.unfurl_links, reply.unfurl_media) == (metadata, False, None)
    assert answer["message"]["thread_ts"] == question.ts


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0GENERAL"}, "no_text"),
        ({"channel": "C0NOWHERE", "text": "a"}, "channel_not_found"),
        ({"channel": "C0RANDOM", "text": "a"}, "not_in_channel"),
        ({"channel": "C0GENERAL", "text": "a", "markdown_text": "a"}, "markdown_text_conflict"),
        ({"channel": "C0GENERAL", "markdown_text": "a" * 12_001}, "msg_too_long"),
        ({"channel": "C0GENERAL", "text": "a", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0GENERAL", "text": "a", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"channel": "C0GENERAL", "text": "a", "metadata": {"event_type": 1}}, "invalid_metadata_format"),
    ],
)
async def test_a_post_is_refused_for_the_reason_slack_names(client: Any, arguments: dict[str, Any], error: str) -> None:
    assert await refusal_of(client.api_call("chat.postMessage", json=arguments)) == error


async def test_a_post_to_an_archived_channel_is_refused(simulator: SlackSimulator, client: Any) -> None:
    simulator.workspace.channels["C0GENERAL"].is_archived = True

    assert await refusal_of(client.chat_postMessage(channel="C0GENERAL", text="a")) == "is_archived"


async def test_blocks_that_the_workspace_does_not_know_are_refused(simulator: SlackSimulator, client: Any) -> None:
    plan: dict[str, Any] = {"type": "plan", "title": "Research", "tasks": []}
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a", blocks=[plan])
    simulator.workspace.refused_blocks.add("plan")

    post = client.chat_postMessage(channel="C0GENERAL", text="a", blocks=[plan])
    update = client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="a", blocks=[plan])

    assert [await refusal_of(post), await refusal_of(update)] == ["invalid_blocks"] * 2


async def test_too_long_a_text_is_cut_and_the_ledger_says_so(simulator: SlackSimulator, client: Any) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a" * 40_001)

    assert len(posted["message"]["text"]) == 40_000
    assert [entry["reason"] for entry in simulator.ledger.of("violation")] == ["text_cut"]


async def test_only_own_messages_can_be_updated_and_within_the_limit(simulator: SlackSimulator, client: Any) -> None:
    foreign = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")
    own = (await client.chat_postMessage(channel="C0GENERAL", text="a"))["ts"]

    update = client.chat_update
    assert await refusal_of(update(channel="C0GENERAL", ts=foreign.ts, text="b")) == "cant_update_message"
    assert await refusal_of(update(channel="C0GENERAL", ts="1.000001", text="b")) == "message_not_found"
    assert await refusal_of(update(channel="C0GENERAL", ts=own, text="b" * 4_001)) == "msg_too_long"
    await update(channel="C0GENERAL", ts=own, markdown_text="b" * 12_000)
    assert simulator.workspace.message("C0GENERAL", own).text == "b" * 12_000


async def test_a_deleted_message_is_gone_and_a_root_with_replies_is_a_tombstone(
    simulator: SlackSimulator, client: Any
) -> None:
    root = (await client.chat_postMessage(channel="C0GENERAL", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C0GENERAL", text="reply", thread_ts=root))["ts"]

    await client.chat_delete(channel="C0GENERAL", ts=root)
    assert [one.subtype for one in simulator.thread("C0GENERAL", root)] == ["tombstone", None]

    await client.chat_delete(channel="C0GENERAL", ts=reply)
    assert await refusal_of(client.chat_delete(channel="C0GENERAL", ts=reply)) == "message_not_found"


async def test_only_own_messages_can_be_deleted(simulator: SlackSimulator, client: Any) -> None:
    foreign = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")

    delete = client.chat_delete
    assert await refusal_of(delete(channel="C0GENERAL", ts=foreign.ts)) == "cant_delete_message"
    assert await refusal_of(delete(channel="C0GENERAL", ts="1.000001")) == "message_not_found"
    assert await refusal_of(delete(channel="C0NOWHERE", ts=foreign.ts)) == "channel_not_found"
    assert simulator.thread("C0GENERAL", foreign.ts) == [foreign]


async def test_a_status_clears_itself_with_the_next_message(simulator: SlackSimulator, client: Any) -> None:
    question = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")
    await client.assistant_threads_setStatus(channel_id="C0GENERAL", thread_ts=question.ts, status="is thinking…")
    assert simulator.status("C0GENERAL", question.ts) == "is thinking…"

    await client.chat_postMessage(channel="C0GENERAL", thread_ts=question.ts, text="hi")

    assert simulator.status("C0GENERAL", question.ts) == ""
    assert [entry["text"] for entry in simulator.ledger.of("status")] == ["is thinking…", ""]


async def test_a_status_clears_itself_in_time(simulator: SlackSimulator, client: Any) -> None:
    simulator.timeline.status_seconds = 0.05
    question = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")

    await client.assistant_threads_setStatus(channel_id="C0GENERAL", thread_ts=question.ts, status="is thinking…")

    await simulator.wait_for(lambda: simulator.status("C0GENERAL", question.ts) == "")


async def test_a_reaction_is_added_once_and_taken_away(simulator: SlackSimulator, client: Any) -> None:
    message = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")
    await client.reactions_add(channel="C0GENERAL", name="eyes", timestamp=message.ts)
    again = client.reactions_add(channel="C0GENERAL", name="eyes", timestamp=message.ts)

    assert await refusal_of(again) == "already_reacted"
    await client.reactions_remove(channel="C0GENERAL", name="eyes", timestamp=message.ts)
    assert message.reactions == {}


async def test_the_ledger_tells_who_would_be_notified_and_what_fetched(simulator: SlackSimulator, client: Any) -> None:
    text = "<!channel> see https://example.com/secret"
    posted = await client.chat_postMessage(channel="C0GENERAL", text=text, unfurl_links=False, unfurl_media=False)
    assert [entry["target"] for entry in simulator.ledger.of("notification")] == ["channel"]
    assert simulator.ledger.of("preview") == []

    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="see https://example.com/secret")

    assert [entry["url"] for entry in simulator.ledger.of("preview")] == ["https://example.com/secret"]


async def test_form_callers_are_understood_too(simulator: SlackSimulator, http: aiohttp.ClientSession) -> None:
    form = {"token": simulator.token, "channel": "C0GENERAL", "blocks": '[{"type":"divider"}]'}

    async with http.post(f"{simulator.api_url}chat.postMessage", data=form) as response:
        answer = await response.json()

    assert answer["message"]["blocks"] == [{"type": "divider"}]
