"""Rate limits that are counted as Discord counts them."""

import pytest

from bot.simulators.discord.clock import Clock
from bot.simulators.discord.limits import RateLimited, RateLimits


def test_the_whole_bot_has_fifty_calls_a_second_but_interactions_do_not_count() -> None:
    limits = RateLimits(Clock(), enforced=True)
    for number in range(50):
        limits.spend("GET /users/{user_id}", str(number))

    with pytest.raises(RateLimited) as refused:
        limits.spend("GET /users/{user_id}", "another")
    limits.spend("POST /interactions/{interaction_id}/{token}/callback", "t")

    assert refused.value.body["global"] is True
    assert refused.value.again is False


def test_without_enforcement_only_scripted_penalties_hold() -> None:
    clock = Clock()
    limits = RateLimits(clock, enforced=False)
    for _ in range(100):
        limits.spend("POST /channels/{channel_id}/messages", "1")

    limits.penalise("POST /channels/{channel_id}/messages", "1", 10, everything=False)

    with pytest.raises(RateLimited) as refused:
        limits.spend("POST /channels/{channel_id}/messages", "1")
    assert refused.value.again is True
    clock.advance(10)
    limits.spend("POST /channels/{channel_id}/messages", "1")
