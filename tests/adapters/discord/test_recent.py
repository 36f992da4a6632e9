"""Posts that are repeated so late that Discord has forgotten their nonces."""

from typing import Any

import pytest

from adapters.discord.channel import DiscordChannel
from adapters.discord.recent import is_post_of
from bot.conversation.adapter import ChannelBusy
from bot.models import File, Inbound, Progress
from bot.simulators.discord import DiscordSimulator, dropped_reply, refused_with
from tests.adapters.discord.conftest import direct_message, inbound, part_of, shown

POST, LIST = "POST /channels/{channel_id}/messages", "GET /channels/{channel_id}/messages"
BOT, ADA = "100", "200"
QUESTION = inbound("300", "400", "400", "77")
REPORT = File(name="my report.md", mime_type="text/markdown", data=b"# All")


@pytest.fixture
def to(simulator: DiscordSimulator, ada: str) -> Inbound:
    return direct_message(simulator, ada)


async def test_a_post_that_is_repeated_late_finds_the_first_message(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound, ada: str
) -> None:
    simulator.fails(POST, dropped_reply())
    with pytest.raises(ChannelBusy):
        await channel.post(to, part_of(to, "Par", final=False))
    posted = simulator.messages(to.thread.channel)[-1]
    await simulator.say(to.thread.channel, "Paris.", user_id=ada)
    simulator.advance(3_000)

    found = await channel.post(to, part_of(to, "Paris."), again=True)

    assert found == posted.id
    assert shown(simulator, to.thread.channel) == ["Paris."]


async def test_a_file_that_is_repeated_late_is_there_once(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    simulator.fails(POST, dropped_reply())
    with pytest.raises(ChannelBusy):
        await channel.post(to, part_of(to, "", file=REPORT))
    simulator.advance(3_000)

    await channel.post(to, part_of(to, "", file=REPORT), again=True)

    assert sum(len(one.attachments) for one in simulator.messages(to.thread.channel)) == 1


async def test_what_was_never_posted_is_posted_also_where_nobody_may_look(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    simulator.fails(LIST, refused_with(50001))

    await channel.post(to, part_of(to, "Paris."), again=True)
    await channel.post(to, part_of(to, "It lies on the Seine.", 1), again=True)

    assert shown(simulator, to.thread.channel) == ["Paris.", "It lies on the Seine."]


def message(**changes: object) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": "90", "author": {"id": BOT}, "content": "Paris.", "attachments": []}
    return plain | changes


SANITIZED = {"url": "https://x.test/f", "filename": "my_report.md", "title": "my report"}


@pytest.mark.parametrize(
    ("posted", "is_it"),
    [
        (message(nonce="77/0", content="Par"), True),
        (message(nonce="77/1"), False),
        (message(), True),
        (message(content="Par"), False),
        (message(id="70"), False),
        (message(author={"id": ADA}, nonce="77/0"), False),
        ({}, False),
    ],
)
def test_a_message_is_known_by_its_nonce_or_else_by_its_text(posted: dict[str, Any], is_it: bool) -> None:
    assert is_post_of(posted, QUESTION, part_of(QUESTION, "Paris."), own=BOT) is is_it


@pytest.mark.parametrize(
    ("posted", "is_it"),
    [
        (message(attachments=[SANITIZED]), True),
        (message(attachments=[SANITIZED | {"filename": "my report.md", "title": None}]), True),
        (message(attachments=[SANITIZED | {"title": "another"}]), False),
        (message(attachments=[SANITIZED], id="70"), False),
        (message(), False),
    ],
)
def test_a_file_without_a_nonce_is_known_by_its_name(posted: dict[str, Any], is_it: bool) -> None:
    assert is_post_of(posted, QUESTION, part_of(QUESTION, "Paris.", file=REPORT), own=BOT) is is_it


RESEARCH = Progress(title="Research: what_is this?", stages=())


@pytest.mark.parametrize(
    ("posted", "is_it"),
    [
        (message(content="", embeds=[{"title": r"Research: what\_is this?"}]), True),
        (message(content="", embeds=[{"title": "Research: another"}]), False),
        (message(content="", embeds=[{"title": r"Research: what\_is this?"}], id="70"), False),
        (message(), False),
    ],
)
def test_a_drawn_part_without_a_nonce_is_known_by_its_title(posted: dict[str, Any], is_it: bool) -> None:
    assert is_post_of(posted, QUESTION, part_of(QUESTION, "Paris.", progress=RESEARCH), own=BOT) is is_it
