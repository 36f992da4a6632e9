"""What people get for a command whose handler has nothing to say. On a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.answering import Answering
from bot.conversation.exchange import Exchange
from bot.conversation.manager import ConversationManager
from bot.conversation.personas import Persona
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.models import Inbound
from bot.state.inbox import Inbox
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.store import connect
from bot.state.timing import Timing
from tests.conversation.platform import THREAD, Platform, said
from tests.state.inbounds import nobody_is_woken

CANCEL = said("cancel")


async def _nothing(_exchange: Exchange) -> None:
    return None


async def _is_not(_of: object) -> bool:
    return False


async def shown_after(message: Inbound, redis: Redis, interactions: InteractionsClient) -> list[str]:
    """What the thread shows once the message was taken in."""
    records, platform, clock = Records.over(redis), Platform(message_chars=2_000), SystemClock()
    answering = Answering(
        records=records, interactions=interactions, persona=Persona(model="gemini"), stores=True, clock=clock
    )
    manager = ConversationManager(
        records=records,
        runs=Runs(redis, nobody_is_woken, clock, Timing(), watching=redis, name="a worker"),
        answering=answering,
        channels={THREAD.platform: platform},
        handlers={"cancel": _nothing, "research": _nothing},
        is_for_task=_is_not,
        withdraws=_is_not,
        clock=clock,
    )
    await Inbox(redis, nobody_is_woken, clock).accept(message)
    await manager.drain(THREAD)
    return platform.shown


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (CANCEL, ["Done."]),
        (CANCEL.model_copy(update={"silent": True}), []),
        (said("research What do otters eat?"), []),  # it shows itself
    ],
    ids=["a word", "a button", "a research"],
)
async def test_a_word_never_goes_without_any_answer(redis_url: str, message: Inbound, shown: list[str]) -> None:
    async with connect(redis_url) as redis, open_http("http://127.0.0.1:1", "key") as http:
        assert await shown_after(message, redis, InteractionsClient(http)) == shown
