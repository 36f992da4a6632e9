"""Each firing starts once, whenever a worker dies. On a real Valkey, on a clock moved by hand."""

import asyncio
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from bot.research.scheduling.moments import LATEST_SECONDS
from bot.research.scheduling.schedules import LOOK_SECONDS
from bot.state.store import CLAIM_SECONDS, connect
from tests.research.scheduling.firing import DAY, HOUR, START, Clock, Killed, Service, dying, said


@pytest.mark.parametrize("hears", [False, True])
@pytest.mark.parametrize("when", ["every day 9:00", "tomorrow 9:00"])
async def test_whenever_a_worker_dies_the_firing_comes_once(
    redis_url: str, service: Service, clock: Clock, when: str, hears: bool
) -> None:
    """At each command, before Redis has it and after; the next look, of another worker, goes on."""
    died = 0
    for after in range(12):
        await service.redis.flushall()
        clock.at = START
        await service.adds(when)
        clock.at = START + 20 * HOUR
        async with await dying(redis_url, after=after, hears=hears) as redis:
            with suppress(Killed):
                await Service(redis, clock).schedules.fire_due()
                continue
        died += 1
        for _ in range(3):
            clock.at += LOOK_SECONDS
            await service.schedules.fire_due()
        assert await service.fired() == ["Sat 21 Nov 09:00"], after
        clock.at += DAY
        await service.schedules.fire_due()
        assert len(await service.fired()) == (2 if when.startswith("every") else 1)
    assert 5 <= died < 12


@pytest.mark.parametrize("hears", [False, True])
async def test_whenever_a_worker_dies_while_it_adds_one_the_next_run_makes_it_whole(
    redis_url: str, service: Service, clock: Clock, hears: bool
) -> None:
    died = 0
    for after in range(12):
        await service.redis.flushall()
        clock.at = START
        async with await dying(redis_url, after=after, hears=hears) as redis:
            with suppress(Killed):
                await Service(redis, clock).adds("every day 9:00")
                continue
        died += 1
        await service.redis.delete(*await service.redis.keys("*lease*") or ["parley:none"])
        await service.adds("every day 9:00")
        clock.at = START + 20 * HOUR
        await service.schedules.fire_due()
        assert await service.fired() == ["Sat 21 Nov 09:00"], after
    assert 4 <= died < 12


async def test_over_weeks_with_daily_restarts_and_deaths_each_time_comes_once(redis_url: str, clock: Clock) -> None:
    """F15: 35 virtual days; each day two workers race, one of them dies on its way, and old claims are over."""
    async with connect(redis_url) as redis:
        service = Service(redis, clock)
        await service.adds("every weekday at 9:00")
        await service.adds("every 6 hours", said("2"))
        await service.adds("every month on the 1st at 8:00", said("3"))
        claimed: dict[str, float] = {}
        for step in range(35 * 24):
            clock.at = START + step * HOUR
            async with await dying(redis_url, after=step % 11, hears=step % 2 == 0) as mortal:
                with suppress(Killed):
                    await asyncio.gather(Service(mortal, clock).schedules.fire_due(), service.schedules.fire_due())
            await service.schedules.fire_due()
            await age(redis, claimed, clock.at)

        fired = await service.fired()
        assert len(fired) == len({message.message for message in await service.started()})
        assert len([one for one in fired if one.endswith(" 08:00")]) == 1
        assert len([one for one in fired if one.endswith(" 09:00")]) == 25
        assert len(fired) == 1 + 25 + 35 * 4 - 1
        assert LATEST_SECONDS < CLAIM_SECONDS


async def age(redis: Redis, claimed: dict[str, float], now: float) -> None:
    """Let claims end when they would on the virtual clock."""
    for name in [str(name) for name in await redis.keys("*claim:*")]:
        if now - claimed.setdefault(name, now) > CLAIM_SECONDS:
            await redis.delete(name)
