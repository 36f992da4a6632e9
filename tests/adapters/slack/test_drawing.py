"""Progress and calls for attention in Slack threads, against a simulated Slack on a loopback socket."""

import pytest
from pydantic import JsonValue

from adapters.slack.channel import SlackChannel
from bot.conversation.adapter import Undeliverable
from bot.models import Action, File, Inbound, Mark, Part, PartKey, Progress, ProgressStage, UserId
from bot.simulators.slack import Refusal, SlackSimulator
from tests.adapters.slack.conftest import HastyClock

AT_WORK = Progress(
    title="Research: otters", stages=(ProgressStage(label="Search", mark=Mark.RUNNING),), facts=("0:10",)
)
REPORT = File(name="report.md", mime_type="text/markdown", data=b"# Report")


def part(
    text: str,
    file: File | None = None,
    *,
    final: bool = True,
    actions: tuple[Action, ...] | None = None,
    progress: Progress | None = None,
    notifies: UserId | None = None,
) -> Part:
    key = PartKey("m/0")
    return Part(key=key, text=text, file=file, final=final, actions=actions, progress=progress, notifies=notifies)


def blocks(simulator: SlackSimulator, message: str) -> list[dict[str, JsonValue]]:
    shown = simulator.workspace.message("C0GENERAL", message).blocks
    return [block for block in shown if isinstance(block, dict)]


def kinds(simulator: SlackSimulator, message: str) -> list[JsonValue]:
    return [block["type"] for block in blocks(simulator, message)]


def errors(simulator: SlackSimulator, method: str) -> list[JsonValue]:
    """What Slack answered to each call: an error, or None."""
    return [entry["error"] for entry in simulator.ledger.of("call") if entry["method"] == method]


@pytest.mark.parametrize(
    "ended", [part("done", actions=()), part("done", actions=(Action(label="Retry", says="retry"),))]
)
async def test_progress_is_drawn_until_it_has_ended(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, ended: Part
) -> None:
    stop = (Action(label="Stop", says="stop", kind="danger"),)
    posted = await channel.post(asked, part("at work", final=False, progress=AT_WORK, actions=stop))
    await channel.edit(asked, posted, part("still at work", final=False, progress=AT_WORK, actions=stop))
    assert kinds(simulator, posted) == ["plan", "context", "actions"]
    assert simulator.workspace.message("C0GENERAL", posted).text == "still at work"

    await channel.edit(asked, posted, ended)

    assert kinds(simulator, posted) == ["markdown", *["actions"] * len(ended.actions or ())]
    assert simulator.ledger.of("notification", "preview", "violation") == []


async def test_a_plain_text_becomes_progress_and_one_without_buttons_is_replaced_too(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    posted = await channel.post(asked, part("planned"))

    await channel.edit(asked, posted, part("at work", progress=AT_WORK))
    assert kinds(simulator, posted) == ["plan", "context"]

    await channel.edit(asked, posted, part("done"))
    assert kinds(simulator, posted) == ["markdown"]


async def test_where_slack_refuses_to_draw_the_text_stands_there_and_blocks_are_tried_again_later(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, clock: HastyClock
) -> None:
    simulator.workspace.refused_blocks.add("plan")
    stop = (Action(label="Stop", says="stop"),)

    posted = await channel.post(asked, part("at work, https://x.test", progress=AT_WORK, actions=stop))
    await channel.edit(asked, posted, part("still at work, https://x.test", progress=AT_WORK, actions=stop))

    assert errors(simulator, "chat.postMessage") == ["invalid_blocks", None]
    assert errors(simulator, "chat.update") == [None]
    [markdown, buttons] = blocks(simulator, posted)
    assert (markdown["text"], buttons["type"]) == ("still at work, https：//x.test", "actions")
    assert simulator.ledger.of("preview") == []

    simulator.workspace.refused_blocks.clear()
    clock.ahead = 601.0
    await channel.edit(asked, posted, part("at work", progress=AT_WORK, actions=stop))
    assert kinds(simulator, posted) == ["plan", "context", "actions"]


async def test_what_slack_refuses_in_words_too_is_undeliverable(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    simulator.fails("chat.postMessage", Refusal(error="invalid_blocks", times=5))

    with pytest.raises(Undeliverable, match="invalid_blocks"):
        await channel.post(asked, part("at work", progress=AT_WORK))

    assert len(errors(simulator, "chat.postMessage")) == 2


@pytest.mark.parametrize("actions", [None, (), (Action(label="Retry", says="retry"),)])
async def test_a_part_calls_exactly_the_one_person(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, actions: tuple[Action, ...] | None
) -> None:
    done = part("Done, <@U0GRACE> @channel", actions=actions, notifies=UserId("U0ADA"))

    posted = await channel.post(asked, done)

    notified = [(entry["target"], entry["certain"]) for entry in simulator.ledger.of("notification")]
    assert notified == [("U0ADA", True)]
    assert kinds(simulator, posted)[:2] == ["rich_text", "markdown"]


async def test_a_file_calls_the_one_person_beside_its_text(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    await channel.post(asked, part("Done, <@U0GRACE>.", REPORT, notifies=UserId("U0ADA")))

    assert [entry["target"] for entry in simulator.ledger.of("notification")] == ["U0ADA"]
    [_, reply] = simulator.thread("C0GENERAL", asked.thread.root)
    assert reply.text == "<@U0ADA>\nDone, ‹@U0GRACE>."
