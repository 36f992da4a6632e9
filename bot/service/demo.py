"""`parley demo` and `parley emulator`: the service as it is in production, on simulated surroundings.

The only module of the service that knows the simulators.
"""

import sys
import tempfile
import webbrowser
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.playground import playground
from bot.service.app import connected, listening, stopped
from bot.service.settings import Edition, Settings
from bot.service.web import serving
from bot.service.working import working
from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from bot.state.embedded import embedded

RESEARCH_SECONDS = 16.0  # long enough to be watched, changed and stopped
TOKEN_SECONDS = 0.03  # between two words of the simulator, about the pace of a real model


async def run_demo(settings: Settings, *, port: int, open_browser: bool) -> None:
    """One URL; behind it everything, on loopback. Nothing outlives it."""
    async with surroundings(settings, port) as url:
        sys.stdout.write(f"\n  Parley is at {url}\n  Mention @Parley there. Ctrl-C ends it.\n\n")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(url)
        await stopped()


async def run_emulator(*, port: int, delay_seconds: float, edition: Edition) -> None:
    async with GeminiSimulator(delay_seconds=delay_seconds, edition=edition).serve(port) as url:
        sys.stdout.write(f"The Interactions API simulator is at {url}\n")
        sys.stdout.flush()
        await stopped()


@asynccontextmanager
async def surroundings(settings: Settings, port: int) -> AsyncGenerator[str]:
    """A whole demo for as long as the block lasts; gives the address of its page."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-demo-"))
        redis_url = await stack.enter_async_context(embedded(Path(folder)))
        slack, discord = SlackSimulator(), DiscordSimulator()
        # The page's server is entered before the simulators, so that at the end its pages are told to go first.
        page = playground(slack, discord, model=settings.model if settings.gemini_api_key else "the bundled simulator")
        url = await stack.enter_async_context(serving(page, "127.0.0.1", port))
        await stack.enter_async_context(slack.serve())
        await stack.enter_async_context(discord.serve())
        simulated = await _simulated(settings, slack, discord, stack)
        await stack.enter_async_context(working(simulated, redis_url, status_seconds=1.0))
        address = await stack.enter_async_context(listening(simulated, redis_url))
        await stack.enter_async_context(connected(simulated, redis_url))
        slack.subscribe(f"{address}/slack/events")
        yield url


async def _simulated(
    settings: Settings, slack: SlackSimulator, discord: DiscordSimulator, stack: AsyncExitStack
) -> Settings:
    """The person's settings with the simulators in the place of the platforms, and of the API when there is no key."""
    places: dict[str, object] = {
        "slack_bot_token": SecretStr(slack.token),
        "slack_signing_secret": SecretStr(slack.signing_secret),
        "slack_api_url": slack.api_url,
        "discord_token": SecretStr(discord.token),
        "discord_api_url": discord.api_url,
        "host": "127.0.0.1",
        "port": 0,
    }
    if settings.gemini_api_key is None:
        gemini = await stack.enter_async_context(
            GeminiSimulator(
                delay_seconds=TOKEN_SECONDS, research_seconds=RESEARCH_SECONDS, edition=settings.edition
            ).serve()
        )
        places |= {"gemini_api_key": SecretStr("simulated"), "gemini_base_url": gemini}
    return settings.model_copy(update=places)
