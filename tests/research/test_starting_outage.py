"""A start whose answer comes while Redis is away, on a Valkey of the test's own."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from bot.research.manager import ResearchManager
from bot.simulators.gemini import GeminiSimulator, HttpError
from bot.state.records import Records
from bot.state.run import RunLost
from bot.state.runs import Runs
from bot.state.tasks import Task
from tests.chaos.proxy import Proxy
from tests.chaos.redis_server import RedisServer
from tests.contract.platforms import creates
from tests.research.attempts import known, stepped
from tests.state.inbounds import under


@pytest.fixture
async def redis(server: RedisServer) -> AsyncGenerator[Redis]:
    async with server.client() as redis:
        yield redis


@pytest.mark.parametrize("refused", [False, True])
async def test_what_became_of_a_start_is_known_when_redis_is_back(
    server: RedisServer, manager: ResearchManager, runs: Runs, records: Records,
    gemini: GeminiSimulator, line: Proxy, task: Task, refused: bool,
) -> None:  # fmt: skip
    """F17: nothing is paid for twice, and nobody is asked."""
    if refused:
        gemini.fails(HttpError(status=503), operation="create", times=1)
    line.delay_seconds = 0.5
    async with asyncio.timeout(20):
        stepping = asyncio.create_task(manager.step(task.asked.thread, task.id))
        while not (await known(records, task)).creating:
            await asyncio.sleep(0.01)
        await server.kill()
        with pytest.raises(RunLost):
            await stepping
        line.delay_seconds = 0.0

        await server.start()
        async with under(runs.watch()):
            while (await known(records, task)).creating:
                await asyncio.sleep(0.01)
            await stepped(manager, task)

    assert len(creates(gemini)) == 1 + refused
    assert not [moment for moment in (await known(records, task)).life if "unknown" in moment.what]
