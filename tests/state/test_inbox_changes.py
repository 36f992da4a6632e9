"""Edits and deletions in the inbox."""

from redis.asyncio import Redis

from bot.models import Inbound
from bot.state.inbox import Inbox
from bot.state.runs import Runs
from bot.state.store import key
from bot.state.turns import Turn, Turns
from tests.state.inbounds import THREAD, Wakes, answered, deleted, edited, said, waiting

ROOT = said("1715.0001", addressed=True)
REPLY = said("1715.0002")
EDIT, DELETION = edited(REPLY.message), deleted(REPLY.message)


async def test_an_edit_of_what_waits_or_was_answered_counts_once(inbox: Inbox, redis: Redis, runs: Runs) -> None:
    await inbox.accept(ROOT)
    await inbox.accept(REPLY)
    await inbox.accept(edited(ROOT.message))
    await inbox.accept(edited(ROOT.message))
    assert await answered(runs) == [edited(ROOT.message).id, REPLY.id]

    await inbox.accept(EDIT)
    await inbox.accept(EDIT)

    assert await waiting(redis) == [EDIT.id]


async def test_each_further_edit_counts(inbox: Inbox, redis: Redis) -> None:
    for event in (ROOT, edited(ROOT.message, "1716.0001"), edited(ROOT.message, "1716.0002")):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, f"{ROOT.message}@1716.0001", f"{ROOT.message}@1716.0002"]


async def test_of_two_edits_in_the_wrong_order_the_newer_one_is_answered(inbox: Inbox, runs: Runs) -> None:
    """F37: what was said last counts, not what was delivered last."""
    newer, older = edited(ROOT.message, "1716.0002"), edited(ROOT.message, "1716.0001")

    for event in (ROOT, newer, older):
        await inbox.accept(event)

    assert await answered(runs) == [newer.id]


async def test_an_edit_of_what_is_unknown_and_names_the_bot_counts_as_the_message(
    inbox: Inbox, redis: Redis, wakes: Wakes
) -> None:
    named = edited(ROOT.message, addressed=True)

    await inbox.accept(named)
    await inbox.accept(ROOT)
    await inbox.accept(REPLY)

    assert wakes.messages == [named.id, REPLY.id]
    assert await waiting(redis) == [named.id, REPLY.id]


async def test_an_edit_of_what_is_unknown_and_names_nobody_is_nothing(inbox: Inbox, redis: Redis, wakes: Wakes) -> None:
    await inbox.accept(EDIT)
    await inbox.accept(ROOT)
    await inbox.accept(EDIT)

    assert wakes.messages == [ROOT.id]
    assert await waiting(redis) == [ROOT.id]


async def test_an_edit_that_comes_before_its_message_is_what_is_answered(inbox: Inbox, runs: Runs) -> None:
    """F04."""
    for event in (ROOT, EDIT, REPLY):
        await inbox.accept(event)

    assert await answered(runs) == [ROOT.id, EDIT.id]


async def test_an_edit_that_counts_as_the_message_waits_where_the_message_would(inbox: Inbox, redis: Redis) -> None:
    named = edited(REPLY.message, addressed=True)

    for event in (ROOT, said("1715.0003"), named, REPLY):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, named.id, "1715.0003"]


async def test_an_edit_counts_as_long_as_the_turn_is_known(inbox: Inbox, redis: Redis, runs: Runs) -> None:
    """Longer than the platform repeats its deliveries, for which the claim is kept."""
    await inbox.accept(ROOT)
    await answered(runs)
    saved = Turns(redis).saved(Turn.of(ROOT))
    await redis.execute_command(saved.name, saved.key, *saved.arguments)
    await redis.delete(key(THREAD, f"claim:{ROOT.message}"))

    await inbox.accept(edited(ROOT.message))

    assert await waiting(redis) == [edited(ROOT.message).id]


async def test_a_deletion_of_what_waits_stands_behind_it(inbox: Inbox, redis: Redis, runs: Runs) -> None:
    for event in (ROOT, REPLY, DELETION, DELETION):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, REPLY.id, DELETION.id]
    assert await answered(runs) == [ROOT.id]


async def test_a_deletion_of_what_was_answered_is_told_once(inbox: Inbox, redis: Redis, runs: Runs) -> None:
    for event in (ROOT, REPLY):
        await inbox.accept(event)
    await answered(runs)

    await inbox.accept(DELETION)
    await inbox.accept(DELETION)

    assert await waiting(redis) == [DELETION.id]
    assert await answered(runs) == []
    await inbox.accept(DELETION)
    assert await waiting(redis) == []


async def test_what_is_deleted_before_it_comes_is_never_answered(inbox: Inbox, redis: Redis, wakes: Wakes) -> None:
    """F04."""
    await inbox.accept(deleted(ROOT.message))
    await inbox.accept(deleted(ROOT.message))
    await inbox.accept(ROOT)
    await inbox.accept(edited(ROOT.message, addressed=True))

    assert wakes.messages == []
    assert await waiting(redis) == []


async def test_a_deletion_of_what_is_not_ours_is_nothing(inbox: Inbox, redis: Redis, wakes: Wakes) -> None:
    await inbox.accept(ROOT)

    await inbox.accept(deleted("1715.0009"))

    assert wakes.messages == [ROOT.id]
    assert await waiting(redis) == [ROOT.id]


async def test_an_edit_that_comes_after_the_deletion_is_nothing(inbox: Inbox, redis: Redis) -> None:
    for event in (ROOT, REPLY, DELETION, EDIT):
        await inbox.accept(event)

    assert await waiting(redis) == [ROOT.id, REPLY.id, DELETION.id]


async def test_an_edit_that_comes_after_the_deletion_was_dealt_with_is_nothing(
    inbox: Inbox, redis: Redis, runs: Runs
) -> None:
    """F36."""
    for event in (ROOT, REPLY, DELETION):
        await inbox.accept(event)
    await answered(runs)

    await inbox.accept(EDIT)

    assert await waiting(redis) == []


async def test_a_message_is_deleted_whichever_version_of_it_waits(inbox: Inbox, runs: Runs) -> None:
    named: Inbound = edited(ROOT.message, addressed=True)

    for event in (named, deleted(ROOT.message), ROOT):
        await inbox.accept(event)

    assert await answered(runs) == []
