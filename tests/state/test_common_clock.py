"""The store's time, which is everybody's."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from bot.state import common_clock as module
from bot.state.common_clock import CommonClock, common_clock
from bot.state.store import connect
from tests.chaos.redis_server import RedisServer
from tests.contract.machine_clock import MachineClock

DAY = 86_400.0
NEAR = 2.0  # seconds that a slow machine may take for a line


async def _time_of(redis: Redis) -> float:
    seconds, microseconds = await redis.time()
    return seconds + microseconds / 1e6


@pytest.mark.parametrize("days", [1, -1])
async def test_machines_that_disagree_have_one_time(redis: Redis, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=days * DAY))

    async with common_clock(redis) as clock:
        assert clock.now() == pytest.approx(await _time_of(redis), abs=NEAR)


async def test_a_machine_whose_clock_is_set_keeps_the_time(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    async with common_clock(redis) as clock:
        before = clock.now()

        monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=-DAY))

        assert 0 <= clock.now() - before < NEAR


async def test_without_a_store_time_goes_on_and_its_own_is_taken_over_when_it_is_back(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=DAY))
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    await server.kill()

    async with connect(server.url) as redis, common_clock(redis) as clock:
        first = clock.now()
        await clock.sleep(0.2)
        assert 0.2 <= clock.now() - first < NEAR
        await server.start()
        async with asyncio.timeout(10):
            while clock.now() >= first:
                await asyncio.sleep(0.01)

        assert clock.now() == pytest.approx(await _time_of(redis), abs=NEAR)


async def test_an_answer_that_took_long_is_not_believed(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=DAY))
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.1)
    async with connect(server.url) as redis:
        clock = CommonClock(redis)
        server.stop_world()

        looking = asyncio.create_task(clock.look())
        await asyncio.sleep(0.3)
        server.continue_world()
        await looking

        assert clock.now() > time.time() + DAY / 2


async def test_the_operator_is_told_once_that_a_clock_is_wrong(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=3_600))

    async with common_clock(redis) as clock:
        await clock.sleep(0.3)

    told = capsys.readouterr().out
    assert told.count("clock_differs") == 1
    assert "3600" in told
