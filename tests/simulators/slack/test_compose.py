"""What a person types becomes what Slack sends."""

import pytest

from bot.simulators.slack.compose import encode, rich_text
from bot.simulators.slack.workspace import Workspace


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@Parley hello", "<@U0PARLEY> hello"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("ask @ada in #general", "ask <@U0ADA> in <#C0GENERAL|>"),
        ("@here look: https://example.com/?a=1&b=2", "<!here> look: <https://example.com/?a=1&amp;b=2>"),
        ("@nobody stays", "@nobody stays"),
        ("<!channel>", "&lt;!channel&gt;"),
    ],
)
def test_typed_text_is_encoded(typed: str, sent: str) -> None:
    assert encode(typed, Workspace()) == sent


def test_the_same_is_said_as_rich_text() -> None:
    block = rich_text("@Parley hi", Workspace(), "B1")

    assert block["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [{"type": "user", "user_id": "U0PARLEY"}, {"type": "text", "text": " hi"}],
        }
    ]
