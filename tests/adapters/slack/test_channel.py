"""Slack as a place for replies, against a simulated Slack on a loopback socket."""

from collections.abc import AsyncGenerator
from typing import Literal

import pytest
from structlog.testing import capture_logs

from adapters.slack.channel import SlackChannel, slack_channel
from bot.clock import SystemClock
from bot.content import FileRef, TextContent
from bot.conversation.adapter import ChannelBusy, FileUnreadable, MessageGone, Undeliverable
from bot.models import File, Inbound, MessageId, Part, PartKey, Thread, UserId
from bot.simulators.slack import Message, Refusal, ReplyLost, ServerFault, SlackSimulator

REPORT = File(name="report.md", mime_type="text/markdown", data=b"# Report")


class HastyClock(SystemClock):
    """The time as it is; what waits, waits a tenth."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


@pytest.fixture
async def simulator() -> AsyncGenerator[SlackSimulator]:
    async with SlackSimulator().serve() as simulator:
        yield simulator


@pytest.fixture
async def channel(simulator: SlackSimulator) -> AsyncGenerator[SlackChannel]:
    async with slack_channel(simulator.token, simulator.api_url, HastyClock()) as channel:
        yield channel


@pytest.fixture
async def asked(simulator: SlackSimulator) -> Inbound:
    question = await simulator.say("C0GENERAL", "@Parley hello", user_id="U0ADA")
    thread = Thread(platform="slack", team="T0PARLEY", channel="C0GENERAL", root=MessageId(question.ts))
    hello = TextContent(text="hello")
    return Inbound(thread=thread, message=thread.root, author=UserId("U0ADA"), content=(hello,), addressed=True)


def part(text: str, file: File | None = None, *, key: str = "m/0") -> Part:
    return Part(key=PartKey(key), text=text, file=file)


def replies(simulator: SlackSimulator, to: Inbound) -> list[Message]:
    return simulator.thread("C0GENERAL", to.thread.root)[1:]


@pytest.mark.parametrize("body", ["text", "html", "broken_json", "bytes"])
async def test_a_fault_is_busy_whatever_its_body_is(
    simulator: SlackSimulator,
    channel: SlackChannel,
    asked: Inbound,
    body: Literal["text", "html", "broken_json", "bytes"],
) -> None:
    simulator.fails("chat.postMessage", ServerFault(status=503, body=body))

    with pytest.raises(ChannelBusy) as busy:
        await channel.post(asked, part("hello"))

    assert busy.value.unheard
    assert "upstream" not in str(busy.value)
    assert busy.value.__suppress_context__  # where the body would be quoted
    assert busy.value.__cause__ is None


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"])
async def test_a_refused_token_is_busy_and_said_once(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, code: str
) -> None:
    simulator.fails("chat.postMessage", Refusal(error=code, times=2))

    with capture_logs() as lines:
        for _ in range(2):
            with pytest.raises(ChannelBusy) as busy:
                await channel.post(asked, part("hello"))
            assert (busy.value.retry_after, busy.value.unheard) == (30, False)

    errors = [line for line in lines if line["log_level"] == "error"]
    assert [line["fix"] for line in errors] == ["check SLACK_BOT_TOKEN"]


async def test_a_refusal_is_undeliverable(simulator: SlackSimulator, channel: SlackChannel, asked: Inbound) -> None:
    simulator.fails("chat.postMessage", Refusal(error="is_archived"))

    with pytest.raises(Undeliverable, match="slack: is_archived"):
        await channel.post(asked, part("hello"))


async def test_a_message_that_somebody_deleted_is_gone(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    posted = await channel.post(asked, part("hello"))
    await simulator.delete("C0GENERAL", posted)

    with pytest.raises(MessageGone):
        await channel.edit(asked, posted, part("hello again"))


async def test_a_file_is_posted_with_its_text(simulator: SlackSimulator, channel: SlackChannel, asked: Inbound) -> None:
    await channel.post(asked, part("Here it is.", REPORT))

    [reply] = replies(simulator, asked)
    assert (reply.text, [(file.name, file.content) for file in reply.files]) == (
        "Here it is.",
        [("report.md", b"# Report")],
    )


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("missing_scope", "files:write"),
        ("file_uploads_disabled", "does not take the file"),
        ("storage_limit_reached", "does not take the file"),
        ("file_upload_size_restricted", "too large"),
    ],
)
async def test_a_file_that_slack_refuses_has_a_note_in_its_place(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, method: str, code: str, note: str
) -> None:
    simulator.fails(method, Refusal(error=code))

    await channel.post(asked, part("Here it is.", REPORT))

    [reply] = replies(simulator, asked)
    assert reply.text.startswith("Here it is.\n\n")
    assert note in reply.text
    assert reply.files == []


async def test_a_file_shared_unheard_and_late_is_shared_once(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    simulator.timeline.share_seconds = 0.05
    simulator.fails("files.completeUploadExternal", ReplyLost())
    with pytest.raises(ChannelBusy) as busy:
        await channel.post(asked, part("", REPORT))
    assert busy.value.unheard

    found = await channel.post(asked, part("", REPORT), again=True)

    [reply] = replies(simulator, asked)
    assert [file.id for file in reply.files] == [found]


async def test_a_file_that_never_arrived_is_uploaded_again_beside_one_of_another_name(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    await channel.post(asked, part("", File(name="other.md", mime_type="text/markdown", data=b"1")))
    simulator.fails("files.completeUploadExternal", ServerFault())
    with pytest.raises(ChannelBusy):
        await channel.post(asked, part("", REPORT, key="m/1"))

    await channel.post(asked, part("", REPORT, key="m/1"), again=True)

    assert [file.name for reply in replies(simulator, asked) for file in reply.files] == ["other.md", "report.md"]


async def test_a_file_uploaded_by_another_process_is_found_by_its_name(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    async with slack_channel(simulator.token, simulator.api_url, HastyClock()) as first:
        await first.post(asked, part("", REPORT))

    await channel.post(asked, part("", REPORT), again=True)

    assert len(replies(simulator, asked)) == 1


async def test_a_file_without_an_address_cannot_be_read(channel: SlackChannel) -> None:
    with pytest.raises(FileUnreadable, match="no copy of it"):
        await anext(channel.open(FileRef(url="", name="plan.gdoc")))
