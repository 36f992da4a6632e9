"""What a page is sent: only what differs from what it shows."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.discord import DiscordPlace
from bot.playground.fragments import Where
from bot.playground.patches import View
from bot.playground.slack import SlackPlace
from bot.simulators.discord import DiscordSimulator
from bot.simulators.slack import Message, SlackSimulator


@pytest.fixture
def slack() -> SlackSimulator:
    """Not served: its people only talk among themselves here."""
    return SlackSimulator()


@pytest.fixture
def where(slack: SlackSimulator) -> Where:
    place = SlackPlace(slack)
    return Where(place, place.channels()[0])


def _answer(slack: SlackSimulator, root: Message, text: str) -> Message:
    bot = slack.workspace.bot
    answer = Message(
        "C0GENERAL",
        slack.workspace.next_ts(),
        bot.user.id,
        text,
        thread_ts=root.ts,
        bot_id=bot.bot_id,
        markdown_text=text,
    )
    slack.workspace.add(answer)
    return answer


async def test_a_growing_answer_costs_its_last_block(slack: SlackSimulator, where: Where) -> None:
    root = await slack.say("C0GENERAL", "@Parley write", user_id="U0ADA")
    answer = _answer(slack, root, "First paragraph.\n\nSecond")
    view = View(where)
    view.everything()

    answer.markdown_text = "First paragraph.\n\nSecond paragraph."
    patches = view.update([root.ts])

    body = f"slack-C0GENERAL-{root.ts}-{answer.ts}-body"
    assert patches == [{"do": "grow", "id": body, "keep": 1, "html": "<p>Second paragraph.</p>"}]


async def test_nothing_is_sent_when_nothing_changed(slack: SlackSimulator, where: Where) -> None:
    root = await slack.say("C0GENERAL", "hello", user_id="U0ADA")
    view = View(where)
    view.everything()

    assert view.update([root.ts]) == []


async def test_a_new_thread_comes_whole(slack: SlackSimulator, where: Where) -> None:
    view = View(where)
    view.everything()

    root = await slack.say("C0GENERAL", "hello there", user_id="U0ADA")
    patches = view.update([root.ts])

    assert [patch["do"] for patch in patches] == ["ensure", "only", "put", "put", "put", "ensure"]
    assert "hello there" in str(patches[3]["html"])


async def test_a_deleted_reply_goes(slack: SlackSimulator, where: Where) -> None:
    root = await slack.say("C0GENERAL", "hello", user_id="U0ADA")
    reply = await slack.say("C0GENERAL", "again", user_id="U0ADA", thread_ts=root.ts)
    view = View(where)
    view.everything()

    await slack.delete("C0GENERAL", reply.ts)
    (patch,) = view.update([root.ts])

    assert patch["do"] == "only"
    assert patch["ids"] == [f"slack-C0GENERAL-{root.ts}-{root.ts}"]


async def test_a_deleted_thread_goes(slack: SlackSimulator, where: Where) -> None:
    root = await slack.say("C0GENERAL", "hello", user_id="U0ADA")
    view = View(where)
    view.everything()

    await slack.delete("C0GENERAL", root.ts)

    assert view.update([root.ts]) == [{"do": "remove", "id": f"slack-C0GENERAL-{root.ts}"}]


async def test_the_page_keeps_the_newest_200_threads(slack: SlackSimulator, where: Where) -> None:
    roots = [await slack.say("C0GENERAL", f"number {n}", user_id="U0ADA") for n in range(205)]
    view = View(where)

    first = view.everything()
    newest = await slack.say("C0GENERAL", "one more", user_id="U0ADA")
    patches = view.update([newest.ts])

    assert len([patch for patch in first if patch.get("into") == "slack-C0GENERAL-threads"]) == 201  # and which to keep
    assert patches[-1] == {"do": "remove", "id": f"slack-C0GENERAL-{roots[5].ts}"}


async def test_a_status_is_shown_and_taken_away(slack: SlackSimulator, where: Where) -> None:
    root = await slack.say("C0GENERAL", "hello", user_id="U0ADA")
    view = View(where)
    view.everything()

    slack.timeline.set_status("C0GENERAL", root.ts, "is thinking…")
    (shown,) = view.update([root.ts])
    slack.timeline.set_status("C0GENERAL", root.ts, "")
    (cleared,) = view.update([root.ts])

    assert "Parley is thinking…" in str(shown["html"])
    assert "thinking" not in str(cleared["html"])


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSimulator]:
    async with DiscordSimulator().serve() as simulator:
        yield simulator


async def test_a_message_gets_a_box_for_replies_once_a_thread_is_opened_under_it(discord: DiscordSimulator) -> None:
    place = DiscordPlace(discord)
    channel, ada = place.channels()[0], discord.guild.member("ada").id
    said = await discord.say(channel.id, "hello", user_id=ada)
    view = View(Where(place, channel))
    first = view.everything()

    discord.open_thread(channel.id, "about it", user_id=ada, message_id=said.id)
    patches = view.update([said.id])

    assert not [patch for patch in first if "<form" in str(patch.get("html"))]
    assert [patch["do"] for patch in patches] == ["put", "ensure"]
    assert "Thread: about it" in str(patches[0]["html"])
    assert patches[1]["id"] == f"discord-{channel.id}-{said.id}-reply"


async def test_the_status_of_a_channel_is_sent_when_it_changed(slack: SlackSimulator, where: Where) -> None:
    view = View(where)
    first = view.everything()

    assert first[-1]["id"] == "slack-C0GENERAL-status"
    assert view.update([""]) == []
