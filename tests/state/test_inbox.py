"""The inbox, on a real Valkey: what is taken in, and who is woken for it."""

import asyncio
from collections.abc import Mapping
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.models import Inbound, MessageId, Thread
from bot.state.inbox import Inbox, InboxFull, engaged
from bot.state.outbox import Outbox
from bot.state.runs import Runs
from bot.state.store import NEWS
from tests.state.inbounds import THREAD, Wakes, answered, deleted, edited, pressed, said, waiting


async def test_a_message_delivered_twice_waits_once(inbox: Inbox, redis: Redis, message: Inbound) -> None:
    """F01."""
    await inbox.accept(message)
    await inbox.accept(message)

    assert await waiting(redis) == [message.id]


async def test_many_deliveries_at_once_wait_once(inbox: Inbox, redis: Redis, message: Inbound) -> None:
    """F03."""
    await asyncio.gather(*(inbox.accept(message) for _ in range(20)))

    assert await waiting(redis) == [message.id]


async def test_what_waits_is_what_came(inbox: Inbox, runs: Runs, message: Inbound) -> None:
    told = message.model_copy(update={"handle": {"name": "value"}, "place": "C2"})

    await inbox.accept(told)

    async with runs.take(message.thread) as run:
        assert run is not None
        assert await run.next() == told
        await run.end()


async def test_a_delivery_that_died_before_the_wake_up_is_completed_by_the_next(
    inbox: Inbox, redis: Redis, wakes: Wakes, message: Inbound
) -> None:
    """F09."""

    async def dies(thread: Thread, why: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Inbox(redis, dies, SystemClock()).accept(message)

    await inbox.accept(message)

    assert wakes.messages == [message.id]
    assert await waiting(redis) == [message.id]


async def test_a_delivery_after_the_reply_changes_nothing(
    inbox: Inbox, redis: Redis, runs: Runs, wakes: Wakes, message: Inbound
) -> None:
    """F01."""
    await inbox.accept(message)
    assert await answered(runs) == [message.id]
    wakes.messages.clear()

    await inbox.accept(message)

    assert wakes.messages == []
    assert await waiting(redis) == []


async def test_a_message_to_nobody_counts_only_where_the_bot_takes_part(
    inbox: Inbox, redis: Redis, wakes: Wakes, message: Inbound, follow_up: Inbound
) -> None:
    elsewhere = said("1716.0002", thread=THREAD.model_copy(update={"root": MessageId("1716.0001")}))
    await inbox.accept(message)

    await inbox.accept(follow_up)
    await inbox.accept(elsewhere)

    assert wakes.messages == [message.id, follow_up.id]
    assert await waiting(redis) == [message.id, follow_up.id]
    assert await waiting(redis, elsewhere.thread) == []


async def test_in_a_thread_that_the_bot_began_nobody_has_to_name_it(
    inbox: Inbox, redis: Redis, follow_up: Inbound
) -> None:
    begun = engaged(follow_up.thread, retention_days=1)
    await redis.execute_command(begun.name, begun.key, *begun.arguments)

    await inbox.accept(follow_up)

    assert await waiting(redis) == [follow_up.id]


async def test_a_button_counts_only_where_the_bot_takes_part_and_does_not_make_it_so(
    inbox: Inbox, redis: Redis, wakes: Wakes, message: Inbound, follow_up: Inbound
) -> None:
    await inbox.accept(pressed("P1"))
    await inbox.accept(follow_up)
    assert await waiting(redis) == []

    await inbox.accept(message)
    await inbox.accept(pressed("P2"))
    await inbox.accept(pressed("P2"))

    assert wakes.messages == [message.id, "P2", "P2"]
    assert await waiting(redis) == [message.id, follow_up.id, "P2"]


async def test_a_message_that_continues_one_of_ours_joins_its_thread(
    inbox: Inbox, redis: Redis, runs: Runs, message: Inbound, follow_up: Inbound
) -> None:
    await inbox.accept(message)
    placed = Outbox().placed(message, MessageId("R1"))
    await redis.execute_command(placed.name, placed.key, *placed.arguments)
    elsewhere = message.thread.model_copy(update={"root": MessageId("R1")})

    await inbox.accept(follow_up.model_copy(update={"thread": elsewhere, "continues": MessageId("R1")}))

    assert await answered(runs, elsewhere) == []
    async with runs.take(message.thread) as run:
        assert run is not None
        (joined,) = await run.later()
        assert (joined.message, joined.thread, joined.about) == (follow_up.message, message.thread, message.message)
        await run.end()


async def test_a_message_that_continues_one_of_somebody_else_stays_where_it_is(
    inbox: Inbox, redis: Redis, message: Inbound
) -> None:
    await inbox.accept(message.model_copy(update={"continues": MessageId("R1")}))

    assert await waiting(redis) == [message.id]


async def test_who_works_on_the_thread_hears_of_it_and_nobody_else_is_woken(
    inbox: Inbox, redis: Redis, runs: Runs, wakes: Wakes, message: Inbound, follow_up: Inbound
) -> None:
    await inbox.accept(message)
    async with runs.take(message.thread) as run, redis.pubsub() as heard, asyncio.timeout(5):
        assert run is not None
        await heard.subscribe(NEWS)
        await heard.get_message(timeout=5)

        await inbox.accept(follow_up)
        news = cast("Mapping[str, object] | None", await heard.get_message(timeout=5))
        await inbox.accept(follow_up)

        assert news is not None
        assert news["data"] == str(message.thread)
        await run.end()
    assert wakes.messages == [message.id]


async def test_a_delivery_after_a_run_that_died_wakes_another(
    inbox: Inbox, runs: Runs, wakes: Wakes, message: Inbound
) -> None:
    """F10."""
    await inbox.accept(message)
    async with runs.take(message.thread) as run:
        assert run is not None
        await run.end()

    await inbox.accept(message)

    assert wakes.messages == [message.id, message.id]


async def test_every_key_ends_some_day(inbox: Inbox, redis: Redis, runs: Runs, message: Inbound) -> None:
    """F19."""
    early = said("1715.0003", thread=THREAD.model_copy(update={"root": MessageId("1716.0001")}))
    for event in (message, said("1715.0002"), edited("1715.0002"), deleted("1715.0002"), deleted("9"), early):
        await inbox.accept(event)
    async with runs.take(message.thread) as run:
        assert run is not None
        names = await redis.keys("*")

        assert {str(name).rpartition("}:")[2] for name in names} >= {"inbox", "engaged", "early", "lease:inbox"}
        assert [name for name in names if await redis.ttl(name) < 0] == []
        await run.end()


async def test_a_thread_that_is_flooded_is_taken_in_no_further_until_something_is_answered(
    inbox: Inbox, runs: Runs, thread: Thread
) -> None:
    for number in range(200):
        await inbox.accept(said(f"1715.{number:04}", addressed=True))

    with pytest.raises(InboxFull):
        await inbox.accept(said("1715.9999", addressed=True))
    async with runs.take(thread) as run:
        assert run is not None
        await run.take_out()
        await inbox.accept(said("1715.9999", addressed=True))
        await run.end()
