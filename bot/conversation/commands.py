"""The one table of what people can say besides asking; every platform takes its commands from here."""

import re
from typing import NamedTuple

from bot.content import TextContent
from bot.conversation.zone_names import find_zone
from bot.models import Inbound

SCHEDULE = re.compile(r"`?S-[0-9A-Z]{5}`?", re.IGNORECASE)
ZONE_LIKE = re.compile(r"[A-Z]\w*(?:/[A-Z][\w+-]*){1,2}|(?:UTC|GMT)[+-][\d:]+|(?-i:[A-Z]{2,3}T)", re.IGNORECASE)
SIGNS = ".!"  # behind a word that stands alone


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
    Command("research", "question", "a long task: an agent looks into it and reports back here, now or at set times"),
    Command("stop", None, "stops what I am doing here"),
    Command("retry", None, "answers the last question again"),
    Command("fork", None, "goes on from the last answer in a new thread"),
    Command("tasks", None, "what runs and what is scheduled here"),
    Command("approve", None, "starts a research as it is planned"),
    Command("change", "what", "has the plan of a research changed"),
    Command("cancel", None, "drops the plan of a research"),
    Command("pause", "schedule", "leaves out a scheduled research until you resume it"),
    Command("resume", "schedule", "goes on with a scheduled research that is paused"),
    Command("delete", "schedule", "ends a scheduled research for good"),
    Command("zone", "zone", "sets the time zone of your schedules; alone, says which one counts", may_stand_alone=True),
    Command("help", None, "this list"),
)
AT_SET_TIMES = (
    "A research may begin with a time, such as `research tomorrow at 9:00 …` or `research every Monday at 9:00 …`. "
    "In a thread with me you need not name me; begin with `research: …` then."
)


def parse_command(message: Inbound) -> Said | None:
    """The command that a message is; None for a question like any other.

    A word that takes nothing must stand alone, so "stop guessing, please" stays a question; "Stop!" is no other word.
    What takes something and is not said to the bot by name counts only where it is unmistakable; see `_fits`. Where
    what it takes is missing, its handler asks for it.
    """
    word, *rest = words_of(message).split(maxsplit=1) or [""]
    argument = "".join(rest)
    for command in COMMANDS:
        if _is_word(command, word, argument) and _fits(command, word, argument, message):
            return Said(command.word, "" if command.argument is None and not message.silent else argument)
    return None


def words_of(message: Inbound) -> str:
    """What somebody wrote, without the files."""
    return " ".join(item.text for item in message.content if isinstance(item, TextContent)).strip()


def _is_word(command: Command, word: str, argument: str) -> bool:
    bare = word if argument.strip(SIGNS) else word.rstrip(SIGNS)
    return bare.lower().removesuffix(":") == command.word


def _fits(command: Command, word: str, argument: str, message: Inbound) -> bool:
    """Whether a message that begins with the word means the command.

    With a colon it does: nobody writes that among people by chance. Without one, `research` counts where the bot is
    addressed and nowhere else, also in threads it takes part in: "research shows that …" must not start a task that
    costs money. `change` never does, since "change the tone" is meant for an answer. What is about a schedule counts
    with its reference, and alone where the bot is addressed; `zone` with what is a zone or looks like one.
    """
    if message.silent:  # a button says the word, and perhaps what it is about
        return True
    has_colon = word.endswith(":")
    match command.argument:
        case None:
            return not argument.strip(SIGNS)
        case "question":
            return has_colon or message.addressed
        case "what":
            return has_colon
        case "zone":
            is_zone = find_zone(argument) is not None or ZONE_LIKE.fullmatch(argument) is not None
            return has_colon or not argument or is_zone
        case _:
            is_alone = not argument and message.addressed
            return has_colon or is_alone or SCHEDULE.fullmatch(argument.rstrip(SIGNS)) is not None


def render_help() -> str:
    """The table as people read it."""
    lines = [f"- `{_said(command)}`: {command.does}" for command in COMMANDS]
    return "\n".join(["Ask me anything, with or without files. Besides, you can say:", *lines, "", AT_SET_TIMES])


def _said(command: Command) -> str:
    if command.argument is None:
        return command.word
    argument = f"[{command.argument}]" if command.may_stand_alone else f"<{command.argument}>"
    return f"{command.word}{':' if command.argument == 'what' else ''} {argument}"
