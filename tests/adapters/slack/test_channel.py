"""Slack as a place for replies, against a simulated Slack on a loopback socket."""

from typing import Any, Literal

import pytest
from structlog.testing import capture_logs

from adapters.slack.channel import MARKDOWN_CHARS, SlackChannel, slack_channel
from bot.content import FileRef
from bot.conversation.adapter import ChannelBusy, FileUnreadable, MessageGone, OpensThreads, Undeliverable
from bot.models import Action, File, Inbound, Part, PartKey
from bot.simulators.slack import Message, Refusal, ReplyLost, ServerFault, SlackSimulator
from tests.adapters.slack.conftest import HastyClock

REPORT = File(name="report.md", mime_type="text/markdown", data=b"# Report")


def part(
    text: str,
    file: File | None = None,
    *,
    key: str = "m/0",
    final: bool = True,
    actions: tuple[Action, ...] | None = None,
) -> Part:
    return Part(key=PartKey(key), text=text, file=file, final=final, actions=actions)


def blocks(simulator: SlackSimulator, message: str) -> list[Any]:
    return list(simulator.workspace.message("C0GENERAL", message).blocks)


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


PERMANENT = [
    "not_in_channel", "channel_not_found", "is_archived", "thread_not_found", "user_not_found", "team_not_found",
    "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel", "restricted_action_thread_locked", "channel_type_not_supported",
    "messages_tab_disabled", "cannot_reply_to_message", "cannot_dm_bot", "missing_scope", "no_permission",
    "access_denied", "ekm_access_denied", "team_access_not_granted", "not_allowed_token_type", "accesslimited",
    "enterprise_is_restricted", "two_factor_setup_required", "slack_connect_file_link_sharing_blocked",
    "message_too_long", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_blocks", "metadata_too_large",
    "deprecated_endpoint", "method_deprecated", "unknown_method", "a_code_of_next_year",
]  # fmt: skip


@pytest.mark.parametrize("code", PERMANENT)
async def test_a_refusal_for_good_is_undeliverable_and_asked_once(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, code: str
) -> None:
    """Row F38 of the faults."""
    posted = await channel.post(asked, part("hello"))
    for method in ("chat.postMessage", "chat.update", "chat.delete"):
        simulator.fails(method, Refusal(error=code, times=5))
    before = len(simulator.ledger.of("call"))

    for call in (
        lambda: channel.post(asked, part("hello again", key="m/1")),
        lambda: channel.open_thread(asked, part("aside", key="m/2")),
        lambda: channel.edit(asked, posted, part("hello again")),
        lambda: channel.remove(asked, posted),
    ):
        with pytest.raises(Undeliverable, match=f"slack: {code}"):
            await call()

    assert len(simulator.ledger.of("call")) - before == 4


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited", "message_limit_exceeded"])
async def test_too_fast_is_busy_also_without_the_status_for_it(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, code: str
) -> None:
    simulator.fails("chat.postMessage", Refusal(error=code))

    with pytest.raises(ChannelBusy) as busy:
        await channel.post(asked, part("hello"))

    assert not busy.value.unheard


@pytest.mark.parametrize("code", ["internal_error", "team_added_to_org", "external_channel_migrating"])
async def test_what_passes_is_busy(simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, code: str) -> None:
    simulator.fails("chat.postMessage", Refusal(error=code))

    with pytest.raises(ChannelBusy):
        await channel.post(asked, part("hello"))


