"""The one table of what people can say besides asking; every platform takes its commands from here."""

import re
from typing import NamedTuple

from bot.content import TextContent
from bot.models import Inbound

SCHEDULE = re.compile(r"`?S-[0-9A-Z]{5}`?", re.IGNORECASE)
ZONE = re.compile(r"UTC|GMT|[A-Z][\w+-]*(?:/[A-Z][\w+-]*){1,2}", re.IGNORECASE)


class Command(NamedTuple):
    word: str
    argument: str | None  # what follows the word, or None when nothing may
    does: str
    may_stand_alone: bool = False  # though it takes something


class Said(NamedTuple):
    """A command as somebody gave it."""

    word: str
    argument: str


COMMANDS = (
    Command("research", "question", "a long task: an agent looks into it and reports back here"),
    Command("stop", None, "stops what I am doing here"),
    Command("retry", None, "answers the last question again"),
    Command("fork", None, "goes on from the last answer in a new thread"),
    Command("tasks", None, "what runs and what is scheduled here"),
    Command("approve", None, "starts a research as it is planned"),
    Command("change", "what", "has the plan of a research changed"),
    Command("cancel", None, "drops the plan of a research"),
    Command("pause", "schedule", "keeps a schedule from firing"),
    Command("resume", "schedule", "lets it fire again"),
    Command("delete", "schedule", "deletes a schedule"),
    Command("zone", "zone", "sets the time zone of your schedules; alone, says which one counts", may_stand_alone=True),
    Command("help", None, "this list"),
)


def parse_command(message: Inbound) -> Said | None:
    """The command that a message is; None for a question like any other.

    A word that takes nothing must stand alone, so "stop guessing, please" stays a question. One that takes
    something counts with a colon; without, `research` when the bot is addressed, since among people a sentence may
    begin with it too, and what is about a schedule with its reference: "change the tone" is meant for an answer.
    Where what it takes is missing, `research` and `change:` count when the bot is addressed; their handlers ask for it.
    """
    text = " ".join(item.text for item in message.content if isinstance(item, TextContent)).strip()
    word, *rest = text.split(maxsplit=1) or [""]
    argument = "".join(rest)
    for command in COMMANDS:
        if word.lower().removesuffix(":") == command.word and _fits(command, word, argument, message):
            return Said(command.word, argument)
    return None


def _fits(command: Command, word: str, argument: str, message: Inbound) -> bool:
    if message.silent:  # a button says the word, and perhaps what it is about
        return True
    match command.argument:
        case None:
            return not argument
        case "question":
            return message.addressed or (word.endswith(":") and bool(argument))
        case "what":
            return word.endswith(":") and (message.addressed or bool(argument))
        case "zone":
            return not argument or word.endswith(":") or ZONE.fullmatch(argument) is not None
        case _:
            return SCHEDULE.fullmatch(argument) is not None or (word.endswith(":") and bool(argument))


def render_help() -> str:
    """The table as people read it."""
    lines = [f"- `{_said(command)}`: {command.does}" for command in COMMANDS]
    return "\n".join(["Ask me anything, with or without files. Besides, you can say:", *lines])


def _said(command: Command) -> str:
    if command.argument is None:
        return command.word
    argument = f"[{command.argument}]" if command.may_stand_alone else f"<{command.argument}>"
    return f"{command.word}{':' if command.argument == 'what' else ''} {argument}"
