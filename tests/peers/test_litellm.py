"""LiteLLM's client of the Interactions API, unchanged: a second judge, written by others from the same specification.

It runs in a process of its own: importing it takes seconds and looks for a price list on the network.
"""

import asyncio
import importlib.util
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.simulators.gemini import GeminiSimulator

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("litellm") is None,
    reason="litellm is in the dependency group 'peers', not installed here",
)
CALLS = Path(__file__).parent / "litellm_calls.py"


@pytest.fixture
async def gemini() -> AsyncIterator[tuple[GeminiSimulator, str]]:
    simulator = GeminiSimulator(research_seconds=30)
    async with simulator.serve() as url:
        yield simulator, url


async def test_it_creates_chains_streams_gets_cancels_and_deletes(gemini: tuple[GeminiSimulator, str]) -> None:
    simulator, url = gemini

    did = await _calls(url)

    assert did["first"] == "completed"
    assert did["second"] == "Your name is **Phil**, you told me so in this conversation."
    assert did["streamed"] == "1, 2, 3"
    assert did["got"] == "completed"
    assert did["called"] == {"location": "Paris"}
    assert did["cancelled"] == "cancelled"
    assert did["deleted"] is True
    paths = [request.path for request in simulator.requests]
    assert any(path.endswith(":cancel") for path in paths)
    assert all(request.headers["api-revision"] == "2026-05-20" for request in simulator.requests)


async def _calls(url: str) -> dict[str, Any]:
    environment = {"GEMINI_API_KEY": "key", "GEMINI_API_BASE": url, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", str(CALLS), stdout=-1, stderr=-1, env={"PATH": "", **environment}
    )
    try:
        async with asyncio.timeout(50):
            printed, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()[-2000:]
    return json.loads(printed.decode().splitlines()[-1])
