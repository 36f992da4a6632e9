"""Discord's Markdown: faithful to what its readers see, deaf to everything hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.discord_markup import markdown, title, typed
from tests.playground.hostile import HOSTILE, Seen, is_harmless

NAMES = (("@1", "@Ada"), ("@&2", "@team"), ("#3", "#general"))
MARKS = ["||", "> ", ">>> ", "-# ", "__", "<t:1:R>", "<@1>", "https://", "\n", "- ", "`", "```", "[", "](", "#"]


@pytest.mark.parametrize("source", [*HOSTILE, *(f"||{one}||" for one in HOSTILE), *(f">>> {one}" for one in HOSTILE)])
def test_nothing_hostile_becomes_markup(source: str) -> None:
    assert is_harmless("".join(markdown(source)))


@given(st.lists(st.sampled_from([*HOSTILE, *MARKS]), max_size=8))
def test_no_mixture_becomes_markup_and_every_block_is_one_element(pieces: list[str]) -> None:
    blocks = markdown("".join(pieces), NAMES)

    assert is_harmless("".join(blocks))
    assert all(Seen(block).roots == 1 for block in blocks)


@pytest.mark.parametrize("mark", ["> ", ">>> ", "||", "- ", "**", "[", "__", "<t:"])
def test_endless_nesting_ends(mark: str) -> None:
    assert is_harmless("".join(markdown(mark * 1_500)))


def test_a_hostile_name_stays_a_name() -> None:
    (paragraph,) = markdown("<@1>", (("@1", "@<script>alert(1)</script>"),))

    assert "&lt;script&gt;" in paragraph


def test_lines_stay_lines() -> None:
    assert markdown("one\ntwo") == ("<p>one<br>\ntwo</p>",)


def test_three_levels_of_headings_and_no_more() -> None:
    assert markdown("# a\n### b\n#### c") == ("<h4>a</h4>", "<h6>b</h6>", "<p>#### c</p>")


def test_what_discord_does_not_know_is_shown_as_typed() -> None:
    shown = "".join(markdown("| a |\n| - |\n---\n&amp; ![x](https://example.com/x.png)"))

    assert "<table" not in shown
    assert "<hr" not in shown
    assert "<img" not in shown
    assert "&amp;amp;" in shown


def test_subtext_is_small_print() -> None:
    assert markdown("text\n-# *small* print") == ("<p>text</p>", "<small><em>small</em> print</small>")


def test_a_quote_ends_with_its_line() -> None:
    assert markdown("> quoted\nnot") == ("<blockquote>\n<p>quoted</p>\n</blockquote>", "<p>not</p>")


def test_a_long_quote_takes_all_that_follows() -> None:
    assert markdown(">>> one\n\ntwo") == ("<blockquote>\n<p>one</p>\n<p>two</p>\n</blockquote>",)


def test_underline_is_not_bold() -> None:
    assert markdown("__a__ **b** ~~c~~") == ("<p><u>a</u> <strong>b</strong> <s>c</s></p>",)


def test_a_spoiler_can_be_reached_by_keyboard() -> None:
    assert markdown("||the *end*||") == ('<p><span class="spoiler" tabindex="0">the <em>end</em></span></p>',)
    assert markdown("`||code||` \\|\\|no\\|\\|") == ("<p><code>||code||</code> ||no||</p>",)


def test_mentions_are_shown_by_name() -> None:
    (paragraph,) = markdown("<@1> <@!1> <@9> <@&2> <#3> </ask:5> @everyone <:smile:7>", NAMES)

    names = ("@Ada", "@Ada", "@unknown-user", "@team", "#general", "/ask", "@everyone")
    mentions = " ".join(f'<span class="mention">{name}</span>' for name in names)
    assert paragraph == f"<p>{mentions} :smile:</p>"


def test_times_can_be_read() -> None:
    (paragraph,) = markdown("<t:1700000000:D> <t:1700000000:R>")

    assert "14 November 2023</time>" in paragraph or "15 November 2023</time>" in paragraph
    assert paragraph.count("<time datetime=") == 2


def test_a_time_that_no_calendar_has_is_shown_as_typed() -> None:
    assert markdown("<t:999999999999>") == ("<p>&lt;t:999999999999&gt;</p>",)


def test_bare_addresses_are_links_without_the_full_stop() -> None:
    (paragraph,) = markdown("See https://example.com/a_b_(c). Or (http://example.org/).")

    assert ">https://example.com/a_b_(c)</a>." in paragraph
    assert ">http://example.org/</a>)." in paragraph
    assert 'rel="noopener noreferrer"' in paragraph


def test_code_is_shown_as_it_was_written() -> None:
    assert markdown("```py\n<@1> ||x||\n```", NAMES) == ("<pre><code>&lt;@1&gt; ||x||\n</code></pre>",)


def test_a_growing_text_keeps_its_first_blocks() -> None:
    before, after = markdown("One.\n\nTwo"), markdown("One.\n\nTwo is longer.")

    assert before[0] == after[0]


def test_a_title_is_the_first_words_without_marks() -> None:
    assert title("# **Hi** <@1>\n> `x` ||y||", NAMES) == "Hi @Ada x y"


def test_what_was_typed_has_names_for_ids_and_all_its_marks() -> None:
    source = "**Hi** <@1> <@!1> <@&2> in <#3>, not <@9> <:smile:7> <t:1:R>"

    assert typed(source, NAMES) == "**Hi** @Ada @Ada @team in #general, not <@9> <:smile:7> <t:1:R>"
