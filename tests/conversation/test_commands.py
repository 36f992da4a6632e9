"""What counts as a command."""

import pytest

from bot.content import TextContent
from bot.conversation.commands import COMMANDS, Said, parse_command, say_help
from bot.models import Inbound, MessageId, Thread, UserId


def message(text: str, *, addressed: bool = True) -> Inbound:
    return Inbound(
        thread=Thread(platform="slack", team="T1", channel="C1", root=MessageId("1")),
        message=MessageId("1"),
        author=UserId("U1"),
        content=(TextContent(text=text),),
        addressed=addressed,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stop", Said("stop", "")),
        ("  Stop ", Said("stop", "")),
        ("help", Said("help", "")),
        ("research What do otters eat?", Said("research", "What do otters eat?")),
        ("Research  two  things", Said("research", "two  things")),
        ("stop guessing, please", None),
        ("help me with this", None),
        ("research", None),
        ("researchers say so", None),
        ("what is research?", None),
        ("", None),
    ],
)
def test_a_command_stands_at_the_beginning_and_takes_what_it_takes(text: str, said: Said | None) -> None:
    assert parse_command(message(text)) == said


def test_among_people_a_sentence_may_begin_like_a_command() -> None:
    assert parse_command(message("research shows that otters swim", addressed=False)) is None
    assert parse_command(message("stop", addressed=False)) == Said("stop", "")


async def test_help_names_every_command() -> None:
    text = await say_help(message("help"), "")

    assert all(f"`{command.word}" in text for command in COMMANDS)
