"""Delivery to the app: signed, repeated when it fails, each mention as two events."""

import asyncio
from typing import Any

import pytest

from bot.simulators.slack import SlackSimulator
from bot.simulators.slack.timeline import TwinOrder


async def test_a_mention_arrives_twice_with_different_event_ids(simulator: SlackSimulator, app: Any) -> None:
    message = await simulator.say("C0GENERAL", "@Parley is 1 < 2?", user_id="U0ADA", until_delivered=True)

    assert {one["event"]["type"] for one in app.events} == {"app_mention", "message"}
    assert len({one["event_id"] for one in app.events}) == 2
    assert {one["event"]["ts"] for one in app.events} == {message.ts}
    assert app.of("app_mention")[0]["text"] == "<@U0PARLEY> is 1 &lt; 2?"
    assert app.forged == 0


@pytest.mark.parametrize(
    ("order", "first"), [("mention_first", "app_mention"), ("message_first", "message")], ids=["mention", "message"]
)
async def test_the_twins_come_in_the_order_asked_for(
    simulator: SlackSimulator, app: Any, order: TwinOrder, first: str
) -> None:
    simulator.timeline.twin_order = order
    simulator.timeline.twin_delay_seconds = 0.05

    await simulator.say("C0GENERAL", "@Parley hello", user_id="U0ADA", until_delivered=True)

    assert app.events[0]["event"]["type"] == first


async def test_a_direct_message_is_a_message_of_channel_type_im(simulator: SlackSimulator, app: Any) -> None:
    direct = simulator.workspace.open_dm("U0ADA")

    await simulator.say(direct.id, "@Parley hello", user_id="U0ADA", until_delivered=True)

    assert [one["event"]["channel_type"] for one in app.events] == ["im"]


async def test_an_envelope_says_for_whom_it_is(simulator: SlackSimulator, app: Any) -> None:
    await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    [envelope] = app.events
    assert (envelope["type"], envelope["team_id"], envelope["api_app_id"]) == ("event_callback", "T0PARLEY", "A0PARLEY")
    assert envelope["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0PARLEY",
            "user_id": "U0PARLEY",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]


async def test_a_failed_delivery_is_repeated_with_the_same_event_id(simulator: SlackSimulator, app: Any) -> None:
    app.statuses = [503, 500]

    await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    assert app.retries == [("1", "http_error"), ("2", "http_error")]
    assert len({one["event_id"] for one in app.events}) == 1
    attempts = [entry for entry in simulator.ledger.of("delivery") if entry["event_type"] == "message"]
    assert [(one["attempt"], one["status"], one["outcome"]) for one in attempts] == [
        (0, 503, "http_error"),
        (1, 500, "http_error"),
        (2, 200, "accepted"),
    ]


async def test_an_app_can_refuse_retries(simulator: SlackSimulator, app: Any) -> None:
    app.statuses, app.headers = [500], {"X-Slack-No-Retry": "1"}

    await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    assert len(app.events) == 1


async def test_a_slow_app_gets_the_event_again_and_never_holds_up_the_writer(
    simulator: SlackSimulator, app: Any
) -> None:
    simulator.deliveries.answer_seconds = 0.05
    app.gate.clear()

    message = await simulator.say("C0GENERAL", "hello", user_id="U0ADA")

    assert simulator.thread("C0GENERAL", message.ts) == [message]
    await simulator.wait_for(lambda: app.retries)
    assert app.retries[0] == ("1", "http_timeout")


async def test_a_lost_first_attempt_reaches_the_app_as_a_retry_only(simulator: SlackSimulator, app: Any) -> None:
    simulator.loses(1)

    await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    assert app.retries == [("1", "connection_failed")]
    assert len(app.events) == 1


async def test_an_event_can_be_sent_again(simulator: SlackSimulator, app: Any) -> None:
    await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    answer = await simulator.redeliver(app.events[0]["event_id"], retry_number=2)

    assert answer.status == 200
    assert app.events[0] == app.events[1]


async def test_edits_and_deletes_of_people_are_events(simulator: SlackSimulator, app: Any) -> None:
    message = await simulator.say("C0GENERAL", "helo", user_id="U0ADA", until_delivered=True)

    await simulator.edit("C0GENERAL", message.ts, "@Parley hello", until_delivered=True)
    await simulator.delete("C0GENERAL", message.ts, until_delivered=True)

    changed, deleted = (event for event in app.of("message") if "subtype" in event)
    assert (changed["subtype"], changed["previous_message"]["text"]) == ("message_changed", "helo")
    assert changed["message"]["text"] == "<@U0PARLEY> hello"
    assert len(app.of("app_mention")) == 1
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)
    assert simulator.thread("C0GENERAL", message.ts) == []


