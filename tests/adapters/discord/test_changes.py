"""Deletions and reactions as messages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.changes import parse_deletions, parse_reaction
from adapters.discord.events import parse_message
from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId

BOT, ADA, GUILD, CHANNEL, MESSAGE = "100", "200", "300", "400", "600"
STOP_SIGN = "\N{OCTAGONAL SIGN}"
ADA_HERSELF: dict[str, Any] = {"id": ADA, "username": "ada", "discriminator": "0", "avatar": None}
Payload = dict[str, Any]

PLACES: list[tuple[Payload, bool]] = [
    ({"channel_id": CHANNEL, "guild_id": GUILD}, False),
    ({"channel_id": CHANNEL, "guild_id": GUILD}, True),
    ({"channel_id": CHANNEL}, False),
]


@pytest.mark.parametrize(("place", "in_thread"), PLACES)
def test_a_deletion_is_found_where_the_message_was(place: Payload, in_thread: bool) -> None:
    mentioned = {"mentions": [{"id": BOT}], "content": f"<@{BOT}> hello", "type": 0, "author": ADA_HERSELF}
    question = parse_message({**place, **mentioned, "id": MESSAGE}, bot=BOT, in_thread=in_thread)

    (gone,) = parse_deletions({**place, "id": MESSAGE}, in_thread=in_thread)

    assert question is not None
    assert (gone.thread, gone.message, gone.handle) == (question.thread, question.message, question.handle)
    assert (gone.deleted, gone.content, gone.id) == (True, (), f"{MESSAGE}@deleted")
    assert not gone.addressed


def test_a_deletion_in_a_text_channel_may_belong_to_the_conversation_that_its_message_went_on_with() -> None:
    (gone,) = parse_deletions({"id": MESSAGE, "channel_id": CHANNEL, "guild_id": GUILD})

    assert (gone.continues, gone.place) == (MESSAGE, CHANNEL)


def test_what_is_deleted_together_comes_oldest_first_and_once_each() -> None:
    payload: Payload = {"ids": ["9", "1000", "600", "9"], "channel_id": CHANNEL, "guild_id": GUILD}

    assert [gone.message for gone in parse_deletions(payload)] == ["9", "600", "1000"]


@pytest.mark.parametrize("payload", [{}, {"id": MESSAGE}, {"channel_id": CHANNEL}, {"ids": [], "channel_id": CHANNEL}])
def test_a_deletion_of_nothing_is_none(payload: Payload) -> None:
    assert parse_deletions(payload) == []


def reaction(**changes: object) -> Payload:
    """What the gateway sends when somebody reacts to a message in a server's channel."""
    plain: Payload = {
        "user_id": ADA,
        "channel_id": CHANNEL,
        "message_id": MESSAGE,
        "guild_id": GUILD,
        "message_author_id": BOT,
        "member": {"user": ADA_HERSELF, "roles": []},
        "emoji": {"id": None, "name": STOP_SIGN},
        "burst": False,
        "type": 0,
    }
    return plain | changes


def test_an_octagonal_sign_on_a_message_of_the_bots_says_stop_there() -> None:
    assert parse_reaction(reaction(), bot=BOT) == Inbound(
        thread=Thread(platform="discord", team=GUILD, channel=CHANNEL, root=MessageId(MESSAGE)),
        message=MessageId(f"{MESSAGE}-stop-{ADA}"),
        author=UserId(ADA),
        content=(TextContent(text="stop"),),
        addressed=True,
        continues=MessageId(MESSAGE),
        silent=True,
        handle={"reply_in": CHANNEL},
    )


def test_a_sign_in_a_thread_or_a_direct_message_belongs_there_at_least() -> None:
    in_thread = parse_reaction(reaction(), bot=BOT, in_thread=True)
    direct = parse_reaction(reaction(guild_id=None, member=None), bot=BOT)

    assert in_thread is not None
    assert direct is not None
    assert str(in_thread.thread) == f"discord:{GUILD}:{CHANNEL}:{CHANNEL}"
    assert str(direct.thread) == f"discord:dm:{CHANNEL}:{CHANNEL}"


def test_a_sign_counts_as_an_aside_where_discord_does_not_say_whose_message_it_is_on() -> None:
    sign = parse_reaction(reaction(message_author_id=None), bot=BOT)

    assert sign is not None
    assert not sign.addressed


def test_the_sign_of_a_client_that_writes_it_at_length_counts_too() -> None:
    at_length = reaction(emoji={"name": f"{STOP_SIGN}\N{VARIATION SELECTOR-16}"}, burst=True, type=1)

    assert parse_reaction(at_length, bot=BOT) == parse_reaction(reaction(), bot=BOT)


@pytest.mark.parametrize(
    "changes",
    [
        {"emoji": {"id": None, "name": "👍"}},
        {"emoji": {"id": "77", "name": None}},
        {"message_author_id": ADA},
        {"user_id": BOT},
        {"member": {"user": ADA_HERSELF | {"bot": True}}},
        {"message_id": None},
    ],
)
def test_any_other_reaction_is_none(changes: Payload) -> None:
    assert parse_reaction(reaction(**changes), bot=BOT) is None


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*sorted(reaction()), "id", "ids"]), JSON))
def test_no_shape_of_a_change_raises(changes: Payload) -> None:
    parse_reaction(reaction() | changes, bot=BOT)
    parse_deletions({"id": MESSAGE, "channel_id": CHANNEL} | changes)
