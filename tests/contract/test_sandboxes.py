"""Agents that work in a sandbox, on every platform: from the setting to the files they leave."""

import pytest

from bot.service.settings import Settings
from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, Said, creates

AGENT = "antigravity-preview-09-2026"


@pytest.fixture
def research_seconds() -> float:
    return 0.2


@pytest.fixture
def environment() -> str:
    return "remote"


@pytest.fixture
async def settings(settings: Settings, environment: str) -> Settings:
    return settings.model_copy(update={"agent": AGENT, "environment": environment})


async def done(platform: Platform, said: Said, times: int = 1) -> str:
    """All that is said in the thread once so many tasks there are done."""
    await platform.until(lambda: "".join(platform.replies(said)).count("_done (") == times)
    return "\n".join(platform.replies(said))


@behavior("research:sandbox")
async def test_an_agent_works_in_a_sandbox_and_leaves_its_files_in_the_thread(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research Count to three")

    assert "job 1 in this sandbox" in await done(platform, mention)

    [create] = creates(gemini)
    assert create.body["agent"] == AGENT
    assert create.body["environment"] == "remote"
    [table] = [data for name, data in platform.files(mention).items() if name.endswith(".csv")]
    assert b'1,"Count to three"' in table


@behavior("research:sandbox")
async def test_the_next_task_of_the_thread_goes_on_in_its_sandbox_and_that_of_another_thread_does_not(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research Count to three")
    await done(platform, mention)

    await platform.write("research: Count on", under=mention)

    assert "job 2 in this sandbox" in await done(platform, mention, 2)
    assert str(creates(gemini)[1].body["environment"]).startswith("env_")
    elsewhere = await platform.mention("research Count again", place=1)
    assert "job 1 in this sandbox" in await done(platform, elsewhere)


@behavior("research:sandbox")
async def test_where_the_sandbox_is_gone_the_task_begins_in_a_new_one_and_says_so(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research Count to three")
    await done(platform, mention)
    gemini.forgets_environments()

    await platform.write("research: Count on", under=mention)

    replies = await done(platform, mention, 2)
    assert replies.count("job 1 in this sandbox") == 2
    assert "empty workspace" in replies


@behavior("research:sandbox")
@pytest.mark.parametrize("environment", ['{"type": "remote", "network": "disabled"}'])
async def test_a_sandbox_is_made_with_its_settings(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("research Count to three")
    await done(platform, mention)

    assert creates(gemini)[0].body["environment"] == {"type": "remote", "network": "disabled"}
