"""The simulator takes the blocks that Slack takes, and no others."""

from typing import Any

import pytest
from pydantic import JsonValue
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    PlainTextObject,
    PlanBlock,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
    TaskCardBlock,
    UrlSourceElement,
)

from bot.simulators.slack.blocks import is_taken
from bot.simulators.slack.limits import message_problem

CARD: dict[str, JsonValue] = {"type": "task_card", "task_id": "1", "title": "Search", "status": "in_progress"}
PLAN: dict[str, JsonValue] = {"type": "plan", "title": "Research", "tasks": [CARD]}
RICH: JsonValue = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Found 3 pages"}]}],
}


def test_what_slacks_own_classes_make_is_taken() -> None:
    found = RichTextElementParts.Text(text="Found 3 pages")
    card = TaskCardBlock(
        task_id="1",
        title="Search",
        status="complete",
        details=RichTextBlock(elements=[RichTextSectionElement(elements=[found])]),
        sources=[UrlSourceElement(url="https://example.com", text="Example")],
    )
    button = ButtonElement(text="Stop", action_id="stop", style="danger")
    blocks: list[Any] = [
        PlanBlock(title="Research", tasks=[card]),
        card,
        ContextBlock(elements=[PlainTextObject(text="12:05")]),
        ActionsBlock(elements=[button]),
    ]

    assert [is_taken(block.to_dict()) for block in blocks] == [True] * 4


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Research", "tasks": []},
        {"tasks": [{"task_id": "1", "title": "without type and status"}]},
        {"tasks": [{**CARD, "details": RICH, "output": RICH}]},
        {"title": "t" * 256, "block_id": "b" * 255},
    ],
)
def test_a_plan_with_what_slack_names_is_taken(changed: dict[str, JsonValue]) -> None:
    assert is_taken({**PLAN, **changed})


MALFORMED: list[dict[str, JsonValue]] = [
    {"title": ""},
    {"title": None},
    {"title": "t" * 257},
    {"title": {"type": "plain_text", "text": "Research"}},
    {"block_id": "b" * 256},
    {"tasks": "Search"},
    {"tasks": ["Search"]},
    {"tasks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Search"}}]},
    {"tasks": [CARD, CARD]},
    {"tasks": [{"type": "task_card", "title": "without id"}]},
    {"tasks": [{**CARD, "title": ""}]},
    {"tasks": [{**CARD, "title": "t" * 257}]},
    {"tasks": [{**CARD, "status": "completed"}]},
    {"tasks": [{**CARD, "details": "Found 3 pages"}]},
    {"tasks": [{**CARD, "details": {"type": "rich_text", "elements": []}}]},
    {"tasks": [{**CARD, "output": {"type": "mrkdwn", "text": "Found 3 pages"}}]},
    {"tasks": [{**CARD, "sources": [{"type": "url", "url": "https://example.com"}]}]},
]


@pytest.mark.parametrize("changed", MALFORMED)
def test_a_plan_that_is_malformed_is_refused(changed: dict[str, JsonValue]) -> None:
    assert message_problem("a", None, [{**PLAN, **changed}], is_update=False) == "invalid_blocks"


@pytest.mark.parametrize(
    "button",
    [
        {"style": "plain"},
        {"text": {"type": "plain_text", "text": ""}},
        {"text": {"type": "plain_text", "text": "l" * 76}},
        {"value": "v" * 2_001},
        {"action_id": "a" * 256},
    ],
)
def test_a_button_that_slack_would_not_show_is_refused(button: dict[str, JsonValue]) -> None:
    stop: dict[str, JsonValue] = {
        "type": "button",
        "action_id": "stop",
        "text": {"type": "plain_text", "text": "Stop"},
        "style": "danger",
    }

    assert is_taken({"type": "actions", "elements": [stop]})
    assert not is_taken({"type": "actions", "elements": [{**stop, **button}]})


@pytest.mark.parametrize("elements", [[], [{"type": "plain_text", "text": ""}], [{"type": "mrkdwn", "text": "a"}] * 11])
def test_a_context_has_one_to_ten_elements_that_say_something(elements: list[JsonValue]) -> None:
    assert not is_taken({"type": "context", "elements": elements})


def test_titles_and_details_count_among_all_texts() -> None:
    card = {**CARD, "details": RICH}
    many: list[JsonValue] = [{**PLAN, "title": "t" * 256, "tasks": [{**card, "title": "t" * 256}]} for _ in range(26)]

    assert message_problem("a", None, many[:25], is_update=True) is None
    assert message_problem("a", None, many, is_update=True) == "msg_blocks_too_long"


def test_a_kind_that_a_workspace_does_not_know_is_refused() -> None:
    assert message_problem("a", None, [PLAN], is_update=False, refused_blocks={"plan"}) == "invalid_blocks"
