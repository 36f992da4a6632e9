"""Timestamps order messages; memory is bounded."""

from bot.simulators.slack import workspace as module
from bot.simulators.slack.workspace import Message, Workspace


def test_timestamps_are_unique_and_grow_even_when_the_clock_stands() -> None:
    workspace = Workspace(clock=lambda: 1_700_000_000.0)

    stamps = [workspace.next_ts() for _ in range(1_000)]

    assert stamps == sorted(set(stamps))


def test_a_direct_conversation_is_the_same_each_time() -> None:
    workspace = Workspace()

    assert workspace.open_dm("U0ADA") is workspace.open_dm("U0ADA")
    assert workspace.open_dm("U0ADA") is not workspace.open_dm("U0GRACE")


def test_the_oldest_messages_are_forgotten() -> None:
    workspace = Workspace()
    root = Message("C0GENERAL", workspace.next_ts(), "U0ADA", "root")
    workspace.add(root)

    for _ in range(module.MESSAGES_KEPT):
        workspace.add(Message("C0GENERAL", workspace.next_ts(), "U0ADA", "reply", thread_ts=root.ts))

    assert workspace.find("C0GENERAL", root.ts) is None
    assert len(workspace.thread("C0GENERAL", root.ts)) == module.MESSAGES_KEPT
