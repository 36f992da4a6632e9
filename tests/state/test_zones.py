"""What people have told of their time zones."""

from redis.asyncio import Redis

from bot.models import Inbound, UserId
from bot.state.runs import Runs
from bot.state.zones import ZONE_SECONDS, Zones


async def told(redis: Redis, runs: Runs, message: Inbound, zone: str) -> Zones:
    zones = Zones(redis)
    async with runs.take(message.thread, "test") as run:
        assert run is not None
        await run.write(beside=[zones.told(message, zone)])
        await run.end()
    return zones


async def test_what_a_person_has_told_counts_in_all_channels_of_the_team(
    redis: Redis, runs: Runs, message: Inbound
) -> None:
    zones = await told(redis, runs, message, "Europe/Zurich")
    elsewhere = message.model_copy(update={"thread": message.thread.model_copy(update={"channel": "C9"})})
    other_team = message.model_copy(update={"thread": message.thread.model_copy(update={"team": "T9"})})

    assert await zones.get(elsewhere) == "Europe/Zurich"
    assert await zones.get(other_team) is None
    assert await zones.get(message.model_copy(update={"author": UserId("U9")})) is None


async def test_it_is_forgotten_only_when_nobody_needs_it_for_more_than_a_year(
    redis: Redis, runs: Runs, message: Inbound
) -> None:
    zones = await told(redis, runs, message, "Europe/Zurich")
    [name] = await redis.keys("parley:zone:*")
    await redis.expire(name, 60)

    await zones.get(message)

    assert await redis.ttl(name) > ZONE_SECONDS - 60
