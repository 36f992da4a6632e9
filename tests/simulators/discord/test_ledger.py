"""The ledger: complete, in order, bounded."""

import asyncio

import pytest

from bot.simulators.discord.clock import Clock
from bot.simulators.discord.ledger import Ledger


def test_the_oldest_entries_go_and_their_number_is_known() -> None:
    ledger = Ledger(Clock(), kept=3)

    for number in range(5):
        ledger.record("typing", number=number)

    assert [entry.facts["number"] for entry in ledger] == [2, 3, 4]
    assert (ledger.dropped, ledger.last_number) == (2, 5)


def test_entries_are_found_by_kind_and_facts() -> None:
    ledger = Ledger(Clock())
    ledger.record("typing", channel_id="1")
    ledger.record("typing", channel_id="2")
    ledger.record("reaction", channel_id="2")

    assert [entry.number for entry in ledger.of("typing", channel_id="2")] == [2]


async def test_readers_see_what_comes_until_the_end() -> None:
    ledger = Ledger(Clock())

    async def read() -> list[int]:
        return [entry.number async for entry in ledger.follow()]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    ledger.record("typing")
    ledger.record("typing")
    ledger.close()

    assert await reading == [1, 2]


async def test_waiting_ends_with_the_answer_or_with_the_simulator() -> None:
    ledger = Ledger(Clock())
    waiting = asyncio.create_task(ledger.wait_for(lambda: ledger.of("typing"), 5))
    hopeless = asyncio.create_task(ledger.wait_for(lambda: ledger.of("reaction"), 5))
    await asyncio.sleep(0)

    ledger.record("typing")
    ledger.close()

    assert [entry.kind for entry in await waiting] == ["typing"]
    with pytest.raises(ConnectionError):
        await hopeless
