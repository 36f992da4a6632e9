"""A seat for one, on a real Valkey."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.state.embedded import embedded
from bot.state.seat import Seat, SeatLost, occupied
from bot.state.store import connect


def seat(redis: Redis, *, held_seconds: float = 1.0) -> Seat:
    return Seat(redis, "window", SystemClock(), held_seconds=held_seconds, poll_seconds=0.02)


async def sit(place: Seat, taken: asyncio.Event) -> None:
    async with place.taken():
        taken.set()
        await asyncio.Event().wait()


async def test_the_second_waits_until_the_first_has_gone(redis: Redis) -> None:
    first_sits, second_sits = asyncio.Event(), asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        first = group.create_task(sit(seat(redis), first_sits))
        await first_sits.wait()
        second = group.create_task(sit(seat(redis), second_sits))
        await asyncio.sleep(2)  # twice as long as it is held without being renewed
        assert not second_sits.is_set()

        first.cancel()
        await second_sits.wait()
        second.cancel()

    assert not await occupied(redis, "window")


async def test_a_holder_that_died_is_followed_once_it_has_not_been_heard_of(redis: Redis) -> None:
    await redis.set("parley:seat:window", "dead", px=300)
    taken = asyncio.Event()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        sitting = group.create_task(sit(seat(redis), taken))
        await taken.wait()
        sitting.cancel()


async def test_a_lost_seat_ends_what_is_done_on_it(redis: Redis) -> None:
    taken = asyncio.Event()
    sitting = asyncio.create_task(sit(seat(redis), taken))
    await taken.wait()

    await redis.set("parley:seat:window", "another", px=5_000)

    with pytest.raises(ExceptionGroup) as caught:
        await asyncio.wait_for(sitting, 5)
    assert caught.group_contains(SeatLost)
    assert await redis.get("parley:seat:window") == "another"


async def test_a_store_that_restarts_does_not_end_what_is_done_on_it(tmp_path: Path) -> None:
    """Away for longer than the seat is held; then it belongs to who has it."""
    taken = asyncio.Event()
    async with embedded(tmp_path) as url:
        redis = connect(url)
        sitting = asyncio.create_task(sit(seat(redis), taken))
        await taken.wait()

    await asyncio.sleep(2)
    async with embedded(tmp_path), asyncio.timeout(5), redis:
        while not await occupied(redis, "window"):
            await asyncio.sleep(0.02)
        assert not sitting.done()
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)


async def test_what_is_done_on_it_may_fail_and_frees_it(redis: Redis) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with seat(redis).taken():
            raise LookupError("nothing to see")

    assert caught.group_contains(LookupError)
    assert not await occupied(redis, "window")
