"""What people do without writing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.events import parse_event
from adapters.slack.gestures import parse_press
from bot.content import TextContent
from bot.models import Inbound

BOT = {"enterprise_id": None, "team_id": "T1", "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}


def reaction(**event: Any) -> dict[str, Any]:
    """What Slack posts when somebody reacts, as in its documentation, with the event's fields changed."""
    item = {"type": "message", "channel": "C1", "ts": "1715.0002"}
    plain = {"type": "reaction_added", "user": "U1", "reaction": "octagonal_sign", "item_user": "U0BOT",
             "item": item, "event_ts": "1716.0001"}  # fmt: skip
    return {"type": "event_callback", "team_id": "T1", "authorizations": [BOT], "event": {**plain, **event}}


def press(**fields: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "container": {"channel_id": "C1", "message_ts": "1715.0002", "thread_ts": "1715.0001"},
        "actions": [{"action_id": "says:stop", "action_ts": "1716.0001", "value": "stop"}],
        **fields,
    }


def test_a_stop_sign_says_stop_silently_where_its_message_is() -> None:
    stop = parse_event(reaction())

    assert stop is not None
    assert stop.content == (TextContent(text="stop"),)
    assert stop.silent
    assert (str(stop.thread), stop.continues) == ("slack:T1:C1:1715.0002", "1715.0002")
    assert stop.author == "U1"


def test_a_stop_sign_delivered_twice_is_the_same_message() -> None:
    first, second, other = (parse_event(reaction(event_ts=ts)) for ts in ("1716.0001", "1716.0001", "1716.0002"))

    assert first is not None
    assert other is not None
    assert first == second
    assert first.id != other.id


def test_a_stop_sign_speaks_to_nobody_where_the_bot_takes_no_part() -> None:
    stop = parse_event(reaction())

    assert stop is not None
    assert not stop.addressed


@pytest.mark.parametrize(
    "event",
    [
        {"reaction": "eyes"},
        {"user": "U0BOT"},
        {"type": "reaction_removed"},
        {"item": {"type": "file", "file": "F1"}},
        {"item": {"type": "message", "channel": "C1"}},
        {"item": {"type": "message", "channel": "C1", "ts": ""}},
        {"item": None},
        {"event_ts": None},
        {"user": None},
    ],
)
def test_other_reactions_say_nothing(event: dict[str, Any]) -> None:
    assert parse_event(reaction(**event)) is None


def session_stop(**event: Any) -> dict[str, Any]:
    plain = {"type": "agent_session_stopped", "channel": "C1", "thread_ts": "1715.0001", "user": "U1",
             "streaming_message_ts": ["1715.0002"], "event_ts": "1716.0001"}  # fmt: skip
    return {"type": "event_callback", "team_id": "T1", "authorizations": [BOT], "event": {**plain, **event}}


def test_the_stop_button_of_slack_itself_says_stop_silently_in_its_thread() -> None:
    stop = parse_event(session_stop())

    assert stop is not None
    assert (str(stop.thread), stop.message, stop.author) == ("slack:T1:C1:1715.0001", "1716.0001", "U1")
    assert stop.content == (TextContent(text="stop"),)
    assert stop.silent


@pytest.mark.parametrize("event", [{"thread_ts": None}, {"channel": ""}, {"user": 5}, {"event_ts": ""}])
def test_a_malformed_stop_is_none(event: dict[str, Any]) -> None:
    assert parse_event(session_stop(**event)) is None


def test_a_press_says_what_the_button_says_silently_in_its_thread() -> None:
    pressed = parse_press(press())

    assert pressed is not None
    assert (str(pressed.thread), pressed.message) == ("slack:T1:C1:1715.0001", "1716.0001")
    assert pressed.content == (TextContent(text="stop"),)
    assert pressed.continues == "1715.0002"
    assert pressed.silent
    assert pressed.addressed


@pytest.mark.parametrize(
    "fields",
    [
        {"actions": []},
        {"actions": [{"action_id": "of another app", "action_ts": "1716.0001", "value": "stop"}]},
        {"actions": [{"action_id": "says:stop", "action_ts": "", "value": "stop"}]},
        {"container": {"type": "view"}},
        {"user": None},
    ],
)
def test_a_press_of_anything_else_is_none(fields: dict[str, Any]) -> None:
    assert parse_press(press(**fields)) is None


@given(st.text(st.characters(categories=["Cs", "Lu"]) | st.sampled_from("<@&#;xD83D>"), min_size=1, max_size=12))
def test_every_gesture_can_be_stored(said: str) -> None:
    container = {"channel_id": said, "message_ts": said}
    action = {"action_id": f"says:{said}", "action_ts": said, "value": said}
    pressed = parse_press(press(team={"id": said}, user={"id": said}, container=container, actions=[action]))
    stop = parse_event(reaction(user=said, event_ts=said, item={"type": "message", "channel": said, "ts": said}))

    for message in (pressed, stop):
        assert message is not None
        assert Inbound.model_validate_json(message.model_dump_json()) == message
