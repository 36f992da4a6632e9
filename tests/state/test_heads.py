"""The head of a thread, and two that would move it."""

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.models import Inbound
from bot.state.heads import Head, Heads, head_key
from bot.state.records import Records
from bot.state.runs import Runs

FIRST, REPORT, ANSWER = (Head(interaction_id=name, turn=f"thread {name}") for name in ("first", "report", "answer"))


async def test_an_answer_moves_the_head_on(redis: Redis, runs: Runs, message: Inbound) -> None:
    heads = Heads(redis)

    async with runs.take(message.thread, "step:1") as run:
        assert run is not None
        await run.write(heads.moved_on(message.thread, FIRST, known=Head()))
        await run.write(heads.moved_on(message.thread, ANSWER, known=FIRST))

    assert await heads.get(message.thread) == ANSWER


async def test_an_answer_leaves_the_head_to_a_report_that_came_meanwhile(
    redis: Redis, runs: Runs, message: Inbound
) -> None:
    """An answer and a long task of one thread end in runs of their own, perhaps at the same moment."""
    heads = Heads(redis)

    async with runs.take(message.thread, "step:1") as run:
        assert run is not None
        await run.write(heads.moved(message.thread, FIRST))
        await run.write(heads.moved(message.thread, REPORT))
        await run.write(heads.moved_on(message.thread, ANSWER, known=FIRST))

    assert await heads.get(message.thread) == REPORT


@pytest.mark.parametrize("unreadable", ['{"bro', "null", "7", '{"turn": 7}'])
async def test_where_the_head_cannot_be_read_the_conversation_begins_anew(
    redis: Redis, runs: Runs, message: Inbound, unreadable: str
) -> None:
    await redis.set(head_key(message.thread), unreadable, ex=60)
    records = Records.over(redis)

    with capture_logs() as logs:
        known = (await records.recall(message)).head
    async with runs.take(message.thread, "step:1") as run:
        assert run is not None
        await run.end(records.heads.moved_on(message.thread, ANSWER, known=known))

    assert known == Head()
    assert await records.heads.get(message.thread) == ANSWER
    [said] = logs
    assert (said["event"], said["head"]) == ("head_unreadable", str(message.thread))
    assert "start the release" in said["fix"]
