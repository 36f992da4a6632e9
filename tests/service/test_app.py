"""The processes beside each other: one gateway of several is connected."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from tests.contract.on_discord import DiscordPlatform
from tests.service.processes import parley

Process = asyncio.subprocess.Process


class Gateways:
    """Discord outside, one worker, and as many gateways as a test starts."""

    def __init__(
        self, discord: DiscordSimulator, folder: Path, variables: dict[str, str], stack: AsyncExitStack
    ) -> None:
        self.discord = discord
        self.people = DiscordPlatform(discord)
        self._folder, self._variables, self._stack = folder, variables, stack

    async def start(self, command: str = "discord") -> Process:
        return await self._stack.enter_async_context(parley(command, folder=self._folder, **self._variables))

    async def identified(self, times: int, seconds: float) -> None:
        await self.discord.wait_for(lambda: self.times_identified() >= times, seconds)

    def times_identified(self) -> int:
        return len(self.discord.ledger.of("gateway", event="identified"))


@pytest.fixture
async def gateways(redis_url: str, tmp_path: Path) -> AsyncGenerator[Gateways]:
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordSimulator().serve())
        discord.gateway.identify_seconds = 0
        variables = {
            "REDIS_URL": redis_url,
            "GEMINI_API_KEY": "simulated",
            "GOOGLE_GEMINI_BASE_URL": await stack.enter_async_context(GeminiSimulator(delay_seconds=0).serve()),
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "PARLEY_LOG": "json",
        }
        yield Gateways(discord, tmp_path, variables, stack)


async def says(process: Process, event: str) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(15):
        async for line in process.stdout:
            if event.encode() in line:
                return
    raise AssertionError(f"it ended without saying {event}")


@pytest.mark.parametrize(("end", "seconds"), [(signal.SIGKILL, 20.0), (signal.SIGTERM, 8.0)], ids=["killed", "stopped"])
async def test_a_second_gateway_waits_until_the_first_has_gone(
    gateways: Gateways, end: signal.Signals, seconds: float
) -> None:
    await gateways.start("worker")
    first = await gateways.start()
    await gateways.identified(1, 15)
    second = await gateways.start()
    await says(second, "waiting_for_seat")
    asked = await gateways.people.mention("my name is Ada", place=1)
    await gateways.people.replied(asked, "Ada")
    assert gateways.times_identified() == 1

    first.send_signal(end)
    await first.wait()
    await gateways.identified(2, seconds)

    asked = await gateways.people.mention("my name is Grace", place=2)
    await gateways.people.replied(asked, "Grace")
    assert len(gateways.people.replies(asked)) == 1
    assert first.returncode == (0 if end is signal.SIGTERM else -signal.SIGKILL)


async def test_a_gateway_whose_seat_is_taken_disconnects_and_waits(gateways: Gateways) -> None:
    """As when it was suspended for longer than it is waited for."""
    first = await gateways.start()
    await gateways.identified(1, 15)
    second = await gateways.start()
    await says(second, "waiting_for_seat")

    first.send_signal(signal.SIGSTOP)
    await gateways.identified(2, 20)
    first.send_signal(signal.SIGCONT)

    await says(first, "seat_lost")
    await says(first, "waiting_for_seat")
    await gateways.discord.wait_for(lambda: gateways.discord.ledger.of("gateway", event="disconnected"), 5)
    assert gateways.times_identified() == 2
