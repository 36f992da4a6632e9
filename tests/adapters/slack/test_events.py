"""Slack's events as messages."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.events import parse_event
from bot.content import DocumentContent, FileRef, ImageContent, TextContent
from bot.models import Inbound

BOT = {"enterprise_id": None, "team_id": "T1", "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}


def envelope(**event: Any) -> dict[str, Any]:
    """What Slack posts, as in its documentation, with the event's fields changed."""
    plain = {
        "type": "message",
        "channel": "C1",
        "channel_type": "channel",
        "user": "U1",
        "text": "hi",
        "ts": "1715.0002",
    }
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event_time": 1715,
            "authorizations": [BOT], "event": {**plain, **event}}  # fmt: skip


def test_a_mention_and_its_twin_are_the_same_message() -> None:
    mention = parse_event(envelope(type="app_mention", text="<@U0BOT> hello"))
    twin = parse_event(envelope(type="message", text="<@U0BOT> hello"))

    assert mention is not None
    assert mention == twin
    assert str(mention.thread) == "slack:T1:C1:1715.0002"
    assert mention.content == (TextContent(text="hello"),)
    assert mention.addressed


def test_a_reply_belongs_to_the_thread_of_its_root() -> None:
    reply = parse_event(envelope(thread_ts="1715.0001"))

    assert reply is not None
    assert str(reply.thread) == "slack:T1:C1:1715.0001"
    assert not reply.addressed


def test_a_direct_message_is_addressed() -> None:
    message = parse_event(envelope(channel="D1", channel_type="im"))

    assert message is not None
    assert message.addressed


def test_files_are_references_to_open_later() -> None:
    file = {
        "id": "F1",
        "name": "cat.png",
        "mimetype": "image/png",
        "size": 9,
        "url_private_download": "https://x.test/cat",
    }

    message = parse_event(
        envelope(type="app_mention", subtype="file_share", text="<@U0BOT> what is this?", files=[file])
    )

    assert message is not None
    assert message.content == (
        ImageContent(mime_type="image/png", source=FileRef(url="https://x.test/cat", name="cat.png", size_bytes=9)),
        TextContent(text="what is this?"),
    )


@pytest.mark.parametrize(
    ("file", "name", "mime_type"),
    [
        (
            {"id": "F1", "name": "plan", "mimetype": "application/vnd.google-apps.document", "is_external": True},
            "plan",
            "application/vnd.google-apps.document",
        ),
        ({"id": "F1", "file_access": "check_file_info"}, "file", "application/octet-stream"),
        ({"id": "F1", "mode": "tombstone"}, "file", "application/octet-stream"),
        (
            {"id": "F1", "name": "old.pdf", "mode": "hidden_by_limit", "url_private_download": ""},
            "old.pdf",
            "application/octet-stream",
        ),
    ],
)
def test_a_file_without_an_address_is_kept(file: dict[str, object], name: str, mime_type: str) -> None:
    message = parse_event(envelope(type="app_mention", text="<@U0BOT>", files=[file]))

    assert message is not None
    assert message.content == (DocumentContent(mime_type=mime_type, source=FileRef(url="", name=name)),)


@pytest.mark.parametrize(
    "event",
    [
        {"text": "in the channel, to nobody"},
        {"user": "U0BOT", "thread_ts": "1715.0001"},
        {"bot_id": "B2", "thread_ts": "1715.0001"},
        {"bot_id": "B2", "type": "app_mention"},
        {"subtype": "channel_join", "thread_ts": "1715.0001"},
        {"type": "reaction_added"},
        {"ts": None},
        {"ts": ""},
        {"channel": 5},
    ],
)
def test_what_is_no_message_to_the_bot_is_none(event: dict[str, Any]) -> None:
    assert parse_event(envelope(**event)) is None


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*sorted(envelope()["event"]), "files", "thread_ts", "bot_id"]), JSON), JSON)
def test_no_shape_of_an_event_raises(event: dict[str, Any], authorizations: object) -> None:
    parse_event(envelope(**event) | {"authorizations": authorizations})


@pytest.mark.parametrize(
    "payload", [{}, {"team_id": "T1"}, {"team_id": "T1", "event": []}, {"team_id": "T1", "event": {}}]
)
def test_what_is_no_event_is_none(payload: dict[str, object]) -> None:
    assert parse_event(payload) is None


def test_half_a_character_is_replaced() -> None:
    file = {"id": "F1", "name": "\ud83d.png", "mimetype": "image/png", "url_private_download": "https://x.test/\udc00"}
    body = json.dumps(envelope(type="app_mention", text="<@U0BOT> a \ud83d b \U0001f600", files=[file]))

    message = parse_event(json.loads(body))

    assert message is not None
    assert Inbound.model_validate_json(message.model_dump_json()) == message
    assert message.content == (
        ImageContent(mime_type="image/png", source=FileRef(url="https://x.test/\ufffd", name="\ufffd.png")),
        TextContent(text="a \ufffd b \U0001f600"),
    )


ANYTHING = st.text(st.characters(categories=["Cs", "Lu"]) | st.sampled_from("<@&#;xD83D>"), min_size=1, max_size=12)


@given(text=ANYTHING, name=ANYTHING, mimetype=ANYTHING, url=ANYTHING, place=ANYTHING)
def test_every_message_can_be_stored(text: str, name: str, mimetype: str, url: str, place: str) -> None:
    file = {"name": name, "mimetype": mimetype, "url_private_download": url}
    message = parse_event(
        envelope(type="app_mention", text=text, files=[file], channel=place, user=place, ts=place, thread_ts=place)
    )

    assert message is not None
    assert Inbound.model_validate_json(message.model_dump_json()) == message
    str(message.thread)
