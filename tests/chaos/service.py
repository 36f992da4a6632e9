"""Starting and ending the service's processes."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.contract.on_discord import DiscordPlatform
from tests.contract.on_slack import SlackPlatform
from tests.contract.platforms import Platform
from tests.service.processes import parley, url_in

Process = asyncio.subprocess.Process
STOP_SECONDS = 25  # what a PaaS leaves, with some to spare


class Service:
    """Processes by the names of the Procfile, each ended at the end by its pid."""

    def __init__(
        self,
        slack: SlackSimulator,
        discord: DiscordSimulator,
        gemini: GeminiSimulator,
        folder: Path,
        stack: AsyncExitStack,
    ) -> None:
        self.slack, self.discord, self.gemini = slack, discord, gemini
        self.platforms: list[Platform] = [SlackPlatform(slack), DiscordPlatform(discord)]
        self.variables: dict[str, str] = {}
        self._folder, self._stack = folder, stack

    async def start(self, name: str) -> Process:
        return await self._stack.enter_async_context(parley(name, folder=self._folder, **self.variables))

    async def start_listening(self) -> list[Process]:
        """Web and Discord's gateway, ready to receive."""
        self.discord.gateway.identify_seconds = 0
        web, gateway = await self.start("web"), await self.start("discord")
        self.slack.subscribe(f"{await url_in(web)}/slack/events")
        await self.discord.wait_for(lambda: self.discord.ledger.of("gateway", event="identified"), 15)
        return [web, gateway]


async def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def stop(process: Process) -> None:
    """SIGTERM, as a deploy sends it. Raises TimeoutError when it does not end in time."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
