"""The blocks of a message on Slack, as the page draws them."""

import httpx
import pytest
from pydantic import JsonValue
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_blocks import buttons, drawn
from tests.playground.hostile import HOSTILE, Seen

NAMES = (("@U1", "@Ada"),)


def rich(*elements: JsonValue) -> JsonValue:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*elements]}]}


def card(status: str, title: str = "Search", details: str = "Found 3 pages") -> JsonValue:
    said = rich({"type": "text", "text": details})
    return {"type": "task_card", "task_id": title, "title": title, "status": status, "details": said}


def shown(*blocks: JsonValue) -> str:
    return "".join(html for block in blocks for html in drawn(block, NAMES))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "Not done"),
        ("in_progress", "At work"),
        ("complete", "Done"),
        ("error", "Failed"),
        ("new", "Not done"),
    ],
)
def test_a_card_says_its_state_in_words_too(status: str, words: str) -> None:
    markup = shown({"type": "plan", "title": "Research", "tasks": [card(status)]})

    assert f'<b><span class="unseen">{words}: </span>Search</b><p>Found 3 pages</p>' in markup
    assert '<svg viewBox="0 0 24 24"' in markup
    assert 'aria-hidden="true"' in markup


def test_a_plan_is_a_list_in_one_element() -> None:
    [plan] = drawn({"type": "plan", "title": "Research", "tasks": [card("complete", "a"), card("pending", "b")]}, NAMES)

    assert Seen(plan).roots == 1
    assert plan.startswith('<div class="plan"><strong>Research</strong><ol><li class="complete">')
    assert plan.count("<li") == 2


def test_facts_are_shown_as_they_are() -> None:
    facts: JsonValue = {"type": "context", "elements": [{"type": "plain_text", "text": "<@U1> 12:05"}]}

    assert shown(facts) == "<small><span>&lt;@U1&gt; 12:05</span></small>"


def test_a_person_who_is_called_has_a_name() -> None:
    assert shown(rich({"type": "user", "user_id": "U1"})) == (
        '<p class="literal"><span class="mention">@Ada</span></p>'
    )


def test_buttons_have_their_style() -> None:
    label: JsonValue = {"type": "plain_text", "text": "Stop"}
    stop: JsonValue = {"type": "button", "action_id": "says:stop", "text": label, "style": "danger"}

    [button] = buttons([{"type": "actions", "elements": [stop]}])

    assert (button.action, button.label, button.style) == ("says:stop", "Stop", "danger")


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    plan: JsonValue = {"type": "plan", "title": words, "tasks": [card("complete", words, words), card(words)]}
    facts: JsonValue = {"type": "context", "elements": [{"type": "plain_text", "text": words}]}
    linked = rich({"type": "link", "url": words, "text": words}, {"type": "user", "user_id": words})

    seen = Seen(shown(plan, facts, linked))

    assert seen.tags <= {"div", "strong", "ol", "li", "b", "span", "p", "small", "a", "svg", "path", "circle"}
    assert not any(name.startswith("on") for name in seen.attributes)
    assert not any(link.lower().startswith(("javascript", "data", "vbscript")) for link in seen.links)


async def test_a_plan_and_its_stop_button_are_on_the_page(http: httpx.AsyncClient, bot: AsyncWebClient) -> None:
    plan = {"type": "plan", "title": "Research: otters", "tasks": [card("in_progress")]}
    label = {"type": "plain_text", "text": "Stop"}
    stop = {"type": "button", "action_id": "says:stop", "text": label, "style": "danger"}
    await bot.chat_postMessage(
        channel="C0GENERAL", text="at work", blocks=[plan, {"type": "actions", "elements": [stop]}]
    )

    page = (await http.get("/")).text

    assert "<strong>Research: otters</strong>" in page
    assert 'value="says:stop" class="danger">Stop</button>' in page
    assert '<link rel="stylesheet" href="/static/cards.css">' in page
