"""The inbox, on a real Valkey."""

from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, PartKey, Thread
from bot.state.inbox import Inbox
from bot.state.outbox import Outbox
from bot.state.store import connect


class Wakes:
    """Stands where the engine is, and counts."""

    def __init__(self) -> None:
        self.messages: list[MessageId] = []

    async def __call__(self, thread: Thread, message: MessageId) -> None:
        self.messages.append(message)


@pytest.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    async with connect(redis_url) as redis:
        yield redis


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


@pytest.fixture
def inbox(redis: Redis, wakes: Wakes) -> Inbox:
    return Inbox(redis, wakes)


async def test_a_message_delivered_twice_waits_once(inbox: Inbox, message: Inbound) -> None:
    await inbox.accept(message)
    await inbox.accept(message)

    assert await inbox.oldest(message.thread) == message
    await inbox.done(message)
    assert await inbox.oldest(message.thread) is None


async def test_a_delivery_that_died_before_the_wake_up_is_completed_by_the_next(
    inbox: Inbox, redis: Redis, wakes: Wakes, message: Inbound
) -> None:
    async def dies(thread: Thread, message: MessageId) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Inbox(redis, dies).accept(message)

    await inbox.accept(message)

    assert wakes.messages == [message.message]
    assert await inbox.oldest(message.thread) == message


async def test_a_delivery_after_the_reply_changes_nothing(inbox: Inbox, wakes: Wakes, message: Inbound) -> None:
    await inbox.accept(message)
    await inbox.done(message)
    wakes.messages.clear()

    await inbox.accept(message)

    assert wakes.messages == []
    assert await inbox.oldest(message.thread) is None


async def test_a_message_to_nobody_counts_only_where_the_bot_takes_part(
    inbox: Inbox, wakes: Wakes, message: Inbound, follow_up: Inbound
) -> None:
    await inbox.accept(follow_up)
    assert wakes.messages == []

    await inbox.accept(message)
    await inbox.accept(follow_up)

    assert wakes.messages == [message.message, follow_up.message]


async def test_messages_wait_in_the_order_they_came(inbox: Inbox, message: Inbound, follow_up: Inbound) -> None:
    await inbox.accept(message)
    await inbox.accept(follow_up)

    await inbox.done(message)

    assert await inbox.oldest(message.thread) == follow_up


async def test_finishing_a_message_twice_keeps_the_next_one(inbox: Inbox, message: Inbound, follow_up: Inbound) -> None:
    await inbox.accept(message)
    await inbox.accept(follow_up)

    await inbox.done(message)
    await inbox.done(message)

    assert await inbox.oldest(message.thread) == follow_up


async def test_a_message_that_continues_one_of_ours_joins_its_thread(
    inbox: Inbox, redis: Redis, message: Inbound, follow_up: Inbound
) -> None:
    await inbox.accept(message)
    await Outbox(redis).note(message, PartKey("1715.0001/0"))
    await Outbox(redis).shown(message, PartKey("1715.0001/0"), MessageId("R1"))
    elsewhere = message.thread.model_copy(update={"root": MessageId("R1")})

    await inbox.accept(follow_up.model_copy(update={"thread": elsewhere, "continues": MessageId("R1")}))

    await inbox.done(message)
    joined = await inbox.oldest(message.thread)
    assert joined is not None
    assert joined.message == follow_up.message


async def test_an_entry_that_another_release_wrote_is_finished_too(
    inbox: Inbox, redis: Redis, message: Inbound
) -> None:
    await inbox.accept(message)
    name = f"parley:{{{message.thread}}}:inbox"
    await redis.lset(name, 0, message.model_dump_json(exclude={"handle", "continues", "place"}))

    oldest = await inbox.oldest(message.thread)

    assert oldest == message
    await inbox.done(message)
    assert await inbox.oldest(message.thread) is None
