"""The connection to Redis, on a real Valkey."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.models import MessageId
from bot.state.store import Command, Script, key, place_key, sized
from tests.state.inbounds import THREAD

SEAT = ["parley:seat:test"]


@pytest.fixture
def script() -> Script:
    return Script("sit")


async def test_a_script_is_known_again_after_the_server_forgot_it(redis: Redis, script: Script) -> None:
    """F17: a restart forgets all scripts."""
    assert await script.run(redis, SEAT, ["one", 60_000]) == 1
    await redis.script_flush()

    assert await script.run(redis, SEAT, ["two", 60_000]) == 0
    assert await script.run(redis, SEAT, ["one", 60_000]) == 1


async def test_what_stands_beside_a_script_is_done_before_it(redis: Redis, script: Script) -> None:
    beside = [Command("SET", SEAT[0], ("two", "EX", 60)), Command("SET", "parley:beside", ("1", "EX", 60))]

    assert await script.run(redis, SEAT, ["two", 60_000], beside=beside) == 1
    await redis.script_flush()
    assert await script.run(redis, SEAT, ["one", 60_000], beside=beside) == 0

    assert await redis.get("parley:beside") == "1"


async def test_an_error_of_a_script_is_told_with_what_stands_beside_it_done(redis: Redis) -> None:
    await redis.set("parley:workers", "no sorted set", ex=60)

    with pytest.raises(ResponseError, match=r"WRONGTYPE|wrong kind"):
        await Script("beat").run(
            redis, ["parley:workers"], ["one", 30], beside=[Command("SET", "parley:beside", ("1", "EX", 60))]
        )

    assert await redis.get("parley:beside") == "1"


def test_all_keys_of_a_thread_lie_in_one_slot() -> None:
    odd = THREAD.model_copy(update={"channel": "a}b{c", "root": MessageId("1:2")})

    assert key(THREAD, "inbox") == "parley:{slack:T1:C1:1715.0001}:inbox"
    assert key(odd, "inbox") == "parley:{slack:T1:a%7Db%7Bc:1%3A2}:inbox"


def test_the_place_of_a_message_is_that_of_its_workspace_only() -> None:
    elsewhere = THREAD.model_copy(update={"team": "T2"})

    assert place_key(THREAD, MessageId("1")) != place_key(elsewhere, MessageId("1"))


def test_a_url_gets_a_size_for_its_pool_unless_it_has_one() -> None:
    assert sized("redis://h/0", 7) == "redis://h/0?max_connections=7"
    assert sized("unix:///s?db=1", 7) == "unix:///s?db=1&max_connections=7"
    assert sized("redis://h?max_connections=3", 7) == "redis://h?max_connections=3"
