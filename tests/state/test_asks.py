"""What the bot has asked in a thread. On a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, Thread, UserId
from bot.state.asks import ASK_SECONDS, Ask, ask_key, asked, parse_ask, settled_ask
from bot.state.records import Records
from bot.state.store import Command

ASK = Ask(author=UserId("U1"), word="change", message=MessageId("1715.0000"))


async def perform(redis: Redis, command: Command) -> None:
    await redis.execute_command(command.name, command.key, *command.arguments)


async def test_what_was_asked_is_recalled_for_some_minutes_and_until_it_is_settled(
    redis: Redis, message: Inbound
) -> None:
    records = Records.over(redis)

    await perform(redis, asked(message.thread, ASK))

    assert (await records.recall(message)).ask == ASK
    assert 0 < await redis.ttl(ask_key(message.thread)) <= ASK_SECONDS
    await perform(redis, settled_ask(message.thread))
    assert (await records.recall(message)).ask is None


@pytest.mark.parametrize("stored", [None, "", "{}", '{"word": 1}'])
def test_what_cannot_be_read_was_not_asked(stored: str | None, thread: Thread) -> None:
    assert parse_ask(stored, thread) is None
