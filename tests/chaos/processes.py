"""The processes of the Procfile, as `bot.service.app` runs them, with a timing of the test's."""

from bot.service.app import run_discord, run_web, run_worker
from bot.service.settings import Settings
from bot.state.timing import Timing
from tests.chaos.forking import ProcessName


async def run(process: ProcessName, settings: Settings, timing: dict[str, float]) -> None:
    """Until SIGTERM."""
    match process:
        case "web":
            await run_web(settings)
        case "worker":
            await run_worker(settings, Timing(**timing))
        case "discord":
            await run_discord(settings, Timing(**timing))
