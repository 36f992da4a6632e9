"""What becomes of messages after they were written. Rows F04, F36 and F37 of the faults begin here."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.events import parse_event
from bot.content import DocumentContent, FileRef, TextContent
from bot.models import Inbound

BOT = {"enterprise_id": None, "team_id": "T1", "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}
EDITED = {"user": "U1", "ts": "1716.000000"}
BEFORE = {"type": "message", "user": "U1", "text": "<@U0BOT> helo", "ts": "1715.0002", "team": "T1"}
AFTER = {**BEFORE, "text": "<@U0BOT> hello", "edited": EDITED}
FILE = {"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "url_private_download": "https://x.test/a"}
OTHER_FILE = {**FILE, "id": "F2", "name": "b.pdf", "url_private_download": "https://x.test/b"}
TOMBSTONE = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT",
             "hidden": True, "ts": "1715.0002", "thread_ts": "1715.0002"}  # fmt: skip


def envelope(event: dict[str, Any]) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "authorizations": [BOT], "event": event}


def changed(message: object, previous: object = BEFORE, **event: Any) -> dict[str, Any]:
    """What Slack posts when a message is another one than before."""
    plain = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1",
             "channel_type": "channel", "ts": "1716.0003", "event_ts": "1716.0003"}  # fmt: skip
    return envelope({**plain, "message": message, "previous_message": previous, **event})


def deleted(previous: object = BEFORE, **event: Any) -> dict[str, Any]:
    plain = {"type": "message", "subtype": "message_deleted", "hidden": True, "channel": "C1",
             "channel_type": "channel", "ts": "1716.0003", "event_ts": "1716.0003"}  # fmt: skip
    return envelope({**plain, "deleted_ts": "1715.0002", "previous_message": previous, **event})


def test_an_edit_is_the_same_message_with_its_whole_new_content() -> None:
    edit = parse_event(changed(AFTER))

    assert edit is not None
    assert (str(edit.thread), edit.message, edit.author) == ("slack:T1:C1:1715.0002", "1715.0002", "U1")
    assert edit.content == (TextContent(text="hello"),)
    assert edit.revision == "1716.000000"
    assert edit.addressed
    assert not edit.deleted


def test_an_edited_reply_stays_in_its_thread() -> None:
    edit = parse_event(changed({**AFTER, "thread_ts": "1715.0001"}, {**BEFORE, "thread_ts": "1715.0001"}))

    assert edit is not None
    assert str(edit.thread) == "slack:T1:C1:1715.0001"


def test_a_mention_sent_again_by_an_edit_is_that_edit() -> None:
    again = parse_event(envelope({**AFTER, "type": "app_mention", "channel": "C1", "event_ts": "1716.0003"}))

    assert again == parse_event(changed(AFTER))


def test_a_later_edit_has_a_greater_revision() -> None:
    first = parse_event(changed(AFTER))
    second = parse_event(changed({**AFTER, "text": "<@U0BOT> hi", "edited": {"ts": "1717.000000"}}, AFTER))

    assert first is not None
    assert second is not None
    assert second.revision > first.revision


def test_a_second_edit_within_the_second_that_slack_names_is_another_one() -> None:
    first = parse_event(changed(AFTER))
    second = parse_event(changed({**AFTER, "text": "<@U0BOT> hi"}, AFTER))

    assert first is not None
    assert second is not None
    assert second.revision > first.revision


@pytest.mark.parametrize(
    ("text", "channel_type", "addressed"),
    [
        ("hello", "channel", False),
        ("<@U0GRACE> hello", "channel", False),
        ("<@U0BOT> hello", "channel", True),
        ("hello", "im", True),
    ],
)
def test_the_new_text_says_whether_the_bot_is_addressed(text: str, channel_type: str, *, addressed: bool) -> None:
    edit = parse_event(changed({**AFTER, "text": text}, channel_type=channel_type))

    assert edit is not None
    assert edit.addressed == addressed


def test_a_file_that_was_taken_away_is_an_edit() -> None:
    before = {**BEFORE, "files": [FILE, OTHER_FILE]}

    edit = parse_event(changed({**BEFORE, "files": [FILE]}, before))

    assert edit is not None
    assert edit.content == (
        DocumentContent(mime_type="application/pdf", source=FileRef(url="https://x.test/a", name="a.pdf")),
        TextContent(text="helo"),
    )
    assert edit.revision == "1716.0003"


def test_a_file_whose_place_is_kept_was_taken_away_too() -> None:
    assert parse_event(changed({**BEFORE, "files": [{"id": "F1", "mode": "tombstone"}]}, {**BEFORE, "files": [FILE]}))


def test_an_edit_without_the_text_before_it_counts_when_slack_calls_it_edited() -> None:
    assert parse_event(changed(AFTER, None)) == parse_event(changed(AFTER))
    assert parse_event(changed(BEFORE, None)) is None


@pytest.mark.parametrize(
    ("message", "previous"),
    [
        ({**BEFORE, "attachments": [{"id": 1, "title_link": "https://x.test"}]}, BEFORE),
        ({**AFTER, "attachments": [{"id": 1, "title_link": "https://x.test"}]}, AFTER),
        ({**BEFORE, "thread_ts": "1715.0002", "reply_count": 1, "latest_reply": "1716.0001"}, BEFORE),
        ({**BEFORE, "files": [{**FILE, "size": 9}]}, {**BEFORE, "files": [FILE]}),
        ({**BEFORE, "subtype": "thread_broadcast"}, BEFORE),
        ({**AFTER, "user": "U0BOT"}, {**BEFORE, "user": "U0BOT"}),
        ({**AFTER, "bot_id": "B1"}, {**BEFORE, "bot_id": "B1"}),
        ({**AFTER, "bot_id": "B1", "subtype": "bot_message"}, BEFORE),
        ({**AFTER, "subtype": "channel_topic"}, BEFORE),
    ],
)
def test_what_no_person_changed_is_nothing(message: dict[str, Any], previous: dict[str, Any]) -> None:
    assert parse_event(changed(message, previous)) is None


def test_a_deletion_names_the_message_and_nothing_of_it() -> None:
    deletion = parse_event(deleted({**BEFORE, "thread_ts": "1715.0001"}))

    assert deletion is not None
    assert deletion.deleted
    assert (str(deletion.thread), deletion.message, deletion.author) == ("slack:T1:C1:1715.0001", "1715.0002", "U1")
    assert deletion.content == ()
    assert not deletion.addressed


def test_a_deletion_is_neither_the_message_nor_an_edit_of_it() -> None:
    told = [parse_event(deleted()), parse_event(changed(AFTER)), parse_event(envelope({**BEFORE, "channel": "C1"}))]

    assert len({message.id for message in told if message}) == 3
    assert {message.message for message in told if message} == {"1715.0002"}


def test_a_question_whose_place_is_kept_for_its_replies_is_deleted_all_the_same() -> None:
    assert parse_event(changed(TOMBSTONE)) == parse_event(deleted())


def test_a_deletion_that_does_not_say_of_what_may_belong_to_a_thread() -> None:
    deletion = parse_event(deleted(None))

    assert deletion is not None
    assert deletion.deleted
    assert (str(deletion.thread), deletion.continues) == ("slack:T1:C1:1715.0002", "1715.0002")


@pytest.mark.parametrize(
    "previous", [{**BEFORE, "user": "U0BOT"}, {**BEFORE, "bot_id": "B1"}, {**BEFORE, "bot_id": "B1", "user": None}]
)
def test_a_deleted_message_of_a_bot_is_nothing(previous: dict[str, Any]) -> None:
    assert parse_event(deleted(previous)) is None
    assert parse_event(changed(TOMBSTONE, previous)) is None


def test_the_end_of_a_tombstone_is_nothing() -> None:
    assert parse_event(deleted(TOMBSTONE)) is None


@pytest.mark.parametrize(
    "payload",
    [
        changed(None),
        changed("hello"),
        changed({**AFTER, "ts": None}),
        changed({**AFTER, "edited": {"ts": ""}}),
        changed({"text": "<@U0BOT> hi"}),
        changed(AFTER, ts=5),
        changed(AFTER, channel=None),
        deleted(deleted_ts=None),
        deleted(deleted_ts=""),
        deleted(previous="hello"),
        deleted(channel=[]),
    ],
)
def test_a_malformed_change_is_none(payload: dict[str, Any]) -> None:
    assert parse_event(payload) is None


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip
SHAPE = st.dictionaries(st.sampled_from([*sorted(AFTER), "files", "thread_ts", "bot_id", "subtype"]), JSON)


@given(SHAPE, SHAPE, JSON)
def test_no_shape_of_a_change_raises(message: dict[str, Any], previous: dict[str, Any], ts: object) -> None:
    parse_event(changed({**AFTER, **message}, {**BEFORE, **previous}, ts=ts))
    parse_event(deleted({**BEFORE, **previous}, deleted_ts=ts))


@given(st.text(st.characters(categories=["Cs", "Lu"]) | st.sampled_from("<@&#;xD83D>"), min_size=1, max_size=12))
def test_every_change_can_be_stored(said: str) -> None:
    after = {**AFTER, "text": f"{said}!", "user": said, "ts": said, "thread_ts": said, "edited": {"ts": said}}

    for payload in (changed(after, channel=said), deleted(after, deleted_ts=said)):
        message = parse_event(payload)
        assert message is not None
        assert Inbound.model_validate_json(message.model_dump_json()) == message
