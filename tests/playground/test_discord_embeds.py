"""Embeds on the page: their Markdown, their marks as drawings with words, their colour."""

import pytest

from bot.playground.discord_embeds import embed
from tests.playground.hostile import HOSTILE, SAFE_TAGS, Seen


def test_a_title_is_markdown_and_a_footer_is_not() -> None:
    shown = embed({"title": r"a\_b **c**", "footer": {"text": r"a\_b"}}, ())

    assert '<div class="title"><p>a_b <strong>c</strong></p></div>' in shown
    assert r"<small>a\_b</small>" in shown


@pytest.mark.parametrize(
    ("mark", "state", "words"),
    [
        ("⬜", "waiting", "Not done"),
        ("⏹️", "stopped", "Stopped"),
        ("⏳", "running", "At work"),
        ("✅", "done", "Done"),
        ("❌", "failed", "Failed"),
    ],
)
def test_a_mark_is_a_drawing_that_is_read_out_in_words(mark: str, state: str, words: str) -> None:
    shown = embed({"description": f"✅ Plan\n{mark} Report\n> why\n{mark} More"}, ())

    assert shown.count(f'<span class="mark {state}">') == (3 if mark == "✅" else 2)
    assert f'<span class="unseen">{words}: </span></span>Report' in shown
    assert mark not in shown


def test_what_is_no_mark_stays_a_picture() -> None:
    shown = embed({"description": "the ✅ sign\n> ✅ quoted"}, ())

    assert "the ✅ sign" in shown
    assert "✅ quoted" in shown


def test_the_colour_is_a_drawing_that_nobody_reads_out() -> None:
    assert 'aria-hidden="true"' in embed({"title": "t", "color": 0x2E9E5B}, ())
    assert 'fill="#2e9e5b"' in embed({"title": "t", "color": 0x2E9E5B}, ())
    assert 'fill="#000000"' in embed({"title": "t", "color": 0}, ())
    assert "<svg" not in embed({"title": "t"}, ())


def test_fields_stand_side_by_side_where_they_may() -> None:
    shown = embed({"fields": [{"name": "A", "value": "1", "inline": True}, {"name": "B", "value": "2"}]}, ())

    assert '<div class="inline"><dt>A</dt><dd><p>1</p></dd></div><div><dt>B</dt>' in shown


def test_a_mark_lets_nothing_hostile_through() -> None:
    for words in HOSTILE:
        shown = embed({"title": words, "description": f"✅ {words}\n✅ {words}", "color": 1}, ())

        seen = Seen(shown)
        assert seen.tags <= SAFE_TAGS | {"svg", "rect", "path", "circle"}
        assert not {name for name in seen.attributes if name.startswith("on")}
        assert {link.partition(":")[0] for link in seen.links} <= {"http", "https", "mailto"}
        assert seen.roots == 1
