"""Slash commands and buttons as messages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.format import render_button
from adapters.discord.interactions import PRESS, Pending, parse_interaction
from bot.content import FileRef, ImageContent, TextContent
from bot.models import Action, Inbound, MessageId, Thread, UserId

BOT, ADA, GUILD, CHANNEL, MESSAGE = "100", "200", "300", "400", "600"
ADA_HERSELF: dict[str, Any] = {"id": ADA, "username": "ada", "global_name": "Ada", "discriminator": "0", "avatar": None}
Payload = dict[str, Any]
INTERACTION = str(1_000_000 << 22)


def command(name: str, *options: Payload, **changes: object) -> Payload:
    """What the gateway sends when somebody uses a command in a server's channel."""
    plain: Payload = {
        "id": INTERACTION,
        "application_id": BOT,
        "type": 2,
        "token": "secret",
        "channel_id": CHANNEL,
        "channel": {"id": CHANNEL, "type": 0},
        "guild_id": GUILD,
        "context": 0,
        "member": {"user": ADA_HERSELF, "roles": []},
        "data": {"id": "1", "name": name, "type": 1, "options": list(options)},
    }
    return plain | changes


def said_by(payload: Payload) -> Inbound:
    """The message that an interaction is as good as."""
    pending = parse_interaction(payload)
    assert pending is not None
    assert (pending.id, pending.token, pending.kind) == (INTERACTION, "secret", payload["type"])
    assert pending.message is not None
    return pending.message


PROMPT: Payload = {"name": "prompt", "type": 3, "value": "what is this?"}


def test_a_command_in_a_channel_is_a_conversation_of_its_own() -> None:
    asked = said_by(command("ask", PROMPT))

    assert str(asked.thread) == f"discord:{GUILD}:{CHANNEL}:{INTERACTION}"
    assert (asked.message, asked.author, asked.addressed) == (INTERACTION, ADA, True)
    assert asked.continues is None
    assert asked.handle == {
        "reply_in": CHANNEL,
        "application": BOT,
        "token": "secret",
        "expires": "1420072300.000",
        "asked": "what is this?",
    }


def test_a_command_in_a_thread_belongs_to_the_thread() -> None:
    asked = said_by(command("ask", PROMPT, channel={"id": CHANNEL, "type": 11}))

    assert str(asked.thread) == f"discord:{GUILD}:{CHANNEL}:{CHANNEL}"
    assert asked.continues == CHANNEL


def test_a_command_in_a_direct_message_belongs_there() -> None:
    payload = command("ask", PROMPT, user=ADA_HERSELF, guild_id=None, member=None)

    own = said_by(payload | {"context": 1})
    other_peoples = said_by(payload | {"context": 2})

    assert str(own.thread) == f"discord:dm:{CHANNEL}:{CHANNEL}"
    assert other_peoples.thread.root == MessageId(INTERACTION)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (command("ask", PROMPT), "what is this?"),
        (command("research", {"name": "question", "type": 3, "value": "why?"}), "research: why?"),
        (command("stop"), "stop"),
        (command("help"), "help"),
    ],
)
def test_a_command_says_the_conversations_own_words(payload: Payload, text: str) -> None:
    assert said_by(payload).content == (TextContent(text=text),)


def test_the_file_of_a_command_comes_with_it() -> None:
    payload = command("ask", PROMPT, {"name": "file", "type": 11, "value": "77"})
    payload["data"]["resolved"] = {"attachments": {"77": {"filename": "cat.png", "url": "https://x.test/cat"}}}

    asked = said_by(payload)

    assert asked.content == (
        ImageContent(mime_type="image/png", source=FileRef(url="https://x.test/cat", name="cat.png")),
        TextContent(text="what is this?"),
    )


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("word " * 40, "word " * 17 + "word…"),
        ("量子" * 100, "量子" * 44 + "量…"),
        ("请 " + "量子" * 100, "请 " + "量子" * 43 + "量…"),
    ],
)
def test_an_answer_stands_under_the_beginning_of_a_long_question(prompt: str, asked: str) -> None:
    assert said_by(command("ask", PROMPT | {"value": prompt})).handle["asked"] == asked


@pytest.mark.parametrize("place", [{}, {"channel": {"id": CHANNEL, "type": 11}}])
def test_fork_from_here_says_fork_about_the_message(place: Payload) -> None:
    chosen = command("", **place, data={"id": "1", "name": "Fork from here", "type": 3, "target_id": MESSAGE})

    fork = said_by(chosen)

    assert fork.content == (TextContent(text="fork"),)
    assert (fork.message, fork.continues, fork.addressed, fork.silent) == (INTERACTION, MESSAGE, True, False)
    assert (fork.handle["reply_in"], fork.handle["token"]) == (CHANNEL, "secret")


