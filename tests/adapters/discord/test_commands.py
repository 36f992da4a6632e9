"""Which commands are registered, and when they need not be."""

from typing import Any

import pytest

from adapters.discord.commands import DEFINITIONS, are_registered, render_definition, render_menu_words, render_words
from bot.content import TextContent
from bot.conversation.commands import COMMANDS, Command, Said, parse_command
from bot.models import Inbound, MessageId, Thread, UserId
from bot.simulators.discord.commands import checked_command


def as_listed() -> list[dict[str, Any]]:
    """Our commands as Discord lists them: with more fields, without empty ones, in an order of its own."""
    more = {"id": "1", "version": "2", "nsfw": False}
    return [more | {key: value for key, value in one.items() if value != []} for one in reversed(DEFINITIONS)]


def test_there_is_one_for_questions_and_one_for_each_word_of_the_conversation() -> None:
    slash_commands = [one["name"] for one in DEFINITIONS if one["type"] == 1]

    assert slash_commands == ["ask", *(command.word for command in COMMANDS)]


def test_from_the_menu_of_a_message_in_a_server_one_can_fork() -> None:
    (menu,) = [one for one in DEFINITIONS if one["type"] == 3]

    assert (menu["name"], menu["contexts"]) == ("Fork from here", [0])
    assert (render_menu_words(menu["name"]), render_menu_words("Translate")) == ("fork", None)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_discord_takes_each_of_them(definition: dict[str, Any]) -> None:
    checked_command(definition, ())


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_says_is_that_command_in_the_conversation(command: Command) -> None:
    argument = "why?" if command.argument else ""

    words = render_words(command.word, argument)

    thread = Thread(platform="discord", team="1", channel="2", root=MessageId("3"))
    content = (TextContent(text=words or ""),)
    said = Inbound(thread=thread, message=MessageId("3"), author=UserId("4"), content=content, addressed=True)
    assert parse_command(said) == Said(command.word, argument)


def test_what_follows_a_word_is_asked_for() -> None:
    with_argument = render_definition(Command("move", "zone", "moves there"))
    optional = render_definition(Command("move", "zone", "moves there", may_stand_alone=True))
    without = render_definition(Command("rest", None, "does nothing"))

    assert "required" not in optional["options"][0]
    (option,) = with_argument["options"]
    assert (option["type"], option["name"], option["required"]) == (3, "zone", True)
    assert option["description"] == "A city or a time zone, such as Europe/Zurich"
    assert (with_argument["description"], without["options"]) == ("Moves there", [])


def test_everything_in_the_list_of_commands_begins_like_a_sentence() -> None:
    slash_commands = [one for one in DEFINITIONS if one["type"] == 1]
    described = [*slash_commands, *(option for one in slash_commands for option in one["options"])]

    assert [one["description"] for one in described if not one["description"][0].isupper()] == []


def test_a_command_that_nobody_registered_says_nothing() -> None:
    assert render_words("unknown", "why?") is None


def test_what_discord_lists_is_known_again() -> None:
    assert are_registered(as_listed())


NOTHING: list[object] = []
STOP = next(place for place, one in enumerate(as_listed()) if one["name"] == "stop")
ASK = next(place for place, one in enumerate(as_listed()) if one["name"] == "ask")


def listed_with(place: int, **changes: object) -> list[dict[str, Any]]:
    return [one | changes if index == place else one for index, one in enumerate(as_listed())]


DIFFERENT: list[object] = [
    None,
    NOTHING,
    as_listed()[1:],
    [*as_listed(), {"name": "old"}],
    listed_with(0, contexts=[0, 1]),
    listed_with(STOP, description="Something else"),
    listed_with(STOP, options=[{"type": 3, "name": "what", "description": "No longer asked for"}]),
    listed_with(ASK, options=NOTHING),
]


@pytest.mark.parametrize("listed", DIFFERENT)
def test_any_difference_is_noticed(listed: object) -> None:
    assert not are_registered(listed)
