"""Restarts as a PaaS does them: the next process is there when the old one is told to stop."""

import asyncio
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.chaos.asked import Asked, answered, ask, report
from tests.chaos.outages import Outages, service_on
from tests.chaos.redis_server import redis_server
from tests.chaos.service import STOP_SECONDS, Process, stop
from tests.chaos.test_procfile import honcho
from tests.service.processes import url_in

THREADS_OF_EACH = 100
RELEASES = 3
TOGETHER_SECONDS = 3.0  # that the old release and the next one run side by side


async def begun(asked: list[Asked], service: Outages) -> None:
    """Wait until the API is at work on every question."""
    async with asyncio.timeout(30):
        while sum(request.method == "POST" for request in service.gemini.requests) < len(asked):
            await asyncio.sleep(0.05)


@pytest.mark.timeout(150)
async def test_200_turns_in_flight_are_gone_on_with_by_another_worker_within_a_second(tmp_path: Path) -> None:
    """F13: SIGTERM to the only worker that has them."""
    async with (
        redis_server(tmp_path / "redis") as redis,
        service_on(redis.url, tmp_path, delay_seconds=0.08) as service,
    ):
        await redis.start()
        *_, first = await service.start_all()
        asked = await ask(service.platforms, range(THREADS_OF_EACH), 150)
        await begun(asked, service)
        await service.start_followed("worker")
        await asyncio.sleep(2)  # until the other one listens
        running = [each for each in asked if not each.is_answered]

        first.send_signal(signal.SIGTERM)
        told_at = time.monotonic()
        await asyncio.wait_for(first.wait(), STOP_SECONDS)
        exit_seconds = time.monotonic() - told_at
        await answered(asked, 100)

        resumed = sorted(r.at - told_at for r in service.gemini.requests if r.method == "GET" and r.at > told_at)
        report(
            f"F13 {len(running)} turns in flight",
            exit_seconds=exit_seconds,
            resumed_p50=resumed[len(resumed) // 2],
            resumed_p95=resumed[len(resumed) * 95 // 100],
            resumed_last=resumed[-1],
        )
        assert len(running) == len(asked)
        assert first.returncode == 0
        assert len([request for request in service.gemini.requests if request.method == "POST"]) == len(asked)


@pytest.mark.timeout(180)
async def test_releases_that_follow_each_other_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    """F13: the Procfile's processes, started anew and anew while people write."""
    async with (
        redis_server(tmp_path / "redis") as redis,
        service_on(redis.url, tmp_path, delay_seconds=0.02) as service,
        AsyncExitStack() as stack,
    ):
        await redis.start()
        asked: list[Asked] = []
        old: Process | None = None
        for release in range(RELEASES):
            new = await stack.enter_async_context(honcho(service.variables))
            stack.push_async_callback(stop, new)  # killed, it would leave its own processes behind
            url = await url_in(new)
            service.follow(new, f"release-{release}")
            service.slack.subscribe(f"{url}/slack/events")
            if old is None:
                await service.connected(20)
            for wave in range(3):
                asked += await ask(service.platforms, range(10 * len(asked), 10 * len(asked) + 4), 40 + len(asked))
                await asyncio.sleep(TOGETHER_SECONDS / 3)
                if wave == 1 and old is not None:
                    await stop(old)
            old = new

        await answered(asked, 60)
