"""A conversation told again from our own records, on a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.content import TextContent
from bot.conversation.memory import MOST_CHARS, MOST_TURNS, Memory
from bot.interactions.types import Item, ModelOutput, TextOutput, UserTurn
from bot.models import MessageId
from bot.state.records import Records
from bot.state.turns import State, Turn, turn_name
from tests.conversation.platform import THREAD


def name(number: int) -> str:
    return turn_name(THREAD, MessageId(str(number)))


def exchange(number: int, *, chars: int = 0) -> list[Item]:
    question, answer = f"question {number}", f"answer {number}".ljust(chars, ".")
    return [UserTurn((TextContent(text=question),)), ModelOutput(content=(TextOutput(text=answer),))]


class Past:
    def __init__(self, redis: Redis, records: Records) -> None:
        self._redis, self._records = redis, records
        self.memory = Memory(records.turns)

    async def holds(self, number: int, parent: int | None, *, state: State = State.ANSWERED, chars: int = 0) -> None:
        turn = Turn(
            name=name(number), reference="P-00000", state=state, parent=None if parent is None else name(parent),
            question=f"question {number}", answer=f"answer {number}".ljust(chars, "."),
        )  # fmt: skip
        saved = self._records.turns.saved(turn)
        await self._redis.execute_command(saved.name, saved.key, *saved.arguments)


@pytest.fixture
def past(redis: Redis, records: Records) -> Past:
    return Past(redis, records)


async def test_a_conversation_is_told_from_its_beginning_to_the_turn(past: Past) -> None:
    for number in range(1, 5):
        await past.holds(number, number - 1 or None)

    assert list(await past.memory.told(name(3))) == [*exchange(1), *exchange(2), *exchange(3)]


async def test_of_a_conversation_that_branched_only_its_own_branch_is_told(past: Past) -> None:
    for number, parent in ((1, None), (2, 1), (3, 1)):
        await past.holds(number, parent)

    assert list(await past.memory.told(name(3))) == [*exchange(1), *exchange(3)]


@pytest.mark.parametrize("state", [State.FAILED, State.STOPPED, State.WITHDRAWN, State.RUNNING])
async def test_what_was_not_answered_is_left_out(past: Past, state: State) -> None:
    await past.holds(1, None)
    await past.holds(2, 1, state=state)
    await past.holds(3, 2)

    assert list(await past.memory.told(name(3))) == [*exchange(1), *exchange(3)]


async def test_two_turns_that_name_each_other_are_told_once(past: Past) -> None:
    await past.holds(1, 2)
    await past.holds(2, 1)

    assert list(await past.memory.told(name(2))) == [*exchange(1), *exchange(2)]


async def test_of_nothing_nothing_is_told(past: Past) -> None:
    assert await past.memory.told(None) == ()
    assert await past.memory.told(name(1)) == ()


async def test_what_was_forgotten_meanwhile_ends_the_tale(past: Past) -> None:
    await past.holds(3, 2)

    assert list(await past.memory.told(name(3))) == exchange(3)


async def test_of_a_long_conversation_the_end_is_told(past: Past) -> None:
    for number in range(1, MOST_TURNS + 6):
        await past.holds(number, number - 1 or None)

    told = await past.memory.told(name(MOST_TURNS + 5))

    assert list(told[:2]) == exchange(6)
    assert len(told) == 2 * MOST_TURNS


async def test_of_long_answers_as_many_are_told_as_fit(past: Past) -> None:
    third = MOST_CHARS // 3 - 100
    for number in range(1, 6):
        await past.holds(number, number - 1 or None, chars=third)

    expected = [item for number in (3, 4, 5) for item in exchange(number, chars=third)]
    assert list(await past.memory.told(name(5))) == expected
