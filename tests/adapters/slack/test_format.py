"""Text between Slack and the conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock, Block, MarkdownBlock

from adapters.slack.format import parse_mrkdwn, render_blocks, render_fallback, render_markdown
from bot.models import Action
from bot.simulators.slack.mentions import who_is_notified

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


@given(st.text(st.sampled_from("a&<>\"'`*\n# ")), st.booleans())
def test_blocks_and_fallback_are_such_as_slack_takes(some: str, with_button: bool) -> None:
    text = (some or "a") * (12_000 // len(some or "a"))

    blocks = Block.parse_all(render_blocks(text, [Action(label="Stop", says="stop")] if with_button else []))

    assert [type(block) for block in blocks] == [MarkdownBlock, ActionsBlock][: 1 + with_button]
    for block in blocks:
        block.validate_json()
    assert len(render_fallback(text)) <= 4_000
