"""The judge of mentions and previews sees what would reach people, and says how sure it is."""

import pytest
from pydantic import JsonValue

from bot.simulators.slack.mentions import what_is_fetched, who_is_notified


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("<!channel> hi", "channel"),
        ("x<!here|here>", "here"),
        ("<!everyone>", "everyone"),
        ("<!subteam^S1AB|@team>", "S1AB"),
        ("<@U0ADA>", "U0ADA"),
        ("<@W123|ada>", "W123"),
    ],
)
def test_a_control_sequence_notifies_for_certain(text: str, target: str) -> None:
    assert [(one.target, one.certain) for one in who_is_notified(text, [])] == [(target, True)]


@pytest.mark.parametrize(
    "text", ["`<!channel>`", "```\n<!channel>\n```", "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"]
)
def test_code_and_entities_are_reported_as_possible(text: str) -> None:
    assert [(one.target, one.certain) for one in who_is_notified(text, [])] == [("channel", False)]


@pytest.mark.parametrize("text", ["@channel", "‹!channel>", "<!chan\u200bnel>", "a@here.example", "<#C1|general>"])
def test_plain_words_notify_nobody(text: str) -> None:
    assert who_is_notified(text, []) == []


def test_plain_names_count_when_names_are_linked() -> None:
    found = who_is_notified("@here and @ada", [], names={"Ada": "U0ADA"}, links_names=True)

    assert {one.target for one in found} == {"here", "U0ADA"}


def test_blocks_are_read_too() -> None:
    blocks: list[JsonValue] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}},
        {"type": "section", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "rich_text", "elements": [{"type": "broadcast", "range": "everyone"}]},
    ]

    assert {one.target for one in who_is_notified("", blocks)} == {"here", "everyone"}


@pytest.mark.parametrize(
    ("links", "media", "is_update", "fetches"),
    [
        (None, None, False, True),
        (False, None, False, True),
        (None, False, False, False),
        (False, False, False, False),
        (True, False, False, True),
        (False, False, True, True),
    ],
)
def test_previews_follow_the_switches_except_for_updates(
    *, links: bool | None, media: bool | None, is_update: bool, fetches: bool
) -> None:
    text = "[x](https://example.com/a?b=c)"

    found = what_is_fetched(text, [], unfurl_links=links, unfurl_media=media, is_update=is_update)

    assert [one.url for one in found] == (["https://example.com/a?b=c"] if fetches else [])


def test_a_picture_in_a_block_is_always_fetched() -> None:
    blocks: list[JsonValue] = [{"type": "image", "image_url": "https://example.com/p.png", "alt_text": "p"}]

    found = what_is_fetched("", blocks, unfurl_links=False, unfurl_media=False, is_update=False)

    assert [one.url for one in found] == ["https://example.com/p.png"]


def test_an_open_fence_hides_nothing() -> None:
    assert [one.certain for one in who_is_notified("```\n<!channel>", [])] == [True]


@pytest.mark.parametrize("field", ["title", "task", "details"])
def test_what_a_task_card_says_is_reported_as_possible(field: str) -> None:
    said = dict.fromkeys(("title", "task", "details"), "x") | {field: "<!here> https://example.com/a"}
    run: JsonValue = {"type": "text", "text": said["details"]}
    details: JsonValue = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [run]}]}
    card: JsonValue = {"type": "task_card", "task_id": "1", "title": said["task"], "details": details}
    plan: JsonValue = {"type": "plan", "title": said["title"], "tasks": [card]}

    notified = who_is_notified("", [plan])
    fetched = what_is_fetched("", [plan], unfurl_links=None, unfurl_media=None, is_update=True)

    assert [(one.target, one.certain) for one in notified] == [("here", False)]
    assert [(one.url, one.certain) for one in fetched] == [("https://example.com/a", False)]


def test_elements_in_the_details_of_a_task_card_reach_people_for_certain() -> None:
    elements: list[JsonValue] = [{"type": "user", "user_id": "U0ADA"}, {"type": "link", "url": "https://example.com/a"}]
    details: JsonValue = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    card: JsonValue = {"type": "task_card", "task_id": "1", "title": "x", "details": details}

    notified = who_is_notified("", [card])
    fetched = what_is_fetched("", [card], unfurl_links=None, unfurl_media=None, is_update=True)

    assert [(one.target, one.certain) for one in notified] == [("U0ADA", True)]
    assert [(one.url, one.certain) for one in fetched] == [("https://example.com/a", True)]
