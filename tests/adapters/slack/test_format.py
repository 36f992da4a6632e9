"""Text between Slack and the conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.format import parse_mrkdwn, render_fallback, render_markdown, render_unlinked
from bot.simulators.slack.mentions import what_is_fetched, who_is_notified

NOTIFYING = ["<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1|@team>", "<@U0GRACE>", "@channel", "@here",
             "@Everyone", "&lt;!channel&gt;", "&#60;!here&#62;", "&#x3C;@U0GRACE>", "<!CHANNEL>"]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@U0BOT> hello", "hello"),
        ("hello <@U0BOT>", "hello"),
        ("<@U0BOT> ask <@U0GRACE> about it", "ask @U0GRACE about it"),
        ("<@U0BOT> ask <@U0GRACE|grace>", "ask @grace"),
        ("see <#C1|general>", "see #general"),
        ("<!here> look", "@here look"),
        ("<!subteam^S1|@team> look", "@team look"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://x.test/a?b=1&amp;c=2|the page>", "[the page](https://x.test/a?b=1&c=2)"),
        ("<https://x.test>", "https://x.test"),
        ("<mailto:a@x.test|a@x.test>", "[a@x.test](mailto:a@x.test)"),
        ("1 < 2 and <unclosed", "1 < 2 and <unclosed"),
        ("<@U0BOT>", ""),
    ],
)
def test_what_a_person_typed_is_what_the_model_reads(typed: str, read: str) -> None:
    assert parse_mrkdwn(typed, bot_user="U0BOT") == read


@given(st.lists(st.sampled_from([*NOTIFYING, " ", "`", "\n", "text", "<", "@", "!"]), max_size=12))
def test_no_text_of_a_model_notifies_anybody(pieces: list[str]) -> None:
    rendered = render_markdown("".join(pieces))

    assert who_is_notified(rendered, [], links_names=True) == []
    assert len(rendered) <= len("".join(pieces))


@pytest.mark.parametrize(
    "text", ["a@b.test", "<div>&lt;", "@heretic", "<!DOCTYPE html>", "#general", "x <- y", "@grace"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert render_markdown(text) == text


def test_of_an_escaped_mention_no_backslash_is_left() -> None:
    assert render_markdown(r"\<@U0ADA\> and 2\*3") == r"‹@U0ADA\> and 2\*3"


def test_a_fallback_has_no_backslash_where_nothing_is_rendered() -> None:
    assert render_fallback(r"2\*3 \<@U0ADA\> \<!channel\> C:\\temp \o/") == (
        r"2*3 ‹@U0ADA&gt; ‹!channel&gt; C:\temp \o/"
    )


@given(st.text(st.sampled_from("a&<>\"'`*\n# ")))
def test_a_fallback_is_short_whatever_is_escaped_in_it(some: str) -> None:
    assert len(render_fallback((some or "a") * (12_000 // len(some or "a")))) <= 4_000


@pytest.mark.parametrize("text", ["see https://x.test/a", "HTTP://x.test", "[a](https://x.test)", "<https://x.test|a>"])
def test_no_preview_is_fetched_for_what_is_not_to_be_linked(text: str) -> None:
    unlinked = render_unlinked(text)

    assert what_is_fetched(unlinked, [], unfurl_links=None, unfurl_media=None, is_update=True) == []
    assert len(unlinked) == len(text)


@pytest.mark.parametrize("text", ["at 12:05", "a: b", "half // half", "Research: eels"])
def test_a_colon_is_a_colon_elsewhere(text: str) -> None:
    assert render_unlinked(text) == text
