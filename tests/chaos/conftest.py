"""The service as processes of its own, on a real Valkey, between simulators in the test's process."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.chaos.service import Service
from tests.service.processes import surrounded_by


@pytest.fixture
async def service(redis_url: str, tmp_path: Path) -> AsyncGenerator[Service]:
    """Nothing of it runs yet; whatever a test starts is ended with it."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackSimulator(retry_seconds=(0.2, 1, 2)).serve())
        discord = await stack.enter_async_context(DiscordSimulator().serve())
        gemini = GeminiSimulator(delay_seconds=0.05, research_seconds=20)
        gemini_url = await stack.enter_async_context(gemini.serve())
        service = Service(slack, discord, gemini, tmp_path, stack)
        service.variables = surrounded_by(slack, discord, gemini_url) | {
            "REDIS_URL": redis_url,
            "PARLEY_RESEARCH_CONSENT": "false",
            "PORT": "0",
        }
        yield service
