"""Cutting long Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.split import split

MARKDOWN = st.text(alphabet=st.sampled_from("ab \n`~#-é👩\u200d\ufe0f\u0301"), max_size=400)


@given(MARKDOWN, st.integers(min_value=16, max_value=120))
def test_every_piece_fits_and_is_not_blank(text: str, limit: int) -> None:
    pieces = split(text, limit_chars=limit)

    assert all(len(piece) <= limit for piece in pieces)
    assert all(piece.strip() for piece in pieces)


@given(st.text(alphabet="ab \n", max_size=400), st.integers(min_value=16, max_value=120))
def test_no_word_is_lost_doubled_or_moved(text: str, limit: int) -> None:
    assert "".join("".join(split(text, limit_chars=limit)).split()) == "".join(text.split())


@given(st.text(alphabet="ab\n ", max_size=300), st.text(alphabet="ab\n ", max_size=50))
def test_all_pieces_but_the_last_stay_when_the_text_grows(text: str, more: str) -> None:
    before = split(text, limit_chars=40)
    after = split(text + more, limit_chars=40)

    assert after[: len(before) - 1] == before[:-1]


def test_a_text_is_cut_at_its_paragraphs() -> None:
    assert split("one two\n\nthree four\n\nfive", limit_chars=20) == ["one two\n\nthree four", "five"]


def test_a_code_fence_is_closed_and_reopened() -> None:
    code = "```python\n" + "print(1)\n" * 6 + "```\nafter"

    pieces = split(code, limit_chars=40)

    assert len(pieces) > 1
    assert all(piece.count("```") % 2 == 0 for piece in pieces)
    assert all(piece.startswith("```python\n") for piece in pieces[:-1])


def test_a_word_longer_than_a_message_is_cut_in_it() -> None:
    assert split("x" * 40, limit_chars=16) == ["x" * 16, "x" * 16, "x" * 8]


def test_an_emoji_of_several_characters_stays_whole() -> None:
    family = "👩\u200d👩\u200d👧"

    assert "".join(split("x" * 14 + family + "y" * 9, limit_chars=16)) == "x" * 14 + family + "y" * 9
    assert split("x" * 14 + family + "y" * 9, limit_chars=16)[1].startswith(family)


def test_a_limit_without_room_for_a_fence_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        split("text", limit_chars=15)
