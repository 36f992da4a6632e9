"""What can be done with messages of the simulated Slack, by the forms of the page."""

from typing import cast

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulators.slack import Message, SlackSimulator
from tests.playground.hostile import HOSTILE, Seen

Fields = dict[str, str]
DELETED = "This message was deleted."


async def _shown(http: httpx.AsyncClient) -> str:
    return (await http.get("/")).text


async def _said(http: httpx.AsyncClient, slack: SlackSimulator, general: Fields, text: str) -> Message:
    await http.post("/messages", data={**general, "text": text})
    return slack.workspace.history("C0GENERAL")[-1]


async def _answered(bot: AsyncWebClient, under: Message | None = None) -> str:
    thread_ts = under.ts if under else None
    posted = await bot.chat_postMessage(channel="C0GENERAL", text="It is 84.", thread_ts=thread_ts)
    return str(cast("dict[str, object]", posted.data)["ts"])


async def test_an_own_message_is_edited_from_what_was_typed(
    http: httpx.AsyncClient, slack: SlackSimulator, general: Fields
) -> None:
    said = await _said(http, slack, general, "@Parley is 1 < 2?")

    before = await _shown(http)
    answer = await http.post("/edits", data={**general, "message": said.ts, "text": "@Parley is 2 < 1?\r\nSure?"})

    assert 'data-edit="@Parley is 1 &lt; 2?"' in before
    assert "(edited)" not in before
    assert answer.status_code == 201
    assert said.text == "<@U0PARLEY> is 2 &lt; 1?\nSure?"
    assert "(edited)" in await _shown(http)


async def test_a_text_that_stays_the_same_is_no_edit(
    http: httpx.AsyncClient, slack: SlackSimulator, general: Fields
) -> None:
    said = await _said(http, slack, general, "@Parley hello")

    await http.post("/edits", data={**general, "message": said.ts, "text": "@Parley hello "})

    assert said.edited_ts is None


async def test_an_edit_to_nothing_says_what_to_do_instead(
    http: httpx.AsyncClient, slack: SlackSimulator, general: Fields
) -> None:
    said = await _said(http, slack, general, "hello")

    answer = await http.post("/edits", data={**general, "message": said.ts, "text": " "})

    assert answer.json() == {"problem": "There is nothing left in it. You can delete the message instead."}
    assert said.text == "hello"


async def test_messages_of_others_are_theirs(http: httpx.AsyncClient, slack: SlackSimulator, general: Fields) -> None:
    theirs = await slack.say("C0GENERAL", "hello", user_id="U0ADA")

    answers = [
        await http.post("/edits", data={**general, "message": theirs.ts, "text": "goodbye"}),
        await http.post("/gestures", data={**general, "message": theirs.ts, "gesture": "delete"}),
        await http.post("/gestures", data={**general, "message": "1.000001", "gesture": "delete"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert slack.workspace.history("C0GENERAL") == [theirs]
    assert "Message actions" not in await _shown(http)


async def test_a_deleted_message_is_gone(http: httpx.AsyncClient, slack: SlackSimulator, general: Fields) -> None:
    said = await _said(http, slack, general, "hello")

    answer = await http.post("/gestures", data={**general, "message": said.ts, "gesture": "delete"})

    assert answer.status_code == 201
    assert slack.workspace.history("C0GENERAL") == []


async def test_a_deleted_root_keeps_its_place_as_long_as_there_are_replies(
    http: httpx.AsyncClient, slack: SlackSimulator, bot: AsyncWebClient, general: Fields
) -> None:
    said = await _said(http, slack, general, "@Parley hello")
    reply = await _answered(bot, said)

    await http.post("/gestures", data={**general, "message": said.ts, "gesture": "delete"})
    with_reply = await _shown(http)
    await bot.chat_delete(channel="C0GENERAL", ts=reply)

    assert f'<p class="literal">{DELETED}</p>' in with_reply
    assert "Slackbot" not in with_reply
    assert DELETED not in await _shown(http)


async def test_a_stop_sign_is_put_once(
    http: httpx.AsyncClient, slack: SlackSimulator, bot: AsyncWebClient, general: Fields
) -> None:
    answer_ts = await _answered(bot)
    form = {**general, "message": answer_ts, "gesture": "stop-sign"}

    before = await _shown(http)
    first, second = await http.post("/gestures", data=form), await http.post("/gestures", data=form)

    assert 'aria-label="Add stop sign"' in before
    (mina,) = (person.id for person in slack.workspace.people.values() if person.name == "Mina")
    assert slack.workspace.message("C0GENERAL", answer_ts).reactions == {"octagonal_sign": [mina]}
    assert (first.status_code, second.json()["problem"]) == (201, "This cannot be done any more.")
    after = await _shown(http)
    assert 'aria-label="Add stop sign"' not in after
    assert '<span class="unseen">Stop sign</span> 1</li>' in after


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_stay_words_in_what_can_be_edited(
    http: httpx.AsyncClient, slack: SlackSimulator, general: Fields, words: str
) -> None:
    await _said(http, slack, general, words)

    page = await _shown(http)

    seen = Seen(page)
    assert "data-edit" in seen.attributes
    assert not any(name.startswith("on") or name == "srcdoc" for name in seen.attributes)
    assert seen.tags.isdisjoint({"img", "iframe", "style", "math", "animate"})
    assert page.count("<script") == 1
