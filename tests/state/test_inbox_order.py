"""F04: what the platforms deliver in another order than it happened."""

from collections.abc import Iterable, Sequence
from itertools import permutations

import pytest
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, Thread
from bot.state.inbox import Inbox
from bot.state.runs import Runs
from bot.state.store import key
from tests.state.inbounds import THREAD, answered, deleted, edited, oldest, pressed, said, waiting

ROOT = said("1715.0001", addressed=True)
SECOND, THIRD, FOURTH = said("1715.0002"), said("1715.0003"), said("1715.0004")


async def test_a_reply_that_comes_before_what_it_replies_to_waits_behind_it(inbox: Inbox, redis: Redis) -> None:
    for event in (THIRD, SECOND, THIRD, ROOT, SECOND):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, SECOND.id, THIRD.id]


async def test_what_was_said_before_somebody_named_the_bot_is_left_to_people(inbox: Inbox, redis: Redis) -> None:
    named = said("1715.0003", addressed=True)

    for event in (SECOND, FOURTH, named):
        await inbox.accept(event)

    assert await waiting(redis) == [named.id, FOURTH.id]


async def test_an_early_reply_waits_also_when_two_mentions_came_in_the_wrong_order(inbox: Inbox, redis: Redis) -> None:
    named = said("1715.0003", addressed=True)

    for event in (SECOND, named, ROOT):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, SECOND.id, named.id]


async def test_an_early_reply_that_is_deleted_is_not_answered(inbox: Inbox, redis: Redis) -> None:
    for event in (SECOND, THIRD, deleted(SECOND.message), ROOT):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, THIRD.id]


@pytest.mark.parametrize(
    "early", list(permutations((SECOND, edited(SECOND.message)))), ids=["in order", "out of order"]
)
async def test_an_early_reply_that_is_edited_is_answered_as_it_is_now(
    inbox: Inbox, runs: Runs, early: Sequence[Inbound]
) -> None:
    for event in (*early, ROOT):
        await inbox.accept(event)

    assert await answered(runs) == [ROOT.id, edited(SECOND.message).id]


async def test_of_many_early_replies_the_newest_wait(inbox: Inbox, redis: Redis) -> None:
    replies = [said(f"1715.{number:04}") for number in range(2, 32)]

    for event in (*replies, ROOT):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, *(reply.id for reply in replies[-20:])]


async def test_messages_that_come_in_the_wrong_order_wait_in_the_right_one(inbox: Inbox, redis: Redis) -> None:
    for event in (ROOT, FOURTH, THIRD, SECOND):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, SECOND.id, THIRD.id, FOURTH.id]


async def test_ids_that_grew_by_a_digit_are_in_order(inbox: Inbox, redis: Redis) -> None:
    for event in (said("999", addressed=True), said("1001"), said("1000")):
        await inbox.accept(event)

    assert await waiting(redis) == ["999", "1000", "1001"]


async def test_an_edit_that_waits_keeps_nobody_out_of_order(inbox: Inbox, redis: Redis) -> None:
    change = edited(ROOT.message, addressed=True)

    for event in (ROOT, THIRD, change, SECOND):
        await inbox.accept(event)

    assert [one for one in await waiting(redis) if one != change.id] == [ROOT.id, SECOND.id, THIRD.id]


async def test_nothing_comes_before_the_message_at_work(inbox: Inbox, redis: Redis, runs: Runs) -> None:
    await inbox.accept(said("1715.0003", addressed=True))
    async with runs.take(THREAD) as run:
        assert (await oldest(run)).id == THIRD.id

        await inbox.accept(FOURTH)
        await inbox.accept(said("1715.0002", addressed=True))

        assert await waiting(redis) == [THIRD.id, SECOND.id, FOURTH.id]
        assert run is not None
        await run.end()


async def test_what_comes_before_the_message_at_work_when_its_lease_has_run_out_is_not_lost(
    inbox: Inbox, redis: Redis, runs: Runs
) -> None:
    """F12: a process that stood still for a while, and nobody has taken over."""
    await inbox.accept(said("1715.0003", addressed=True))
    async with runs.take(THREAD) as run:
        assert (await oldest(run)).id == THIRD.id
        await redis.delete(key(THREAD, "lease:inbox"))
        await inbox.accept(said("1715.0002", addressed=True))

        assert run is not None
        await run.take_out()

        assert (await oldest(run)).id == SECOND.id
        await run.end()


async def test_a_button_stays_behind_what_it_stops(inbox: Inbox, redis: Redis) -> None:
    for event in (ROOT, THIRD, pressed("1715.0002")):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, THIRD.id, "1715.0002"]


def in_thread(events: Iterable[Inbound], number: int) -> list[Inbound]:
    thread = THREAD.model_copy(update={"root": MessageId(f"thread {number}")})
    return [event.model_copy(update={"thread": thread}) for event in events]


async def deliver(inbox: Inbox, events: Sequence[Inbound]) -> Thread:
    for event in events:
        await inbox.accept(event)
        await inbox.accept(event)
    return events[0].thread


def messages(ids: Iterable[str]) -> list[str]:
    """Those that something is said in, each where its first version is."""
    return list(dict.fromkeys(name.partition("@")[0] for name in ids if not name.endswith("@deleted")))


HISTORIES = {
    "the mention is edited": (ROOT, SECOND, THIRD, edited(ROOT.message, addressed=True), deleted(THIRD.message)),
    "a reply is edited": (ROOT, SECOND, THIRD, edited(SECOND.message), deleted(THIRD.message)),
    "a reply is edited to name the bot": (ROOT, SECOND, THIRD, edited(SECOND.message, addressed=True), FOURTH),
    "the mention is deleted": (ROOT, SECOND, THIRD, edited(THIRD.message), deleted(ROOT.message)),
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
async def test_in_whatever_order_things_are_delivered_their_newest_state_is_answered_in_order(
    inbox: Inbox, redis: Redis, runs: Runs, history: Sequence[Inbound]
) -> None:
    """F04: 120 orders, each delivered twice, before anybody works on the thread."""
    gone = {event.message for event in history if event.deleted}
    newest = {event.id for event in history if event.revision and event.message not in gone}
    disordered: list[list[str]] = []
    revived: list[list[str]] = []
    stale: list[list[str]] = []

    for number, events in enumerate(permutations(history)):
        thread = await deliver(inbox, in_thread(events, number))
        names = messages(await waiting(redis, thread))
        if names != sorted(names):
            disordered.append([event.id for event in events])
        done = await answered(runs, thread)
        if gone.intersection(messages(done)):
            revived.append([event.id for event in events])
        if ROOT.message not in gone and not newest.issubset(done):
            stale.append([event.id for event in events])

    assert (disordered, revived, stale) == ([], [], [])


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
async def test_however_fast_things_are_answered_nothing_is_after_its_deletion(
    inbox: Inbox, runs: Runs, history: Sequence[Inbound]
) -> None:
    """F04: 120 orders, each delivered twice, answered whenever something has come."""
    revived: list[list[str]] = []

    for number, events in enumerate(permutations(history)):
        gone: set[str] = set()
        for event in in_thread(events, number):
            thread = await deliver(inbox, [event])
            gone |= {event.message} if event.deleted else set()
            if gone.intersection(messages(await answered(runs, thread))):
                revived.append([event.id for event in events])

    assert revived == []