async def test_the_bots_own_posts_and_updates_come_back(simulator: SlackSimulator, app: Any, client: Any) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="one")

    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="two")

    await simulator.wait_for(lambda: len([e for e in simulator.ledger.of("delivery") if e["event_id"]]) == 2)
    own = {event.get("subtype", ""): event for event in app.of("message")}
    assert (own[""]["bot_id"], own[""]["user"]) == ("B0PARLEY", "U0PARLEY")
    assert own["message_changed"]["message"]["text"] == "two"


async def test_nothing_is_heard_from_a_channel_without_the_bot(simulator: SlackSimulator, app: Any) -> None:
    await simulator.say("C0RANDOM", "@Parley hello", user_id="U0ADA", until_delivered=True)

    await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    assert {one["event"]["channel"] for one in app.events} == {"C0GENERAL"}


async def test_each_edit_of_a_mention_sends_it_again(simulator: SlackSimulator, app: Any) -> None:
    message = await simulator.say("C0GENERAL", "@Parley helo", user_id="U0ADA", until_delivered=True)

    await simulator.edit("C0GENERAL", message.ts, "@Parley hello", until_delivered=True)

    first, again = app.of("app_mention")
    [changed] = (event for event in app.of("message") if event.get("subtype") == "message_changed")
    assert (first["ts"], again["ts"]) == (message.ts, message.ts)
    assert "edited" not in first
    assert again["edited"] == changed["message"]["edited"]


async def test_a_deleted_root_with_replies_becomes_a_tombstone(simulator: SlackSimulator, app: Any) -> None:
    root = await simulator.say("C0GENERAL", "@Parley hello", user_id="U0ADA", until_delivered=True)
    await simulator.say("C0GENERAL", "me too", user_id="U0GRACE", thread_ts=root.ts, until_delivered=True)

    await simulator.delete("C0GENERAL", root.ts, until_delivered=True)

    [changed] = (event for event in app.of("message") if "subtype" in event)
    message, previous = changed["message"], changed["previous_message"]
    assert (changed["subtype"], message["subtype"], message["hidden"]) == ("message_changed", "tombstone", True)
    assert (message["ts"], message["user"]) == (root.ts, "USLACKBOT")
    assert (previous["user"], previous["text"]) == ("U0ADA", "<@U0PARLEY> hello")


async def test_a_preview_changes_a_message_that_nobody_edited(simulator: SlackSimulator, app: Any) -> None:
    message = await simulator.say("C0GENERAL", "https://example.com", user_id="U0ADA", until_delivered=True)

    await asyncio.gather(*simulator.timeline.preview(message))

    [changed] = (event for event in app.of("message") if "subtype" in event)
    assert changed["message"]["text"] == changed["previous_message"]["text"]
    assert "edited" not in changed["message"]
    assert "attachments" in changed["message"]


async def test_a_reaction_is_an_event_and_repeated_when_it_fails(simulator: SlackSimulator, app: Any) -> None:
    message = await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)
    app.statuses = [503]

    await simulator.react("C0GENERAL", message.ts, "octagonal_sign", user_id="U0GRACE", until_delivered=True)

    first, again = app.of("reaction_added")
    assert first == again
    assert (first["user"], first["reaction"], first["item_user"]) == ("U0GRACE", "octagonal_sign", "U0ADA")
    assert first["item"] == {"type": "message", "channel": "C0GENERAL", "ts": message.ts}


async def test_the_same_reaction_of_the_same_person_is_no_event(simulator: SlackSimulator, app: Any) -> None:
    message = await simulator.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    for _ in range(2):
        await simulator.react("C0GENERAL", message.ts, "eyes", user_id="U0GRACE", until_delivered=True)

    assert len(app.of("reaction_added")) == 1


async def test_only_members_of_a_channel_react(simulator: SlackSimulator) -> None:
    channel = simulator.workspace.add_channel("private", kind="group", members=["U0ADA"])
    message = await simulator.say(channel.id, "hello", user_id="U0ADA")

    with pytest.raises(ValueError, match="Grace is not in private"):
        await simulator.react(channel.id, message.ts, "eyes", user_id="U0GRACE")
