"""The one table of what people can say besides asking; every platform takes its commands from here."""

from typing import NamedTuple

from bot.content import TextContent
from bot.models import Inbound


class Command(NamedTuple):
    word: str
    argument: str | None  # what follows the word, or None when nothing may
    does: str


class Said(NamedTuple):
    """A command as somebody gave it."""

    word: str
    argument: str


COMMANDS = (
    Command("research", "question", "a long task: an agent looks into it and reports back here"),
    Command("stop", None, "stops what I am doing here"),
    Command("retry", None, "answers the last question again"),
    Command("fork", None, "goes on from the last answer in a new thread"),
    Command("help", None, "this list"),
)


def parse_command(message: Inbound) -> Said | None:
    """The command that a message is; None for a question like any other.

    A word that takes nothing must stand alone, so "stop guessing, please" stays a question. One that takes
    something counts only when the bot is addressed: among people, a sentence may begin with it too.
    """
    text = " ".join(item.text for item in message.content if isinstance(item, TextContent)).strip()
    word, *rest = text.split(maxsplit=1) or [""]
    argument = "".join(rest)
    for command in COMMANDS:
        fits = not argument if command.argument is None else bool(argument) and message.addressed
        if word.lower() == command.word and fits:
            return Said(command.word, argument)
    return None


def render_help() -> str:
    """The table as people read it."""
    lines = [f"- `{command.word}{f' <{command.argument}>' if command.argument else ''}`: {command.does}"
             for command in COMMANDS]  # fmt: skip
    return "\n".join(["Ask me anything, with or without files. Besides, you can say:", *lines])
