"""Discord's events as messages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.events import created_at, parse_edit, parse_message, snowflake_at
from bot.content import DocumentContent, FileRef, ImageContent, TextContent
from bot.models import Inbound

BOT, ROLE, ADA, GRACE = "100", "101", "200", "201"
GUILD, CHANNEL, THREAD, MESSAGE = "300", "400", "500", "600"
Payload = dict[str, Any]


def user(identity: str, name: str, **more: object) -> Payload:
    return {"id": identity, "username": name.lower(), "global_name": name, "discriminator": "0", "avatar": None, **more}


PARLEY = user(BOT, "Parley", bot=True)
MENTION: Payload = {"content": f"<@{BOT}> hello", "mentions": [PARLEY]}


def message(**changes: object) -> Payload:
    """What the gateway sends for a message in a server's channel, as in its documentation, with changes."""
    plain: Payload = {
        "id": MESSAGE,
        "channel_id": CHANNEL,
        "guild_id": GUILD,
        "type": 0,
        "author": user(ADA, "Ada"),
        "content": "hi",
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "attachments": [],
    }
    return plain | changes


def quoted(author: Payload, content: str = "The earth is flat.", **more: object) -> Payload:
    return {"id": "599", "channel_id": CHANNEL, "type": 0, "author": author, "content": content, **more}


def parse(payload: Payload, *, in_thread: bool = False) -> Inbound | None:
    return parse_message(payload, bot=BOT, roles=(ROLE,), in_thread=in_thread)


def parsed(payload: Payload, *, in_thread: bool = False) -> Inbound:
    inbound = parse(payload, in_thread=in_thread)
    assert inbound is not None
    return inbound


def without(payload: Payload, *names: str) -> Payload:
    return {name: value for name, value in payload.items() if name not in names}


def test_a_mention_in_a_channel_begins_the_thread_that_will_be_opened_from_it() -> None:
    mention = parsed(message(**MENTION))

    assert str(mention.thread) == f"discord:{GUILD}:{MESSAGE}:{MESSAGE}"
    assert mention.content == (TextContent(text="hello"),)
    assert mention.addressed
    assert mention.continues is None
    assert (mention.place, mention.handle) == (CHANNEL, {"open_in": CHANNEL})


@pytest.mark.parametrize(
    "how",
    [
        MENTION,
        {"content": f"<@!{BOT}> hello", "mentions": [PARLEY]},
        {"content": f"<@&{ROLE}> hello", "mention_roles": [ROLE]},
    ],
)
def test_the_bot_is_addressed_by_name_and_by_its_role(how: Payload) -> None:
    mention = parsed(message(**how))

    assert mention.addressed
    assert mention.content == (TextContent(text="hello"),)


def test_a_direct_message_is_addressed_and_lives_where_it_was_written() -> None:
    direct = parsed(without(message(), "guild_id"))

    assert str(direct.thread) == f"discord:dm:{CHANNEL}:{CHANNEL}"
    assert direct.addressed
    assert (direct.place, direct.handle) == (None, {"reply_in": CHANNEL})


def test_a_message_in_a_thread_counts_there_alone_and_may_go_on_from_its_root() -> None:
    aside = parsed(message(channel_id=THREAD), in_thread=True)
    same = parsed(message(channel_id=THREAD, channel_type=11))

    assert aside == same
    assert str(aside.thread) == f"discord:{GUILD}:{THREAD}:{THREAD}"
    assert not aside.addressed
    assert aside.continues == THREAD
    assert (aside.place, aside.handle) == (None, {"reply_in": THREAD})


def test_a_reply_to_the_bot_goes_on_from_that_message_and_quotes_nothing() -> None:
    reply = parsed(message(type=19, content="and why?", referenced_message=quoted(PARLEY)))

    assert reply.addressed
    assert reply.continues == "599"
    assert reply.content == (TextContent(text="and why?"),)


def test_what_somebody_else_wrote_comes_along_with_the_reply_to_it() -> None:
    picture = {"id": "1", "filename": "flat.png", "size": 4, "url": "https://x.test/flat.png"}
    other = quoted(user(GRACE, "Grace"), "The earth\nis flat.", attachments=[picture])

    reply = parsed(message(type=19, **MENTION, referenced_message=other))

    assert reply.continues is None
    assert reply.content == (
        TextContent(text="hello"),
        ImageContent(
            mime_type="image/png", source=FileRef(url="https://x.test/flat.png", name="flat.png", size_bytes=4)
        ),
        TextContent(text="Grace wrote:\n> The earth\n> is flat."),
    )


def test_what_was_forwarded_is_read() -> None:
    forwarded: Payload = {"content": "Meet at nine.", "attachments": []}

    direct = parsed(without(message(content="", message_snapshots=[{"message": forwarded}]), "guild_id"))

    assert direct.content == (TextContent(text="Forwarded:\n> Meet at nine."),)


@pytest.mark.parametrize(
    ("attachment", "mime_type", "name"),
    [
        ({"filename": "a.txt", "content_type": "text/plain; charset=utf-8"}, "text/plain", "a.txt"),
        ({"filename": "message.txt"}, "text/plain", "message.txt"),
        ({"filename": "plan.pdf"}, "application/pdf", "plan.pdf"),
        ({"filename": "Grue_1.pdf", "title": "Grüße 1"}, "application/pdf", "Grüße 1.pdf"),
        ({"filename": "unknown"}, "application/octet-stream", "unknown"),
    ],
)
def test_files_are_references_with_a_type(attachment: Payload, mime_type: str, name: str) -> None:
    file = {"id": "1", "size": 9, "url": "https://x.test/f", **attachment}

    (content,) = parsed(message(content=f"<@{BOT}>", mentions=[PARLEY], attachments=[file])).content

    source = FileRef(url="https://x.test/f", name=name, size_bytes=9)
    assert content == DocumentContent(mime_type=mime_type, source=source)


