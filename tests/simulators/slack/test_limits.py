"""Buckets let bursts pass and hold the long run; a refused caller has to wait."""

from pydantic import JsonValue

from bot.simulators.slack.limits import RateLimits, message_problem


def test_a_tier_three_method_may_be_called_fifty_times_at_once_and_then_at_its_pace() -> None:
    limits = RateLimits()

    passed = [limits.judge("chat.update", "C1", 0.0).retry_after_seconds == 0 for _ in range(50)]

    assert all(passed)
    assert limits.judge("chat.update", "C1", 0.0).retry_after_seconds == 2
    assert limits.judge("chat.update", "C1", 2.5).retry_after_seconds == 0


def test_only_a_caller_that_could_know_breaks_the_rule() -> None:
    limits = RateLimits()
    limits.penalise("chat.update", 10, 0.0)

    on_its_way = limits.judge("chat.update", "C1", 0.05)
    too_early = limits.judge("chat.update", "C1", 9.0)
    in_time = limits.judge("chat.update", "C1", 10.0)

    assert [one.is_violation for one in (on_its_way, too_early, in_time)] == [False, True, False]
    assert [one.retry_after_seconds for one in (on_its_way, too_early, in_time)] == [10, 1, 0]


def test_without_enforcement_only_scripted_penalties_hold() -> None:
    limits = RateLimits(enforced=False)

    assert all(limits.judge("chat.postMessage", "C1", 0.0).retry_after_seconds == 0 for _ in range(1_000))
    limits.penalise("chat.postMessage", 3, 0.0)
    assert limits.judge("chat.postMessage", "C1", 1.0).retry_after_seconds == 2


def test_markdown_blocks_are_limited_in_sum() -> None:
    half: JsonValue = {"type": "markdown", "text": "a" * 6_001}

    assert message_problem("a", None, [half], is_update=False) is None
    assert message_problem("a", None, [half, half], is_update=False) == "msg_blocks_too_long"


def test_an_empty_markdown_block_is_refused() -> None:
    assert message_problem("a", None, [{"type": "markdown", "text": ""}], is_update=False) == "invalid_blocks"


def test_all_texts_of_all_blocks_are_limited_in_sum() -> None:
    longest: JsonValue = {"type": "markdown", "text": "a" * 12_000}
    label: JsonValue = {"type": "plain_text", "text": "Stop"}
    buttons: JsonValue = {"type": "actions", "elements": [{"type": "button", "action_id": "stop", "text": label}]}
    section: JsonValue = {"type": "section", "text": {"type": "mrkdwn", "text": "a" * 1_200}}

    assert message_problem("a", None, [longest, buttons], is_update=True) is None
    assert message_problem("a", None, [longest, section], is_update=True) is None
    assert message_problem("a", None, [longest, section, buttons], is_update=True) == "msg_blocks_too_long"
