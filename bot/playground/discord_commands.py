"""A slash command as somebody types it, fitted to what is registered under its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.playground.place import Refused
from bot.simulators.discord.ledger import Payload

SLASH_COMMAND, MESSAGE_COMMAND = 1, 3  # kinds of commands
TEXT_OPTION, FILE_OPTION = 3, 11
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1  # contexts

_TYPED = re.compile(r"/([-\w]{1,32})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    name: str
    argument: str


def parse_command(text: str) -> Typed | None:
    """What begins like a command, known or not; None for a message."""
    found = _TYPED.fullmatch(text.strip())
    return Typed(found[1].lower(), (found[2] or "").strip()) if found else None


def fitted(typed: Typed, registered: Sequence[Payload], *, files: int) -> Payload:
    """The values of the command's options: its first text option gets the argument; files find their own.

    Raises Refused with what is wrong.
    """
    command = next((one for one in registered if one["name"] == typed.name), None)
    if command is None:
        raise Refused(_unknown(typed.name, [one["name"] for one in registered]))
    options: list[Payload] = command.get("options") or []
    texts = [option for option in options if option["type"] == TEXT_OPTION]
    places = [option for option in options if option["type"] == FILE_OPTION]
    if typed.argument and not texts:
        raise Refused(f"/{typed.name} takes no text.")
    if files > len(places):
        raise Refused(f"/{typed.name} takes {_count(len(places))}.")
    values: Payload = {texts[0]["name"]: typed.argument} if typed.argument else {}
    given = {*values, *(option["name"] for option in places[:files])}
    lacking = [one["description"] for one in options if one.get("required") and one["name"] not in given]
    if lacking:
        raise Refused(f"/{typed.name} needs something more: {', '.join(lacking)}.")
    return values


def is_offered(command: Payload, *, is_direct: bool) -> bool:
    """Whether a command is there in a direct conversation with the bot, or else in the guild."""
    contexts: list[int] | None = command.get("contexts")
    return contexts is None or (IN_DIRECT_MESSAGES if is_direct else IN_SERVERS) in contexts


def _unknown(name: str, names: list[str]) -> str:
    known = f"There are {', '.join(f'/{one}' for one in names)}." if names else "The bot has not registered any yet."
    return f"There is no command /{name} here. {known}"


def _count(files: int) -> str:
    return "no files" if files == 0 else "one file" if files == 1 else f"at most {files} files"