@pytest.mark.parametrize(
    "changes",
    [
        {"content": "to nobody"},
        {"mention_everyone": True, "content": "@everyone hello"},
        {"mention_roles": ["102"], "content": "<@&102> hello"},
        {**MENTION, "author": user(ADA, "Other", bot=True)},
        {**MENTION, "webhook_id": "900"},
        {**MENTION, "author": PARLEY},
        {**MENTION, "type": 18},
        {**MENTION, "type": 21},
        {**MENTION, "type": 7},
        {**MENTION, "id": None},
        {**MENTION, "id": "one"},
        {**MENTION, "author": None},
        {"type": 19, "referenced_message": quoted(user(GRACE, "Grace"))},
    ],
)
def test_what_is_no_message_to_the_bot_is_none(changes: Payload) -> None:
    assert parse(message(**changes)) is None


HALF = "\ud83d"


def test_half_characters_are_replaced_and_halves_of_one_are_joined() -> None:
    file = {"id": "1", "url": f"https://x.test/{HALF}", "filename": f"{HALF}.txt", "content_type": f"text/{HALF}"}
    other = quoted(user(GRACE, f"Grace{HALF}"), HALF, attachments=[file])
    said = f"<@{BOT}> a{HALF}b {HALF}\ude00"

    mention = parsed(message(type=19, **MENTION | {"content": said}, attachments=[file], referenced_message=other))

    assert mention.content[1] == TextContent(text="a\ufffdb \U0001f600")
    assert Inbound.model_validate_json(mention.model_dump_json()) == mention


ANY_TEXT = st.text(st.characters())  # halves of characters too


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_message_can_be_stored_whatever_its_texts(text: str, name: str, kind: str) -> None:
    file = {"id": "1", "url": text, "filename": name, "title": name, "content_type": kind}
    other = quoted(user(GRACE, name), text, attachments=[file])

    mention = parsed(message(type=19, mentions=[PARLEY], content=text, attachments=[file], referenced_message=other))

    assert Inbound.model_validate_json(mention.model_dump_json()) == mention


NOON, LATER = "2026-11-20T12:00:00+00:00", "2026-11-20T12:00:00.500000+00:00"


def edited(payload: Payload, *, in_thread: bool = False) -> Inbound | None:
    return parse_edit(payload, bot=BOT, roles=(ROLE,), in_thread=in_thread)


@pytest.mark.parametrize(
    "changes", [MENTION, {**MENTION, "guild_id": None}, {**MENTION, "channel_id": THREAD, "channel_type": 11}]
)
def test_an_edit_is_the_same_message_with_its_whole_new_content(changes: Payload) -> None:
    first = parsed(message(**changes))

    second = edited(message(**changes, edited_timestamp=NOON) | {"content": f"<@{BOT}> goodbye"})

    assert second is not None
    assert (second.thread, second.message, second.handle) == (first.thread, first.message, first.handle)
    assert second.content == (TextContent(text="goodbye"),)
    assert second.id == f"{MESSAGE}@1795176000000000"


def test_revisions_grow_with_the_time_of_the_edit_however_it_is_written() -> None:
    times = [NOON, LATER, "2026-11-20T13:00:01+01:00", "2026-11-20T12:00:02Z"]

    edits = [edited(message(**MENTION, edited_timestamp=time)) for time in times]

    revisions = [edit.revision for edit in edits if edit]
    assert revisions == sorted({*revisions})
    assert len(revisions) == len(times)
    assert revisions[-1] < "deleted"


def test_an_edit_that_takes_the_mention_away_is_still_one_of_that_message() -> None:
    edit = edited(message(edited_timestamp=NOON))

    assert edit is not None
    assert (str(edit.thread), edit.addressed) == (f"discord:{GUILD}:{MESSAGE}:{MESSAGE}", False)


@pytest.mark.parametrize(
    "payload",
    [
        message(**MENTION),
        message(**MENTION, edited_timestamp=None, embeds=[{"type": "link"}]),
        message(**MENTION, edited_timestamp="2026-11-20T12:00:00"),
        message(**MENTION, edited_timestamp="at noon"),
        message(**MENTION, edited_timestamp=NOON, author=PARLEY),
        message(**MENTION, edited_timestamp=NOON, webhook_id="900"),
        without(message(**MENTION, edited_timestamp=NOON), "content"),
        without(message(**MENTION, edited_timestamp=NOON), "author"),
        {"id": MESSAGE, "channel_id": CHANNEL, "embeds": [{"type": "link"}]},
    ],
)
def test_a_message_that_changed_without_being_edited_by_a_person_is_none(payload: Payload) -> None:
    assert edited(payload) is None


@given(st.integers(min_value=1_420_070_400, max_value=4_000_000_000))
def test_the_first_id_of_a_moment_was_made_then(seconds: int) -> None:
    assert created_at(str(snowflake_at(seconds))) == seconds


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip
SOMETIMES = ["referenced_message", "message_snapshots", "webhook_id", "channel_type", "edited_timestamp"]
FIELDS = [*sorted(message()), *SOMETIMES]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_shape_of_a_message_raises(changes: Payload) -> None:
    parse(message(**MENTION) | changes)
    edited(message(**MENTION, edited_timestamp=NOON) | changes)
