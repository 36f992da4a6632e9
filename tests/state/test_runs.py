"""Runs, on a real Valkey: one at a time, and only the newest has any effect."""

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.models import Inbound, MessageId, Thread
from bot.state.inbox import Inbox, settled
from bot.state.run import RunLost
from bot.state.runs import Runs
from bot.state.store import Command, key
from bot.state.timing import Timing
from tests.state.inbounds import THREAD, Wakes, answered, oldest, said, waiting

LEASE = key(THREAD, "lease:inbox")
ONE = Command("SET", key(THREAD, "one"), ("1", "EX", 60))
TWO = Command("SET", key(THREAD, "two"), ("2", "EX", 60))
Process = Callable[[Timing], Runs]


@pytest.fixture(autouse=True)
async def something_waits(inbox: Inbox, message: Inbound) -> None:
    await inbox.accept(message)


async def ended(redis: Redis, name: str) -> None:
    """Wait until a key is gone by itself."""
    while await redis.exists(name):
        await asyncio.sleep(0.005)


async def test_a_thread_has_one_run_at_a_time(runs: Runs, other_runs: Runs, message: Inbound) -> None:
    async with runs.take(THREAD) as run:
        assert await oldest(run) == message
        async with other_runs.take(THREAD) as other, runs.take(THREAD) as again:
            assert (other, again) == (None, None)
        assert run is not None
        await run.take_out()

    async with other_runs.take(THREAD) as nothing_left:
        assert nothing_left is None


async def test_of_many_who_want_a_thread_one_gets_it(runs: Runs, other_runs: Runs) -> None:
    taken: list[int] = []

    async def want(of: Runs) -> None:
        async with of.take(THREAD) as run:
            if run is not None:
                taken.append(run.fence)
                await run.take_out()

    await asyncio.gather(*(want(of) for of in (runs, other_runs) * 20))

    assert taken == [1]


async def test_threads_do_not_wait_for_each_other(inbox: Inbox, runs: Runs, other_runs: Runs) -> None:
    elsewhere = THREAD.model_copy(update={"root": MessageId("1716.0001")})
    await inbox.accept(said("1716.0001", addressed=True, thread=elsewhere))

    async with runs.take(THREAD) as one, other_runs.take(elsewhere) as other:
        assert (await oldest(one)).thread == THREAD
        assert (await oldest(other)).thread == elsewhere


async def test_a_task_needs_no_inbox_and_excludes_no_messages(runs: Runs, other_runs: Runs) -> None:
    async with runs.take(THREAD, "task:1") as step, other_runs.take(THREAD) as run:
        assert step is not None
        assert run is not None
        async with other_runs.take(THREAD, "task:1") as other:
            assert other is None
        await step.end()
        await run.take_out()


async def test_a_run_finds_what_earlier_ones_left_also_on_a_server_that_knows_no_scripts(
    redis: Redis, runs: Runs, other_runs: Runs
) -> None:
    async with runs.take(THREAD, "task:1") as step:
        assert step is not None
        await step.end(ONE)
    await redis.script_flush()

    reading = [Command("GET", ONE.key), Command("HGETALL", TWO.key)]
    async with other_runs.take(THREAD, "task:1", reading) as step:
        assert step is not None
        assert step.found == ["1", {}]
        await step.end()


async def test_a_run_that_another_took_over_from_writes_nothing(
    process: Process, redis: Redis, other_runs: Runs, message: Inbound
) -> None:
    """F12: it stood still for longer than its lease."""
    async with process(Timing(lease=0.05)).take(THREAD) as run, asyncio.timeout(5):
        assert run is not None
        await ended(redis, LEASE)
        async with other_runs.take(THREAD) as newer:
            assert await oldest(newer) == message
            assert newer is not None
            assert newer.fence > run.fence

            with pytest.raises(RunLost):
                await run.take_out(ONE)

            assert await redis.exists(ONE.key) == 0
            assert await waiting(redis) == [message.id]
            await newer.write(TWO)
            await newer.take_out()
        with pytest.raises(RunLost):
            await run.write(ONE)

    assert await redis.mget(ONE.key, TWO.key) == [None, "2"]


async def test_a_run_that_nobody_took_over_from_goes_on_after_its_lease(process: Process, redis: Redis) -> None:
    async with process(Timing(lease=0.05)).take(THREAD) as run, asyncio.timeout(5):
        assert run is not None
        await ended(redis, LEASE)

        await run.write(ONE)

        assert await redis.exists(LEASE) == 1
        await run.take_out()
    assert await redis.get(ONE.key) == "1"


