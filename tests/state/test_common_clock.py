"""The store's time, which is every worker's."""

import asyncio
import re
import time
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from bot.state import common_clock as module
from bot.state.common_clock import CommonClock, common_clock, time_of
from bot.state.store import connect
from tests.chaos.redis_server import RedisServer
from tests.contract.machine_clock import MachineClock

DAY = 86_400.0
NEAR = 5.0  # seconds, which a slow machine may take for a line


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def shows(clock: CommonClock, at: float) -> bool:
    return abs(clock.now() - at) < NEAR


def is_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine's answers count too."""
    monkeypatch.setattr(module, "SLOW_SECONDS", 20.0)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 20.0)


def assert_about_an_hour(told: str, fact: str) -> None:
    found = re.search(rf"{fact}=(\d+)", re.sub(r"\x1b\[\d+m", "", told))
    assert found is not None
    assert abs(int(found.group(1)) - 3_600) < 2 * NEAR


@pytest.mark.parametrize("days", [1, -1])
async def test_machines_that_disagree_have_one_time(redis: Redis, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=days * DAY))

    async with common_clock(redis) as clock:
        at = await time_of(redis)
        await until(lambda: shows(clock, at))


async def test_a_machine_whose_clock_is_set_keeps_the_time(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    async with common_clock(redis) as clock:
        before = clock.now()

        monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=-DAY))

        assert shows(clock, before)


async def test_without_a_store_time_goes_on_and_its_own_is_taken_over_once_it_is_there(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=DAY))
    await server.kill()

    async with connect(server.url) as redis, common_clock(redis) as clock:
        first = clock.now()
        await until(lambda: clock.now() > first)
        assert shows(clock, first)

        await server.start()
        at = await time_of(redis)
        await until(lambda: shows(clock, at))


async def test_nobody_waits_for_a_store_that_says_nothing(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    async with connect(server.url) as redis:
        server.stop_world()
        async with asyncio.timeout(10), common_clock(redis) as clock:
            assert shows(clock, time.time())
        server.continue_world()


async def test_an_answer_that_took_long_is_not_believed(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=DAY))
    is_patient(monkeypatch)
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.1)
    async with connect(server.url) as redis:
        clock = CommonClock(redis)
        server.stop_world()

        looking = asyncio.create_task(clock.look())
        await asyncio.sleep(0.3)
        server.continue_world()
        await looking

        assert shows(clock, time.time() + DAY)


async def test_a_machine_that_has_slept_is_right_again_and_says_by_how_much(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where no clock counts the time in which a machine sleeps."""
    is_patient(monkeypatch)
    awake = module.since_boot
    clock = CommonClock(redis)
    await clock.look()
    monkeypatch.setattr(module, "since_boot", lambda: awake() - 3_600)

    await clock.look()

    assert shows(clock, await time_of(redis))
    told = capsys.readouterr().out
    assert "clock_jumped" in told
    assert_about_an_hour(told, "by_seconds")


async def test_the_operator_is_told_once_that_a_clock_is_wrong(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    is_patient(monkeypatch)
    monkeypatch.setattr("bot.clock.time", MachineClock(ahead_seconds=3_600))
    clock = CommonClock(redis)

    for _ in range(3):
        await clock.look_if_possible()

    told = capsys.readouterr().out
    assert told.count("clock_differs") == 1
    assert_about_an_hour(told, "machine_ahead_seconds")
