"""Rendering of what bots write: faithful to Markdown, deaf to everything hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.markup import clean, markdown
from tests.playground.hostile import HOSTILE, Seen, is_harmless


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_hostile_becomes_markup(source: str) -> None:
    assert is_harmless("".join(markdown(source)))


@pytest.mark.parametrize("source", HOSTILE)
def test_the_second_wall_holds_without_the_first(source: str) -> None:
    assert is_harmless(clean(source))


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "- ", "> ", "`", "*", "[", "](", "<", ">", "|"]), max_size=8))
def test_no_mixture_becomes_markup_and_every_block_is_one_element(pieces: list[str]) -> None:
    blocks = markdown("".join(pieces))

    assert is_harmless("".join(blocks))
    assert all(Seen(block).roots == 1 for block in blocks)


def test_code_is_shown_as_it_was_written() -> None:
    assert markdown("```\n<b> & <@U1>\n```") == ("<pre><code>&lt;b&gt; &amp; &lt;@U1&gt;\n</code></pre>",)


def test_links_open_elsewhere_and_tell_nothing_of_us() -> None:
    (paragraph,) = markdown("[docs](https://example.com/a)")

    assert 'href="https://example.com/a"' in paragraph
    assert 'rel="noopener noreferrer"' in paragraph
    assert 'target="_blank"' in paragraph


def test_a_picture_is_a_link_so_nothing_is_fetched() -> None:
    (paragraph,) = markdown("![a cat](https://example.com/cat.png)")

    assert "<img" not in paragraph
    assert ">a cat</a>" in paragraph


def test_tables_keep_their_alignment_without_styles() -> None:
    (table,) = markdown("| a | b |\n| - | -: |\n| 1 | 2 |")

    assert '<td class="right">2</td>' in table
    assert "style" not in table


def test_headings_stand_below_those_of_the_page() -> None:
    assert markdown("# a\n\n###### b") == ("<h4>a</h4>", "<h6>b</h6>")


def test_mentions_are_shown_by_name() -> None:
    (paragraph,) = markdown("ask <@U1>, <@U2|grace>, <!here>", (("@U1", "@Ada"),))

    shown = '<p>ask <span class="mention">@Ada</span>, <span class="mention">@grace</span>, '
    assert paragraph == shown + '<span class="mention">@here</span></p>'


def test_a_hostile_name_stays_a_name() -> None:
    (paragraph,) = markdown("<@U1>", (("@U1", "@<script>alert(1)</script>"),))

    assert "&lt;script&gt;" in paragraph
    assert is_harmless(paragraph)


def test_a_growing_text_keeps_its_first_blocks() -> None:
    before, after = markdown("One.\n\nTwo"), markdown("One.\n\nTwo is longer.\n\n- three")

    assert before[0] == after[0]
    assert len(after) == 3
