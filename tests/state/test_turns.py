"""Turn records."""

import re

from redis.asyncio import Redis

from bot.models import Inbound, MessageId
from bot.state.life import MOST_MOMENTS
from bot.state.records import Records
from bot.state.store import Command
from bot.state.turns import State, Turn, Turns, reference, references_key, turn_name
from tests.state.inbounds import THREAD, said


async def perform(redis: Redis, command: Command) -> None:
    await redis.execute_command(command.name, command.key, *command.arguments)


async def test_a_turn_is_found_as_it_was_saved(redis: Redis, message: Inbound) -> None:
    turns = Turns(redis)
    turn = Turn.of(message)
    turn.state, turn.answer, turn.notes = State.ANSWERED, "Paris.", ["a note"]
    turn.note(1.5, "asked")
    assert await turns.get(turn.name) is None

    await perform(redis, turns.saved(turn))

    assert await turns.get(turn.name) == turn


async def test_a_turn_whose_names_hold_odd_characters_is_found(redis: Redis) -> None:
    thread = THREAD.model_copy(update={"channel": "a b:c%d", "root": MessageId("{1}")})
    message = said("2", thread=thread)
    turns = Turns(redis)

    await perform(redis, turns.saved(Turn.of(message)))

    assert await turns.get(turn_name(thread, message.message)) == Turn.of(message)


async def test_a_turn_is_kept_as_long_as_the_api_keeps_interactions(redis: Redis, message: Inbound) -> None:
    saved = Turns(redis, retention_days=1).saved(Turn.of(message))

    await perform(redis, saved)

    assert 86_000 < await redis.ttl(saved.key) <= 86_400


async def test_a_turn_is_found_by_what_people_are_shown(redis: Redis, message: Inbound) -> None:
    turn = Turn.of(message)
    records = Records.over(redis, retention_days=1)
    assert await records.turns.named(turn.reference) == []

    await records.recall(message)
    await records.recall(message)

    assert await records.turns.named(turn.reference) == [turn.name]
    assert 86_000 < await redis.ttl(references_key(turn.reference)) <= 86_400


async def test_of_two_turns_with_one_reference_both_are_found(redis: Redis) -> None:
    """A reference has 25 bits, so this happens."""
    one, same = said("11019"), said("5508")
    assert reference(one) == reference(same)
    records = Records.over(redis)

    await records.recall(one)
    await records.recall(same)

    assert await records.turns.named(reference(one)) == [Turn.of(message).name for message in (one, same)]


async def test_a_message_of_which_nothing_is_known_is_recalled_as_that(redis: Redis, message: Inbound) -> None:
    recalled = await Records.over(redis).recall(message)

    assert recalled.turn is None
    assert recalled.parts == {}
    assert (recalled.head.turn, recalled.head.interaction_id) == (None, None)


def test_a_reference_is_short_readable_and_the_same_each_time(message: Inbound, follow_up: Inbound) -> None:
    assert re.fullmatch(r"P-[0-9A-HJKMNP-TV-Z]{5}", reference(message))
    assert reference(message) == reference(said(message.message, text="something else"))
    assert reference(message) != reference(follow_up)
    assert len({reference(said(str(number))) for number in range(300)}) == 300


def test_of_a_long_life_the_beginning_and_the_end_stay(message: Inbound) -> None:
    turn = Turn.of(message)

    for second in range(3 * MOST_MOMENTS):
        turn.note(second, f"moment {second}")

    moments = [int(moment.at) for moment in turn.life]
    assert len(moments) == MOST_MOMENTS
    assert moments[:30] == list(range(30))
    assert moments[30:] == list(range(150, 180))


def test_a_question_that_was_edited_begins_again_from_the_same_parent(message: Inbound) -> None:
    turn = Turn(
        name="slack:T1:C1:1 1", reference="P-00000", state=State.ANSWERED, parent="slack:T1:C1:1 0",
        parent_interaction_id="i0", interaction_id="i1", last_event_id="e1", question="?", answer="!",
        notes=["a note"], cause="a cause",
    )  # fmt: skip
    turn.note(1, "asked")

    turn.begin_again("1716.0001")

    begun = Turn(
        name="slack:T1:C1:1 1", reference="P-00000", revision="1716.0001",
        parent="slack:T1:C1:1 0", parent_interaction_id="i0", life=turn.life,
    )  # fmt: skip
    assert turn == begun
    assert [moment.what for moment in turn.life] == ["asked"]
