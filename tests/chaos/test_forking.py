"""The fork server: real processes, started quickly, none of which outlives it."""

import asyncio
import os
import signal
import time
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.forking import ForkServer, Order
from tests.chaos.keeping import TIMING

STARTS = 5
STARTED_SECONDS = 0.5  # until it listens; a process that imports everything itself takes about two


@pytest.fixture
def order(redis_url: str, tmp_path: Path) -> Order:
    variables = {"REDIS_URL": redis_url, "HOST": "127.0.0.1", "PORT": "0", "SLACK_SIGNING_SECRET": "simulated"}
    return Order(process="web", variables=variables, log=str(tmp_path / "web.log"), timing=TIMING)


async def test_a_process_listens_soon_after_it_was_ordered(order: Order, tmp_path: Path) -> None:
    async with ForkServer.open() as server, aiohttp.ClientSession() as http:
        seconds: list[float] = []
        for number in range(STARTS):
            began = time.monotonic()
            web = await server.start(order.model_copy(update={"log": str(tmp_path / f"{number}.log")}))
            address = await web.address()
            seconds.append(time.monotonic() - began)

            async with http.get(f"{address}/healthz") as answer:
                assert answer.status == 200

    assert min(seconds) < STARTED_SECONDS


async def test_a_process_ends_by_the_signal_it_gets(order: Order, tmp_path: Path) -> None:
    async with ForkServer.open() as server:
        killed = await server.start(order)
        stopped = await server.start(order.model_copy(update={"log": str(tmp_path / "stopped.log")}))
        await asyncio.gather(killed.address(), stopped.address())

        killed.signal(signal.SIGKILL)
        stopped.signal(signal.SIGTERM)

        async with asyncio.timeout(5):
            assert await killed.ended == -signal.SIGKILL
            assert await stopped.ended == 0


async def test_no_process_outlives_the_server(order: Order) -> None:
    async with ForkServer.open() as server:
        web = await server.start(order)
        await web.address()
        assert os.getsid(web.pid) == web.pid

    async with asyncio.timeout(5):
        while lives(web.pid):
            await asyncio.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
