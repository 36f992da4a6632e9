"""Text between Discord and the conversation."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.format import (
    MESSAGE_CHARS,
    TITLE_CHARS,
    parse_text,
    render_components,
    render_markdown,
    render_plain,
    render_title,
    without_previews,
)
from bot.models import Action
from bot.playground.discord_markup import markdown
from bot.simulators.discord.mentions import Mentions, in_text
from bot.simulators.discord.previews import in_text as previews_in

PART_CHARS = 1_900


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@100> hello", "hello"),
        ("hello <@!100>", "hello"),
        ("<@&101> hello", "hello"),
        ("<@100> ask <@201> about it", "ask @Grace about it"),
        ("ask <@202>", "ask @202"),
        ("<@&102> look", "@102 look"),
        ("see <#400>", "see #400"),
        ("nice <:party:1234> <a:dance:12>", "nice :party: :dance:"),
        ("use </ask:1234>", "use /ask"),
        ("at <t:1700000000:R>", "at 2023-11-14 22:13 UTC"),
        ("at <t:999999999999>", "at <t:999999999999>"),
        ("1 < 2 and <unclosed", "1 < 2 and <unclosed"),
        ("<@100>", ""),
    ],
)
def test_what_a_person_typed_is_what_the_model_reads(typed: str, read: str) -> None:
    assert parse_text(typed, own=("100", "101"), names={"100": "Parley", "201": "Grace"}) == read


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# One\n## Two\n### Three", "# One\n## Two\n### Three"),
        ("#### Four\n###### **Six** ##", "**Four**\n**Six**"),
        ("__bold__ and **bold**", "**bold** and **bold**"),
        ("snake__case__name and `__init__`", "snake__case__name and `__init__`"),
        ("a || b", r"a \|\| b"),
        ("[https://x.test/a](https://x.test/a)", "https://x.test/a"),
        ("[https://good.test](https://bad.test/a)", "https://bad.test/a"),
        ("[the page](https://x.test/a)", "[the page](https://x.test/a)"),
        ("![a cat](https://x.test/cat.png)", "[a cat](https://x.test/cat.png)"),
        ("- [ ] open\n- [x] done", "- ☐ open\n- ☑ done"),
        ("above\n\n---\n\nbelow", "above\n\n───\n\nbelow"),
        ("```python\n#### x || __y__\n```", "```python\n#### x || __y__\n```"),
        ("~~~\ncode\n~~~", "```\ncode\n```"),
        ("````\n```\n````", "```\n`\u200b`\u200b`\n```"),
        ("```inline``` then __bold__", "```inline``` then **bold**"),
        ("```python\nstill growing", "```python\nstill growing\n```"),
    ],
)
def test_markdown_becomes_discords_dialect(markdown: str, shown: str) -> None:
    assert render_markdown(markdown) == shown


def test_a_table_is_shown_in_columns() -> None:
    table = "So:\n\n| City | **People** |\n|---|---:|\n| 東京 | 14 M |\n| Bern |\n\nDone."

    assert render_markdown(table) == ("So:\n\n```\nCity  People\n────  ──────\n東京  14 M\nBern\n```\n\nDone.")


def test_a_table_too_wide_for_that_is_a_list() -> None:
    table = f"| Name | About | |\n|---|---|---|\n| **Ada** | {'x' * 70} | `a \\|\\| b` |"

    assert render_markdown(table) == f"- **Ada**\n  - About: {'x' * 70}\n  - `a || b`"


@pytest.mark.parametrize("text", ["a | b\nc | d", "a | b\n---", "| a |\n| - | - |", "x\n|", ""])
def test_what_only_looks_like_a_table_stays(text: str) -> None:
    assert "```" not in render_markdown(text)


NOTIFYING = ["@everyone", "@here", "@Everyone", "<@200>", "<@!200>", "<@&102>"]
PIECES = [*NOTIFYING, "`", "```", "~~~", "\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "|", "||", "__", "#### ", "text ",
          "[https://x.test](https://y.test)", "<", "@", "-", ">", "  ", "\\", "東京"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_no_text_of_a_model_names_anybody(text: str) -> None:
    assert in_text(render_markdown(text)) == Mentions()


def test_of_an_escaped_mention_no_backslash_is_left() -> None:
    assert render_markdown(r"\<@200\> and 2\*3 and \<@U0ADA\>") == r"‹@200\> and 2\*3 and \<@U0ADA\>"


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), min_size=1, max_size=8), st.integers(1, PART_CHARS))
def test_a_part_still_fits_into_a_message_when_it_is_rendered(pieces: list[str], repeated: int) -> None:
    text = ("".join(pieces) * repeated)[:PART_CHARS]

    assert len(render_markdown(text)) <= MESSAGE_CHARS


@pytest.mark.parametrize(
    "text",
    ["a@b.test", "<div>&lt;", "@grace", "#general", "x <- y", "2 * 3 * 4", "<t:1700000000>", "> quote", "-# sub"],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert render_markdown(text) == text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What is\n  this?", "What is this?"),
        ("word " * 40, "word " * 15 + "word…"),
        ("x" * 200, "x" * (TITLE_CHARS - 1) + "…"),
        ("请 " + "量" * 200, "请 " + "量" * (TITLE_CHARS - 3) + "…"),
        (" \n", ""),
    ],
)
def test_a_title_is_the_beginning_of_a_text(text: str, title: str) -> None:
    assert render_title(text) == title


MARKUP = ["**", "__", "*", "_", "~~", "`", "```", "||", "[x](https://x.test)", "<https://x.test>", "https://x.test/a_b",
          "steam://run", "# ", "-# ", "- ", "1. ", "2) ", "> ", ">>> ", "<t:1700000000:R>", "<:party:1>", "</ask:1>",
          "\\", "text ", "12:05 ", "東京"]  # fmt: skip


@given(st.lists(st.sampled_from(MARKUP), max_size=12).map("".join))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    blocks = markdown(render_plain(text, limit_chars=1_000))

    words = " ".join(text.split()).replace("</ask", "‹/ask")
    assert [unescape(block) for block in blocks] == ([f"<p>{words}</p>"] if words else [])


@given(st.lists(st.sampled_from([*MARKUP, *NOTIFYING]), max_size=60).map("".join), st.integers(2, 60))
def test_plain_text_names_nobody_and_keeps_its_limit(text: str, limit_chars: int) -> None:
    shown = render_plain(text, limit_chars=limit_chars)

    assert in_text(shown) == Mentions()
    assert len(shown) <= limit_chars
    assert not shown.endswith("\\…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> see https://x.test/a", "> see <https://x.test/a>"),
        ("<https://x.test/a>", "<https://x.test/a>"),
        ("<https://x.test/a and", "<https://x.test/a> and"),
        ("[x](https://x.test/a)", "[x](<https://x.test/a>)"),
        ("no link", "no link"),
    ],
)
def test_links_can_be_kept_from_being_fetched(text: str, shown: str) -> None:
    assert without_previews(text) == shown
    assert previews_in(shown) == []


def test_the_expected_button_and_the_one_that_destroys_look_so() -> None:
    actions = [
        Action(label="Approve", says="approve", kind="primary"),
        Action(label="Change", says="change"),
        Action(label="Stop", says="stop", kind="danger"),
    ]

    (row,) = render_components(actions)

    assert [(one["label"], one["style"]) for one in row["components"]] == [("Approve", 1), ("Change", 2), ("Stop", 4)]
