"""How often Discord is asked, by what its headers say."""

import asyncio

import pytest

from adapters.discord.pace import Bucket, Everything
from bot.clock import SystemClock
from bot.conversation.adapter import ChannelBusy


def headers(limit: int, left: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset-After": str(reset_after),
    }


@pytest.fixture
def bucket() -> Bucket:
    return Bucket(SystemClock())


async def used(bucket: Bucket, limit: int, left: int, reset_after: float = 60) -> None:
    """A first call that tells the limit."""
    await bucket.enter(must=True)
    bucket.leave(headers(limit, left, reset_after))


async def test_until_the_limit_is_known_there_is_one_call_at_a_time(bucket: Bucket) -> None:
    await bucket.enter(must=False)
    waiting = asyncio.create_task(bucket.enter(must=True))
    with pytest.raises(ChannelBusy):
        await bucket.enter(must=False)

    bucket.leave({})

    async with asyncio.timeout(5):
        await waiting


async def test_calls_under_way_count(bucket: Bucket) -> None:
    await used(bucket, limit=5, left=2)
    await bucket.enter(must=True)
    await bucket.enter(must=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await bucket.enter(must=True)


async def test_the_last_call_of_a_window_is_left_to_what_must_come_through(bucket: Bucket) -> None:
    await used(bucket, limit=5, left=1)

    with pytest.raises(ChannelBusy) as busy:
        await bucket.enter(must=False)
    await bucket.enter(must=True)

    assert 59 < busy.value.retry_after < 61


async def test_a_limit_of_one_call_can_be_used(bucket: Bucket) -> None:
    await used(bucket, limit=1, left=1)

    await bucket.enter(must=False)


async def test_what_must_come_through_waits_for_the_next_window(bucket: Bucket) -> None:
    await used(bucket, limit=5, left=0, reset_after=0.05)

    async with asyncio.timeout(5):
        for _ in range(5):
            await bucket.enter(must=True)
    with pytest.raises(ChannelBusy):
        await bucket.enter(must=False)


async def test_a_call_that_says_nothing_of_the_limit_gives_its_place_back(bucket: Bucket) -> None:
    for _ in range(3):
        await bucket.enter(must=False)
        bucket.leave({"X-RateLimit-Limit": "many"})


async def test_a_refusal_holds_whatever_calls_under_way_report(bucket: Bucket) -> None:
    await used(bucket, limit=5, left=4)
    await bucket.enter(must=True)
    bucket.refuse(60)
    bucket.leave(headers(5, 4, 0.01))

    with pytest.raises(ChannelBusy) as busy:
        await bucket.enter(must=False)

    assert 59 < busy.value.retry_after < 61


async def test_a_refusal_of_everything_holds_for_what_can_wait() -> None:
    everything = Everything(SystemClock())
    await everything.take(must=False)
    everything.refuse(60)

    with pytest.raises(ChannelBusy) as busy:
        await everything.take(must=False)

    assert 59 < busy.value.retry_after < 61
