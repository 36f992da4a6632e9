import pytest
from redis.asyncio import Redis

from tests.research.scheduling.firing import Clock, Service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(redis: Redis, clock: Clock) -> Service:
    return Service(redis, clock)
