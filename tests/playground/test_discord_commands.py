import pytest

from bot.playground.discord_commands import Typed, fitted, parse_command
from bot.playground.place import Refused
from tests.playground.discord_bot import COMMANDS


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("/ask What is\n12*7?", Typed("ask", "What is\n12*7?")),
        ("/stop", Typed("stop", "")),
        ("/Stop ", Typed("stop", "")),
        ("/usr/bin is a path", None),
        ("/ ask", None),
        ("ask /stop", None),
    ],
)
def test_a_command_begins_with_a_slash_and_a_name(text: str, typed: Typed | None) -> None:
    assert parse_command(text) == typed


def test_the_text_goes_to_the_first_text_option() -> None:
    assert fitted(Typed("ask", "why?"), COMMANDS, files=1) == {"prompt": "why?"}
    assert fitted(Typed("stop", ""), COMMANDS, files=0) == {}


@pytest.mark.parametrize(
    ("typed", "files", "sentence"),
    [
        (Typed("sing", "x"), 0, "There is no command /sing here. There are /ask, /stop."),
        (Typed("ask", ""), 0, "/ask needs something more: What you want to know."),
        (Typed("ask", "x"), 2, "/ask takes one file."),
        (Typed("stop", "now"), 0, "/stop takes no text."),
        (Typed("stop", ""), 1, "/stop takes no files."),
    ],
)
def test_what_does_not_fit_is_said_plainly(typed: Typed, files: int, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        fitted(typed, COMMANDS, files=files)

    assert str(refused.value) == sentence


def test_before_the_bot_has_registered_any_it_says_so() -> None:
    with pytest.raises(Refused, match="has not registered any yet"):
        fitted(Typed("ask", "x"), [], files=0)
