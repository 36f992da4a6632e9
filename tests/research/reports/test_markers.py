"""Numbers of sources never break what they stand in."""

import pytest

from bot.research.reports.markers import Marker, insert_markers


@pytest.mark.parametrize(
    ("text", "behind", "expected"),
    [
        ("A fact. More.", "A fact.", "A fact.[1] More."),
        ("A fact.\n\nMore.", "A fact.\n\n", "A fact.[1]\n\nMore."),
        ("Capacity grew", "Capa", "Capacity[1] grew"),
        ("see [a page](https://a.b) now", "see [a pa", "see [a page](https://a.b)[1] now"),
        ("see [a page](https://a.b) now", "see [a page](https", "see [a page](https://a.b)[1] now"),
        ("at https://a.b/c now", "at https://a.b/c", "at https://a.b/c [1] now"),
        ("use `a + b` now", "use `a +", "use `a + b`[1] now"),
        ("**bold** now", "**bold*", "**bold**[1] now"),
        ("a &amp; b", "a &a", "a &amp;[1] b"),
        (
            "| a | b |\n|---|---|\n| c | d |\n",
            "| a | b |\n|---|---|\n| c | d |",
            "| a | b |\n|---|---|\n| c | d[1] |\n",
        ),
        ("| a | b |\n|---|---|\n| c | d |\n", "| a | b |\n|---|---|", "| a | b[1] |\n|---|---|\n| c | d |\n"),
        ("Text\n\n- item", "Text\n\n- ", "Text[1]\n\n- item"),
        ("Text\n===\n", "Text\n==", "Text[1]\n===\n"),
        ("```\ncode\n```\nText", "```\nco", "```\ncode\n```\n\n[1]\n\nText"),
        ("- ```\n  code\n  ```\n- b", "- ```\n  code\n  ```", "- ```\n  code\n  ```\n\n[1]\n\n- b"),
        ("Text\n\n```\ncode", "Text\n\n```\nco", "Text\n\n[1]\n\n```\ncode"),
        ("f(x)", "f", "f\\[1\\](x)"),
        ("A fact [1]. More", "A fact", "A fact[1] [1]. More"),
        ("A fact [1]. More", "A fact [1]", "A fact [1]. More"),
        ("A fact[1]. More", "A fact", "A fact[1]. More"),
        ("", "", "[1]"),
    ],
)
def test_a_number_stands_at_the_nearest_place_where_it_is_text(text: str, behind: str, expected: str) -> None:
    assert insert_markers(text, [Marker(len(behind), 1)]) == expected


def test_numbers_that_settle_in_one_place_stand_together_in_order() -> None:
    text = "A fact.  More."

    assert insert_markers(text, [Marker(9, 3), Marker(7, 1), Marker(8, 3)]) == "A fact.[1][3]  More."


@pytest.mark.parametrize("char", ["[", "`", "*", "<", "&", "|", "\\", "`` ` ", "](", "> ", "- "])
def test_a_report_that_is_all_marks_takes_no_longer_than_another(char: str) -> None:
    text = char * (100_000 // len(char))

    marked = insert_markers(text, [Marker(at, at) for at in range(0, len(text), 500)])

    assert len(marked) > len(text)
