"""Embeds, components and files of a message on Discord."""

from bot.playground.discord_parts import body, buttons, file
from bot.playground.place import Button
from bot.simulators.discord.nouns import Attachment, Message, MessageFlag
from tests.playground.hostile import HOSTILE, SAFE_TAGS, Seen


def _message(**parts: object) -> Message:
    message = Message("1", "2", "3", 0.0)
    for name, value in parts.items():
        setattr(message, name, value)
    return message


def test_an_embed_shows_title_description_fields_and_footer() -> None:
    embed = {
        "title": "Researching",
        "url": "https://example.com/",
        "description": "**12** sources",
        "fields": [{"name": "Elapsed", "value": "40 s"}],
        "footer": {"text": "P-7F3K2"},
    }

    text, shown = body(_message(content="Look:", embeds=[embed]), ())

    assert text == "<p>Look:</p>"
    assert '<p class="title"><a href="https://example.com/"' in shown
    assert "<strong>12</strong> sources" in shown
    assert "<dt>Elapsed</dt><dd><p>40 s</p></dd>" in shown
    assert "<small>P-7F3K2</small>" in shown


def test_an_embed_is_deaf_to_everything_hostile() -> None:
    for words in HOSTILE:
        field = {"name": words, "value": words}
        embed = {"title": words, "url": words, "description": words, "fields": [field], "footer": {"text": words}}

        (shown,) = body(_message(embeds=[embed]), ())

        seen = Seen(shown)
        assert seen.tags <= SAFE_TAGS | {"dl", "dt", "dd"}
        assert {link.partition(":")[0] for link in seen.links} <= {"http", "https", "mailto"}
        assert seen.roots == 1


def test_embeds_can_be_suppressed() -> None:
    assert body(_message(embeds=[{"title": "x"}], flags=MessageFlag.SUPPRESS_EMBEDS), ()) == ()


def test_texts_among_components_are_shown_where_they_stand() -> None:
    container = {"type": 17, "components": [{"type": 10, "content": "one"}, {"type": 10, "content": "two"}]}

    assert body(_message(components=[container]), ()) == ("<p>one</p>", "<p>two</p>")


def test_buttons_keep_label_and_style() -> None:
    row = [
        {"type": 2, "style": 4, "label": "Stop", "custom_id": "stop:1"},
        {"type": 2, "style": 2, "emoji": {"name": "🔁"}, "custom_id": "again", "disabled": True},
        {"type": 2, "style": 5, "label": "Docs", "url": "https://example.com"},
    ]

    shown = list(buttons(_message(components=[{"type": 1, "components": row}])))

    assert shown == [Button("stop:1", "Stop", "danger"), Button("again", "🔁", is_disabled=True)]


def test_a_file_has_the_name_it_was_sent_with() -> None:
    sent = Attachment("1", "2", "Uberblick.md", 8, "text/markdown; charset=utf-8", title="Überblick")

    shown = file(sent)

    assert (shown.name, shown.media_type, shown.size_bytes) == ("Überblick.md", "text/markdown", 8)


def test_a_file_of_no_known_type_goes_by_its_name() -> None:
    assert file(Attachment("1", "2", "dot.png", 8, "application/octet-stream")).media_type == "image/png"
    assert file(Attachment("1", "2", "what", 8, None)).media_type == "application/octet-stream"
