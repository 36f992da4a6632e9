"""The ledger grows, wakes those who wait, and stays bounded."""

import asyncio

import pytest

from bot.simulators.slack import ledger as module
from bot.simulators.slack.ledger import Entry, Ledger


async def test_who_waits_is_woken_by_the_entry() -> None:
    ledger = Ledger()
    waiting = asyncio.create_task(ledger.wait_for(lambda: ledger.of("post"), 5))

    ledger.record("status", text="…")
    ledger.record("post", text="there")

    assert [entry["text"] for entry in await waiting] == ["there"]


async def test_who_waits_in_vain_is_told_what_there_was() -> None:
    ledger = Ledger()
    ledger.record("post", text="only this")

    with pytest.raises(TimeoutError, match="only this"):
        await ledger.wait_for(lambda: ledger.of("edit"), 0.01)


async def test_a_follower_gets_what_was_and_what_comes_until_the_end() -> None:
    ledger, seen = Ledger(), list[Entry]()
    ledger.record("post", text="before")

    async def follow() -> None:
        async for entry in ledger.follow(after=0):
            seen.append(entry)
            if entry["text"] == "before":
                ledger.record("post", text="later")
            else:
                ledger.close()

    async with asyncio.timeout(5):
        await follow()

    assert [entry.number for entry in seen] == [1, 2]


def test_the_oldest_entries_go_when_it_is_full() -> None:
    ledger = Ledger()
    for _ in range(40):
        ledger.record("post", text="a" * 1_000_000)

    assert ledger.dropped > 0
    assert sum(len(str(entry["text"])) for entry in ledger.after(0)) <= module.CHARACTERS_KEPT
    assert ledger.after(ledger.last_number - 1)[0].number == 40
