"""How far a platform was heard, on a real server."""

from bot.models import MessageId
from bot.state.cursors import CURSORS_SECONDS, DIRECT_CHANNELS, Cursors
from bot.state.store import connect


async def test_a_cursor_is_where_it_was_moved_last(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        cursors = Cursors(redis, platform="discord")
        await cursors.move({"0/2": MessageId("600"), "1/2": MessageId("601")})
        await cursors.move({"0/2": MessageId("602")})

        assert await Cursors(redis, platform="discord").get() == {"0/2": "602", "1/2": "601"}
        assert await Cursors(redis, platform="another").get() == {}
        assert await redis.ttl("parley:heard:discord") > CURSORS_SECONDS - 60


async def test_direct_channels_are_known_until_they_are_left_or_many_others_are_newer(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        cursors = Cursors(redis, platform="discord")
        for number in range(DIRECT_CHANNELS + 2):
            await cursors.met(str(number), float(number))
        await cursors.met("2", 1_000.0)
        await cursors.left("5")

        known = await cursors.direct_channels()
        assert (known[0], known[-1], len(known)) == ("2", "3", DIRECT_CHANNELS - 1)