async def test_a_message_that_somebody_deleted_is_gone(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    posted = await channel.post(asked, part("hello"))
    await simulator.delete("C0GENERAL", posted)

    with pytest.raises(MessageGone):
        await channel.edit(asked, posted, part("hello again"))


@pytest.mark.parametrize("text", ["a" * MARKDOWN_CHARS, "&<>" * (MARKDOWN_CHARS // 3), "- **b** `c`\n" * 1_000])
async def test_the_longest_answer_grows_beside_its_stop_button_and_loses_it_at_the_end(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, text: str
) -> None:
    stop = (Action(label="Stop", says="stop"),)
    posted = await channel.post(asked, part(text[:-1], final=False, actions=stop))
    await channel.edit(asked, posted, part(text, final=False, actions=stop))
    assert [block["type"] for block in blocks(simulator, posted)] == ["markdown", "actions"]

    await channel.edit(asked, posted, part(text, actions=()))

    [markdown] = blocks(simulator, posted)
    assert markdown["text"] == text
    assert len(simulator.workspace.message("C0GENERAL", posted).text) <= 4_000


async def test_a_removed_message_is_gone_and_can_be_removed_again(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    posted = await channel.post(asked, part("hello"))

    await channel.remove(asked, posted)
    await channel.remove(asked, posted)

    assert replies(simulator, asked) == []


async def test_only_messages_of_the_bot_are_removed(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    with pytest.raises(Undeliverable, match="cant_delete_message"):
        await channel.remove(asked, asked.message)

    assert [one.ts for one in simulator.thread("C0GENERAL", asked.message)] == [asked.message]


async def test_a_removal_whose_reply_was_lost_is_busy_and_then_done(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    posted = await channel.post(asked, part("hello"))
    simulator.fails("chat.delete", ReplyLost())
    with pytest.raises(ChannelBusy) as busy:
        await channel.remove(asked, posted)
    assert busy.value.unheard

    await channel.remove(asked, posted)

    assert replies(simulator, asked) == []


@pytest.mark.parametrize("text", ["Here it is.", ""])
async def test_a_removed_file_goes_with_its_text(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound, text: str
) -> None:
    posted = await channel.post(asked, part(text, REPORT))

    await channel.remove(asked, posted)
    await channel.remove(asked, posted)

    assert replies(simulator, asked) == []
    assert simulator.workspace.files == {}


async def test_a_file_that_is_only_being_shared_is_removed(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    simulator.timeline.share_seconds = 0.05
    posted = await channel.post(asked, part("Here it is.", REPORT))

    await channel.remove(asked, posted)

    assert [entry.kind for entry in simulator.ledger.of("post", "delete")] == ["post", "post", "delete"]
    assert replies(simulator, asked) == []


async def test_a_thread_is_opened_in_the_channel_itself(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    thread = await channel.open_thread(asked, part("Going on from there."))

    [_, opened] = simulator.workspace.history("C0GENERAL")
    assert isinstance(channel, OpensThreads)
    assert (opened.text, opened.thread_ts) == ("Going on from there.", None)
    assert str(thread) == f"slack:T0PARLEY:C0GENERAL:{opened.ts}"


async def test_a_thread_opened_unheard_is_opened_once(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    simulator.fails("chat.postMessage", ReplyLost())
    with pytest.raises(ChannelBusy):
        await channel.open_thread(asked, part("Going on from there."))
    for number in range(3):
        await simulator.say("C0GENERAL", f"meanwhile {number}", user_id="U0GRACE")

    thread = await channel.open_thread(asked, part("Going on from there."), again=True)

    opened = [one.ts for one in simulator.workspace.history("C0GENERAL") if one.bot_id]
    assert opened == [thread.root]


async def test_a_thread_that_was_never_opened_is_opened_the_second_time(
    simulator: SlackSimulator, channel: SlackChannel, asked: Inbound
) -> None:
    await channel.open_thread(asked, part("Another one.", key="m/1"))
    simulator.fails("chat.postMessage", ServerFault())
    with pytest.raises(ChannelBusy):
        await channel.open_thread(asked, part("Going on from there."))

    await channel.open_thread(asked, part("Going on from there."), again=True)

    texts = [one.text for one in simulator.workspace.history("C0GENERAL") if one.bot_id]
    assert texts == ["Another one.", "Going on from there."]


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