async def test_messages_are_taken_one_after_the_other_also_those_that_come_meanwhile(
    inbox: Inbox, redis: Redis, runs: Runs, message: Inbound
) -> None:
    names: list[str] = []
    await inbox.accept(said("1715.0002"))

    async with runs.take(THREAD) as run, asyncio.timeout(5):
        assert run is not None
        while one := await run.next():
            names.append(one.id)
            if len(names) < 5:
                await inbox.accept(said(f"1715.{len(names) + 2:04}"))
            await run.take_out(settled(one))

    assert names == [message.id, *(f"1715.{number:04}" for number in range(2, 7))]
    assert await waiting(redis) == []
    assert await redis.exists(LEASE) == 0


async def test_a_run_ends_only_when_nothing_waits(
    inbox: Inbox, redis: Redis, runs: Runs, wakes: Wakes, message: Inbound
) -> None:
    async with runs.take(THREAD) as run:
        assert await oldest(run) == message
        await inbox.accept(said("1715.0002"))
        assert run is not None

        await run.take_out()
        assert await redis.exists(LEASE) == 1
        assert (await oldest(run)).id == "1715.0002"
        await run.take_out()

        assert await redis.exists(LEASE) == 0
        assert await run.next() is None
        await inbox.accept(said("1715.0003"))
    assert wakes.messages == [message.id, "1715.0003"]


async def test_a_message_that_comes_in_the_last_moment_is_not_left_alone(
    redis: Redis, runs: Runs, other_runs: Runs
) -> None:
    """Several hundred messages in a few threads, each accepted while somebody may just be finishing there."""
    threads = [THREAD.model_copy(update={"root": MessageId(f"root {number}")}) for number in range(6)]
    everything = [
        said(f"1715.{number:04}", addressed=True, thread=thread) for number in range(60) for thread in threads
    ]
    await answered(runs)  # what waits in the others
    done: list[tuple[Thread, str]] = []
    drains: list[asyncio.Task[None]] = []

    async def drain(thread: Thread, by: Runs) -> None:
        done.extend([(thread, name) for name in await answered(by, thread)])

    async def wake(thread: Thread, _: str) -> None:
        by = (runs, other_runs)[len(drains) % 2]
        drains.append(asyncio.create_task(drain(thread, by)))

    async def speak(number: int) -> None:
        door = Inbox(redis, wake, SystemClock())
        for message in everything[number::12]:
            await door.accept(message)

    await asyncio.gather(*map(speak, range(12)))
    while not all(drain.done() for drain in drains):
        await asyncio.gather(*drains)

    assert sorted(name for _, name in done) == sorted(message.id for message in everything)
    assert len(set(done)) == len(everything)
    assert [await waiting(redis, thread) for thread in threads] == [[]] * 6
    assert await redis.keys("*lease*") == []


async def test_what_stands_behind_the_message_can_be_seen(inbox: Inbox, runs: Runs) -> None:
    await inbox.accept(said("1715.0002"))
    async with runs.take(THREAD) as run:
        assert run is not None
        assert [later.id for later in await run.later()] == ["1715.0002"]

        await inbox.accept(said("1715.0003"))
        run.tell()

        assert [later.id for later in await run.later()] == ["1715.0002", "1715.0003"]
        await run.end()


@pytest.mark.parametrize("unreadable", ['{"of":"a later release"}', "no JSON", "null"])
async def test_what_nobody_here_can_read_is_kept_for_who_can(
    inbox: Inbox, redis: Redis, runs: Runs, message: Inbound, unreadable: str
) -> None:
    """F14: entries of another release, at the front and behind."""
    await redis.lpush(key(THREAD, "inbox"), unreadable)
    await redis.rpush(key(THREAD, "inbox"), unreadable)
    await inbox.accept(said("1715.0002", addressed=True))

    assert await answered(runs) == [message.id, "1715.0002"]

    assert await redis.lrange(key(THREAD, "parked"), 0, -1) == [unreadable] * 2
    assert await waiting(redis) == []


async def test_an_entry_that_an_older_release_wrote_is_understood(redis: Redis, runs: Runs, message: Inbound) -> None:
    """F14."""
    older = message.model_dump_json(include={"thread", "message", "author", "content", "addressed"})
    await redis.lset(key(THREAD, "inbox"), 0, older)

    assert await answered(runs) == [message.id]

    assert await waiting(redis) == []
