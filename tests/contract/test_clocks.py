"""A machine's clock is set ahead or back while somebody waits."""

import pytest

from tests.contract.machine_clock import MachineClock
from tests.contract.platforms import Platform
from tests.contract.researches import at_work


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_research_is_as_old_as_it_is(platform: Platform, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    mention = await at_work(platform)

    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=hours * 3_600))

    await platform.replied(mention, "done (0:")
