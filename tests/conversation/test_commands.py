"""What counts as a command."""

import pytest

from bot.conversation.commands import COMMANDS, Said, parse_command, render_help
from tests.conversation.platform import said as message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stop", Said("stop", "")),
        ("  Stop ", Said("stop", "")),
        ("help", Said("help", "")),
        ("retry", Said("retry", "")),
        ("Approve!", Said("approve", "")),
        ("Stop.", Said("stop", "")),
        ("help !", Said("help", "")),
        ("help?", None),
        ("FORK", Said("fork", "")),
        ("research What do otters eat?", Said("research", "What do otters eat?")),
        ("Research  two  things", Said("research", "two  things")),
        ("stop guessing, please", None),
        ("help me with this", None),
        ("retry that with more detail", None),
        ("fork bombs: what are they?", None),
        ("research", Said("research", "")),
        ("Research: ", Said("research", "")),
        ("change:", Said("change", "")),
        ("change", None),
        ("zone", Said("zone", "")),
        ("zone Europe/Zurich", Said("zone", "Europe/Zurich")),
        ("zone: New York", Said("zone", "New York")),
        ("zone utc", Said("zone", "utc")),
        ("zone Zurich", Said("zone", "Zurich")),
        ("zone New York", Said("zone", "New York")),
        ("zone CET", Said("zone", "CET")),
        ("zone EST", Said("zone", "EST")),
        ("zone UTC+2", Said("zone", "UTC+2")),
        ("zone Europe/Atlantis", Said("zone", "Europe/Atlantis")),
        ("zone out", None),
        ("zone defence, what is it?", None),
        ("researchers say so", None),
        ("what is research?", None),
        ("change: only Europe", Said("change", "only Europe")),
        ("change the tone, please", None),
        ("pause S-7F3K2", Said("pause", "S-7F3K2")),
        ("delete `s-7f3k2`", Said("delete", "`s-7f3k2`")),
        ("delete S-7F3K2.", Said("delete", "S-7F3K2.")),
        ("delete the last paragraph", None),
        ("pause", Said("pause", "")),
        ("Delete!", Said("delete", "")),
        ("", None),
    ],
)
def test_a_command_stands_at_the_beginning_and_takes_what_it_takes(text: str, said: Said | None) -> None:
    assert parse_command(message(text)) == said


def test_among_people_a_sentence_may_begin_like_a_command() -> None:
    assert parse_command(message("research shows that otters swim", addressed=False)) is None
    assert parse_command(message("research", addressed=False)) is None
    assert parse_command(message("change the tone", addressed=False)) is None
    assert parse_command(message("pause", addressed=False)) is None
    assert parse_command(message("zone defence", addressed=False)) is None
    assert parse_command(message("stop", addressed=False)) == Said("stop", "")
    assert parse_command(message("resume S-7F3K2", addressed=False)) == Said("resume", "S-7F3K2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("change:", Said("change", "")),
        ("research:", Said("research", "")),
        ("research: What do otters eat?", Said("research", "What do otters eat?")),
        ("pause:", Said("pause", "")),
        ("Approve!", Said("approve", "")),
    ],
)
def test_where_the_bot_takes_part_a_colon_is_enough(text: str, said: Said) -> None:
    assert parse_command(message(text, addressed=False)) == said


def test_a_button_says_the_word_and_what_it_is_about() -> None:
    pressed = message("approve 1a2b3c4d").model_copy(update={"silent": True})

    assert parse_command(pressed) == Said("approve", "1a2b3c4d")
    assert parse_command(message("approve 1a2b3c4d")) is None


def test_a_deletion_is_no_command() -> None:
    gone = {"content": (), "deleted": True, "revision": "deleted"}

    assert parse_command(message("stop").model_copy(update=gone)) is None


def test_help_says_what_each_command_does_and_takes() -> None:
    text = render_help()

    assert all(f"`{command.word}" in text and command.does in text for command in COMMANDS)
    assert "`research <question>`" in text
    assert "`zone [zone]`" in text
    assert "`research every Monday at 9:00 …`" in text
