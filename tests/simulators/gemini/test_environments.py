"""Managed agents: they need an environment, tell its id, and go on in one that is named again."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Refusal = Callable[..., Awaitable[tuple[int, str]]]
Ended = Callable[[str], Awaitable[Json]]
Said = Callable[[Json], str]

AGENT = "antigravity-preview-09-2026"


@pytest.mark.parametrize("environment", ["remote", {"type": "remote", "network": "disabled"}])
async def test_a_new_environment_has_an_id_that_is_told_at_once_and_at_the_end(
    create: Create, ended: Ended, said: Said, environment: str | Json
) -> None:
    started = await create("Count", agent=AGENT, environment=environment, background=True)

    done = await ended(started["id"])

    assert started["environment_id"].startswith("env_")
    assert done["environment_id"] == started["environment_id"]
    assert "job 1 in this sandbox" in said(done)


async def test_what_is_chained_goes_on_in_the_environment_that_it_names_again(
    create: Create, ended: Ended, said: Said
) -> None:
    first = await create("Count", agent=AGENT, environment="remote", background=True)
    await ended(first["id"])

    second = await create(
        'Count "on"', agent=AGENT, environment=first["environment_id"], background=True,
        previous_interaction_id=first["id"],
    )  # fmt: skip

    done = await ended(second["id"])
    assert second["environment_id"] == first["environment_id"]
    assert "job 2 in this sandbox" in said(done)
    [table] = [block for block in done["steps"][-1]["content"] if block["type"] == "document"]
    assert base64.b64decode(table["data"]).decode().splitlines() == ["number,job", '1,"Count"', '2,"Count ""on"""']


@pytest.mark.parametrize("environment", [None, "", {}, 7, "env_unknown"])
async def test_a_managed_agent_without_a_known_environment_is_refused(refusal: Refusal, environment: object) -> None:
    given = {} if environment is None else {"environment": environment}

    assert await refusal(agent=AGENT, input="Count", background=True, **given) == (400, "invalid_request")


async def test_an_environment_that_is_forgotten_is_no_longer_known(
    gemini: GeminiSimulator, create: Create, refusal: Refusal
) -> None:
    first = await create("Count", agent=AGENT, environment="remote", background=True)

    gemini.forgets_environments()

    again = {"agent": AGENT, "input": "Count", "environment": first["environment_id"]}
    assert await refusal(**again) == (400, "invalid_request")


async def test_a_model_has_no_environment(refusal: Refusal) -> None:
    assert await refusal(model="gemini-3.8-flash", input="x", environment="remote") == (400, "invalid_request")


async def test_a_managed_agent_works_in_the_foreground_too(api: httpx.AsyncClient) -> None:
    answer = await api.post("/interactions", json={"agent": AGENT, "input": "Count", "environment": "remote"})

    assert answer.json()["status"] == "completed"
