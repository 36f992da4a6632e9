"""The Procfile as a PaaS runs it."""

import asyncio
import os
import signal
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.chaos.service import STOP_SECONDS, Service
from tests.service.processes import python, url_in

ROOT = Path(__file__).parents[2]
THREADS = 30


def honcho(variables: dict[str, str]) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """All processes of the Procfile."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return python("honcho", "start", "-f", str(ROOT / "Procfile"), "-p", "0", folder=ROOT, **variables, PATH=path)


@pytest.mark.timeout(150)
async def test_its_processes_answer_on_both_platforms_and_keep_threads_apart(service: Service) -> None:
    async with honcho(service.variables) as processes:
        service.slack.subscribe(f"{await url_in(processes)}/slack/events")
        await service.discord.wait_for(lambda: service.discord.ledger.of("gateway", event="identified"), 15)

        asked = [
            (platform, number, await platform.mention(f"my name is Person{number}", place=number))
            for number in range(THREADS)
            for platform in service.platforms
        ]
        for platform, number, said in asked:
            await platform.replied(said, f"**Person{number}**")
        for platform, _, said in asked:
            await platform.write("what is my name?", under=said)
        for platform, number, said in asked:
            await platform.replied(said, f"**Person{number}**", number=2)

        processes.send_signal(signal.SIGTERM)
        await asyncio.wait_for(processes.wait(), STOP_SECONDS)
