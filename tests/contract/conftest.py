"""The whole service between a simulated platform and the simulated API, all on loopback."""

from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.service.app import connected, listening
from bot.service.settings import Settings
from bot.service.working import working
from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import EditionName, GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.contract.on_discord import DiscordPlatform
from tests.contract.on_slack import SlackPlatform
from tests.contract.platforms import Platform


@pytest.fixture
def edition() -> EditionName:
    return "steps"


@pytest.fixture
def delay_seconds() -> float:
    """Of the API, between two words."""
    return 0


@pytest.fixture
def research_seconds() -> float:
    return 6


@pytest.fixture
async def gemini(edition: EditionName, delay_seconds: float, research_seconds: float) -> GeminiSimulator:
    return GeminiSimulator(edition=edition, delay_seconds=delay_seconds, research_seconds=research_seconds)


@pytest.fixture
async def slack() -> AsyncGenerator[SlackSimulator]:
    async with SlackSimulator(retry_seconds=(0.05, 0.1, 0.2)).serve() as simulator:
        yield simulator


@pytest.fixture
async def discord() -> AsyncGenerator[DiscordSimulator]:
    async with DiscordSimulator().serve() as simulator:
        yield simulator


@pytest.fixture
def consent() -> bool:
    """Whether somebody has to approve a research."""
    return False


@pytest.fixture
def clock() -> Clock | None:
    """The worker's; without one it has that of all processes."""
    return None


@pytest.fixture
async def settings(
    gemini: GeminiSimulator, slack: SlackSimulator, discord: DiscordSimulator, edition: EditionName, consent: bool
) -> AsyncGenerator[Settings]:
    async with gemini.serve() as url:
        yield Settings().model_copy(
            update={
                "gemini_api_key": SecretStr("simulated"),
                "gemini_base_url": url,
                "slack_bot_token": SecretStr(slack.token),
                "slack_signing_secret": SecretStr(slack.signing_secret),
                "slack_api_url": slack.api_url,
                "discord_token": SecretStr(discord.token),
                "discord_api_url": discord.api_url,
                "edition": edition,
                "consent": consent,
                "host": "127.0.0.1",
                "port": 0,
            }
        )


@pytest.fixture(params=["slack", "discord"])
async def platform(
    request: pytest.FixtureRequest,
    settings: Settings,
    redis_url: str,
    slack: SlackSimulator,
    discord: DiscordSimulator,
    clock: Clock | None,
) -> AsyncGenerator[Platform]:
    """One platform after the other, with the service listening to both and working."""
    async with (
        working(settings, redis_url, status_seconds=0.5, clock=clock),
        listening(settings, redis_url) as address,
        connected(settings, redis_url),
    ):
        slack.subscribe(f"{address}/slack/events")
        await discord.wait_for(lambda: discord.ledger.of("gateway", event="identified"))
        yield SlackPlatform(slack) if request.param == "slack" else DiscordPlatform(discord)