@given(st.text(st.characters()), st.text(st.characters()))  # halves of characters too
def test_a_command_can_be_stored_whatever_its_texts(prompt: str, name: str) -> None:
    payload = command("ask", PROMPT | {"value": prompt}, {"name": "file", "type": 11, "value": "77"}, token=name)
    payload["data"]["resolved"] = {"attachments": {"77": {"filename": name, "url": name, "content_type": name}}}

    pending = parse_interaction(payload)

    assert pending is not None
    assert pending.message is not None
    assert Inbound.model_validate_json(pending.message.model_dump_json()) == pending.message


@pytest.mark.parametrize(
    "payload",
    [
        command("unknown"),
        command("ask", PROMPT, type=4),
        command("ask", PROMPT, type=5),
        command("ask", PROMPT, member=None),
        command("ask", PROMPT, token=None),
        command("ask", PROMPT, data={"name": "ask", "type": 3}),
        command("", data={"name": "ask", "type": 3, "target_id": MESSAGE}),
        command("", data={"name": "Fork from here", "type": 3}),
        command("", data={"name": "Fork from here", "type": 3, "target_id": "here"}),
        command("", data={"name": "Fork from here", "type": 2, "target_id": ADA}),
    ],
)
def test_any_other_interaction_is_none(payload: Payload) -> None:
    assert parse_interaction(payload) is None


def press(custom_id: str, **changes: object) -> Payload:
    """What the gateway sends when somebody presses a button of a message in a server's channel."""
    data: Payload = {"custom_id": custom_id, "component_type": 2, "id": 2}
    return command("", type=3, data=data, message={"id": MESSAGE, "channel_id": CHANNEL, "type": 0}) | changes


def test_a_button_says_its_words_in_the_conversation_of_its_message() -> None:
    pressed = said_by(press("says:stop"))

    assert pressed == Inbound(
        thread=Thread(platform="discord", team=GUILD, channel=CHANNEL, root=MessageId(MESSAGE)),
        message=MessageId(INTERACTION),
        author=UserId(ADA),
        content=(TextContent(text="stop"),),
        addressed=True,
        continues=MessageId(MESSAGE),
        silent=True,
        handle={"reply_in": CHANNEL},
    )


def test_a_button_in_a_thread_or_a_direct_message_belongs_there_at_least() -> None:
    in_thread = said_by(press("says:stop", channel={"id": CHANNEL, "type": 11}))
    direct = said_by(press("says:stop", user=ADA_HERSELF, guild_id=None, member=None, context=1))

    assert str(in_thread.thread) == f"discord:{GUILD}:{CHANNEL}:{CHANNEL}"
    assert str(direct.thread) == f"discord:dm:{CHANNEL}:{CHANNEL}"
    assert in_thread.continues == direct.continues == MESSAGE


@pytest.mark.parametrize("says", ["stop", "says:stop", "research why: says:who?"])
def test_what_a_button_is_made_to_say_is_what_it_says(says: str) -> None:
    button = render_button(Action(label="Any", says=says))

    assert said_by(press(button["custom_id"])).content == (TextContent(text=says),)


@pytest.mark.parametrize(
    "payload",
    [press("stop:77"), press("says:"), press(""), press("Says:stop"), press("says:stop", message=None),
     press("says:stop", member=None)],
)  # fmt: skip
def test_a_button_that_says_nothing_to_us_still_waits_for_an_answer(payload: Payload) -> None:
    assert parse_interaction(payload) == Pending(INTERACTION, "secret", PRESS, None)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(command("ask"))), JSON), JSON, JSON)
def test_no_shape_of_a_command_raises(changes: Payload, options: object, resolved: object) -> None:
    parse_interaction(command("ask", PROMPT) | changes)
    parse_interaction(command("ask") | {"data": {"name": "ask", "options": options, "resolved": resolved}})


@given(st.dictionaries(st.sampled_from(sorted(press("says:stop"))), JSON), JSON, JSON)
def test_no_shape_of_a_press_raises(changes: Payload, custom_id: object, message: object) -> None:
    parse_interaction(press("says:stop") | changes)
    parse_interaction(press("says:stop", data={"custom_id": custom_id}, message=message))


@given(st.text(max_size=95))
def test_whatever_a_custom_id_holds_is_said_as_it_is_or_answered_as_too_old(text: str) -> None:
    pending = parse_interaction(press(text))

    assert pending is not None
    if pending.message is not None:
        assert [f"says:{one.text}" for one in pending.message.content if isinstance(one, TextContent)] == [text]
