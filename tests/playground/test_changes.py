"""GET /changes over a real socket."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.simulators.slack import SlackSimulator

Opened = Callable[[], AbstractAsyncContextManager[Any]]


def _ts(posted: AsyncSlackResponse) -> str:
    return str(cast("dict[str, object]", posted.data)["ts"])


async def test_an_answer_appears_and_grows(slack: SlackSimulator, bot: AsyncWebClient, opened: Opened) -> None:
    root = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA")

    async with opened() as events:
        await events.next()
        posted = await bot.chat_postMessage(channel="C0GENERAL", thread_ts=root.ts, markdown_text="Once upon")
        appeared = await events.until(does="put", contains="Once upon")
        await bot.chat_update(channel="C0GENERAL", ts=_ts(posted), markdown_text="Once upon a time")
        grown = await events.until(does="grow", contains="Once upon a time")

    assert "APP" in appeared["html"]
    assert grown["html"] == "<p>Once upon a time</p>"


async def test_many_edits_of_a_long_answer_stay_cheap(
    slack: SlackSimulator, bot: AsyncWebClient, opened: Opened
) -> None:
    root = await slack.say("C0GENERAL", "@Parley long", user_id="U0ADA")
    paragraphs = [f"Paragraph {n} " + "with many words " * 20 for n in range(30)]
    text = "\n\n".join(paragraphs)
    posted = await bot.chat_postMessage(channel="C0GENERAL", thread_ts=root.ts, markdown_text=text)

    async with opened() as events:
        await events.next()
        sizes: list[int] = []
        for n in range(10):
            text += f" and word {n}"
            await bot.chat_update(channel="C0GENERAL", ts=_ts(posted), markdown_text=text)
            sizes.append(len(str(await events.until(does="grow", contains=f"word {n}"))))

    assert max(sizes) < len(text) / 10


async def test_a_new_connection_is_told_everything(slack: SlackSimulator, opened: Opened) -> None:
    async with opened() as events:
        await events.next()
    missed = await slack.say("C0GENERAL", "said while nobody listened", user_id="U0ADA")

    async with opened() as events:
        patches = await events.next()

    assert patches[0] == {"do": "only", "into": "slack-C0GENERAL-threads", "ids": [f"slack-C0GENERAL-{missed.ts}"]}
    assert any("said while nobody listened" in patch.get("html", "") for patch in patches)


async def test_only_the_open_channel_is_sent(slack: SlackSimulator, opened: Opened) -> None:
    other = slack.workspace.add_channel("other")

    async with opened() as events:
        await events.next()
        await slack.say(other.id, "elsewhere", user_id="U0ADA")
        await slack.say("C0GENERAL", "here", user_id="U0ADA")
        patches = await events.next()

    assert "here" in str(patches)
    assert "elsewhere" not in str(patches)


async def test_a_status_is_sent(slack: SlackSimulator, bot: AsyncWebClient, opened: Opened) -> None:
    root = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA")

    async with opened() as events:
        await events.next()
        await bot.assistant_threads_setStatus(channel_id="C0GENERAL", thread_ts=root.ts, status="is thinking…")
        shown = await events.until(does="put", contains="Parley is thinking…")

    assert shown["id"] == f"slack-C0GENERAL-{root.ts}-status"


async def test_the_stream_ends_with_the_simulator(slack: SlackSimulator, opened: Opened) -> None:
    async with opened() as events:
        await events.next()

        slack.ledger.close()

        with pytest.raises(EOFError):
            await events.next()


async def test_an_unknown_channel_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get("/changes", params={"place": "slack", "channel": "C0NOWHERE"})

    assert answer.status_code == 404
