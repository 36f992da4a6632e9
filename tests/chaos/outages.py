"""The service on a store that a test can take away."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.chaos.service import Process, Service
from tests.service.processes import surrounded_by, url_in


class Logs:
    """Keeps reading what processes print, so that none waits for a full pipe; each has a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tasks: list[asyncio.Task[None]] = []

    def follow(self, process: Process, name: str) -> None:
        self._tasks.append(asyncio.create_task(self._copy(process, self._folder / f"{name}-{process.pid}.log")))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _copy(self, process: Process, path: Path) -> None:
        assert process.stdout is not None
        with path.open("wb", buffering=0) as file:
            while printed := await process.stdout.read(65_536):
                file.write(printed)


class Outages(Service):
    """A service whose processes are followed; the platforms' own limits are off, ours are not."""

    def __init__(
        self, slack: SlackSimulator, discord: DiscordSimulator, gemini: GeminiSimulator, folder: Path,
        stack: AsyncExitStack, logs: Logs,
    ) -> None:  # fmt: skip
        super().__init__(slack, discord, gemini, folder, stack)
        self._logs = logs

    async def start_all(self, *, workers: int = 1, when_connected: bool = True) -> list[Process]:
        """Web, gateway and workers; ready to receive, unless it cannot be waited for that the gateway connects."""
        self.discord.gateway.identify_seconds = 0
        web, url = await self.start_web()
        self.slack.subscribe(f"{url}/slack/events")
        others = [await self.start_followed(name) for name in ["discord", *["worker"] * workers]]
        if when_connected:
            await self.connected(15)
        return [web, *others]

    async def connected(self, seconds: float) -> None:
        """Wait until Discord's gateway has let the bot in."""
        await self.discord.wait_for(lambda: self.discord.ledger.of("gateway", event="identified"), seconds)

    async def start_web(self) -> tuple[Process, str]:
        """Web and its address."""
        web = await self.start("web")
        url = await url_in(web)
        self._logs.follow(web, "web")
        return web, url

    def follow(self, process: Process, name: str) -> None:
        """Keep reading what it prints."""
        self._logs.follow(process, name)

    async def start_followed(self, name: str) -> Process:
        process = await self.start(name)
        self._logs.follow(process, name)
        return process


@asynccontextmanager
async def service_on(
    redis_url: str, folder: Path, *, retry_seconds: Sequence[float] = (0.5, 5, 15), delay_seconds: float = 0.02
) -> AsyncGenerator[Outages]:
    """Nothing of it runs yet. `retry_seconds` are Slack's, `delay_seconds` pass before each word of the model."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(
            SlackSimulator(retry_seconds=retry_seconds, enforce_rate_limits=False).serve()
        )
        discord = await stack.enter_async_context(DiscordSimulator(enforce_rate_limits=False).serve())
        gemini = GeminiSimulator(delay_seconds=delay_seconds, research_seconds=2)
        gemini_url = await stack.enter_async_context(gemini.serve())
        logs = Logs(folder)
        service = Outages(slack, discord, gemini, folder, stack, logs)
        service.variables = surrounded_by(slack, discord, gemini_url) | {
            "REDIS_URL": redis_url,
            "PORT": "0",
            "PARLEY_LOG": "json",
            "PARLEY_RESEARCH_CONSENT": "false",
        }
        try:
            yield service
        finally:
            await logs.close()
