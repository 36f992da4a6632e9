"""Discord's commands: what is registered, and the conversation's own words for each. Pure.

Besides `/ask` there is a slash command for each command of the conversation's table, and in the menu of a message
what begins from that message.

Source: "Application Commands", Discord developer docs.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from bot.conversation.commands import COMMANDS, Command

SLASH_COMMAND, MESSAGE_COMMAND = 1, 3  # kinds of commands
TEXT_OPTION, FILE_OPTION = 3, 11
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1  # contexts
EVERYWHERE: Final[Mapping[str, Any]] = {
    "type": SLASH_COMMAND,
    "integration_types": [0],
    "contexts": [IN_SERVERS, IN_DIRECT_MESSAGES],
}
FROM_A_MESSAGE: Final[Mapping[str, Any]] = {  # to begin a thread, and only servers have those
    "type": MESSAGE_COMMAND,
    "integration_types": [0],
    "contexts": [IN_SERVERS],
}
ASK, FORK_HERE = "ask", "Fork from here"
WORDS = frozenset(command.word for command in COMMANDS)
ARGUMENTS: Final[Mapping[str, str]] = {  # what each command takes, as Discord explains it
    "question": "What to look into",
    "what": "What to change about the plan",
    "schedule": "Which one, such as S-7F3K2",
    "zone": "A city or a time zone, such as Europe/Zurich",
}
NO_OPTIONS: Final[Mapping[str, object]] = {"options": []}  # Discord leaves them out


def render_definition(command: Command) -> dict[str, Any]:
    """A command of the conversation as Discord registers it."""
    options: list[dict[str, Any]] = []
    if command.argument is not None:
        description = ARGUMENTS[command.argument]
        needed = {} if command.may_stand_alone else {"required": True}  # Discord leaves a False out
        options = [{"type": TEXT_OPTION, "name": command.argument, "description": description, **needed}]
    return {**EVERYWHERE, "name": command.word, "description": _sentence(command.does), "options": options}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


DEFINITIONS: Final[list[dict[str, Any]]] = [
    {
        **EVERYWHERE,
        "name": ASK,
        "description": "Ask a question",
        "options": [
            {"type": TEXT_OPTION, "name": "prompt", "description": "What you want to know", "required": True},
            {"type": FILE_OPTION, "name": "file", "description": "A file the question is about"},
        ],
    },
    *map(render_definition, COMMANDS),
    {**FROM_A_MESSAGE, "name": FORK_HERE},
]


def render_words(name: str, argument: str) -> str | None:
    """What somebody who used the command says to the bot, or None for a command that is not ours."""
    if name == ASK:
        return argument
    if name not in WORDS:
        return None
    return f"{name}: {argument}" if argument else name


def render_menu_words(name: str) -> str | None:
    """What somebody who chose this from the menu of a message says to the bot there, or None where it is not ours."""
    return "fork" if name == FORK_HERE else None


def are_registered(listed: object) -> bool:
    """Whether Discord's list of our commands is `DEFINITIONS`, in whatever order."""
    if not isinstance(listed, list):
        return False
    commands = [cast("dict[str, object]", one) for one in cast("list[object]", listed) if isinstance(one, dict)]
    by_name = {one.get("name"): {**NO_OPTIONS, **one} for one in commands}
    return len(commands) == len(DEFINITIONS) and all(_same(ours, by_name.get(ours["name"])) for ours in DEFINITIONS)


def _same(ours: object, theirs: object) -> bool:
    """Whether all that we say is so there too; Discord adds ids, versions and defaults."""
    match ours, theirs:
        case dict(), dict():
            known = cast("dict[str, object]", theirs)
            return all(_same(value, known.get(key)) for key, value in cast("dict[str, object]", ours).items())
        case list(), list():
            wanted, found = cast("list[object]", ours), cast("list[object]", theirs)
            return len(wanted) == len(found) and all(map(_same, wanted, found))
        case _:
            return ours == theirs
