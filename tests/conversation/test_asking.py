"""The bot asks somebody, and what they say next is the answer. On a real Valkey, with the API simulated."""

from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.answering import Answering
from bot.conversation.commands import Said
from bot.conversation.exchange import Exchange
from bot.conversation.manager import ConversationManager
from bot.conversation.personas import Persona
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.models import Inbound, UserId
from bot.simulators.gemini import GeminiSimulator
from bot.state.asks import ask_key
from bot.state.inbox import Inbox
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.store import key
from bot.state.timing import Timing
from bot.state.turns import State
from tests.conversation.platform import THREAD, Platform, said
from tests.research.scheduling.firing import Killed, dying
from tests.state.inbounds import nobody_is_woken

WORDS = "only the Atlantic"
ANSWER = Said("change", WORDS)
PRESSED = said("change", "2").model_copy(update={"silent": True})


class Service:
    """A worker whose commands are noted; "change" alone asks for what it lacks."""

    def __init__(self, redis: Redis, interactions: InteractionsClient) -> None:
        self.records, clock = Records.over(redis), SystemClock()
        self.done: list[Said] = []
        answering = Answering(
            records=self.records, interactions=interactions, persona=Persona(model="m"), stores=True, clock=clock
        )
        self._manager = ConversationManager(
            records=self.records, answering=answering, channels={THREAD.platform: Platform(message_chars=2_000)},
            runs=Runs(redis, nobody_is_woken, clock, Timing(), watching=redis, name="a worker"),
            handlers=dict.fromkeys(("change", "tasks", "approve"), self._do),
            is_for_task=_never, withdraws=_never, clock=clock,
        )  # fmt: skip
        self._inbox = Inbox(redis, nobody_is_woken, clock)

    async def hears(self, *messages: Inbound) -> None:
        for message in messages:
            await self._inbox.accept(message)
        await self._manager.drain(THREAD)

    async def _do(self, exchange: Exchange) -> str:
        assert exchange.said is not None
        self.done.append(exchange.said)
        if exchange.said == Said("change", ""):
            exchange.asks = "change"
        return "as you say"


async def _never(_: object) -> bool:
    return False


@pytest.fixture
def gemini() -> GeminiSimulator:
    return GeminiSimulator()


@pytest.fixture
async def interactions(gemini: GeminiSimulator) -> AsyncGenerator[InteractionsClient]:
    async with gemini.serve() as url, open_http(url, "simulated") as http:
        yield InteractionsClient(http, version="v1", edition="steps")


@pytest.fixture
async def service(redis: Redis, interactions: InteractionsClient) -> Service:
    """It has just asked what to change."""
    service = Service(redis, interactions)
    await service.hears(said("tasks", "1"), PRESSED)
    service.done.clear()
    return service


async def test_the_next_words_are_the_answer_and_those_after_them_are_a_question(
    service: Service, gemini: GeminiSimulator
) -> None:
    await service.hears(said(WORDS, "3", addressed=False))
    assert (service.done, gemini.requests) == ([ANSWER], [])

    await service.hears(said("and the Pacific?", "4"))

    assert service.done == [ANSWER]
    assert len(gemini.requests) == 1


@pytest.mark.parametrize("words", ["never mind.", "@U2 shall we have lunch?"])
async def test_what_is_no_answer_is_not_taken_for_one(service: Service, gemini: GeminiSimulator, words: str) -> None:
    await service.hears(said(words, "3"))

    assert service.done == []
    assert len(gemini.requests) == 1


async def test_when_somebody_else_has_decided_nothing_is_asked_any_more(
    service: Service, gemini: GeminiSimulator
) -> None:
    approval = said("approve", "3").model_copy(update={"author": UserId("U2")})

    await service.hears(approval, said("what do seals eat?", "4"))

    assert service.done == [Said("approve", "")]
    assert len(gemini.requests) == 1


async def test_what_others_say_and_what_only_asks_for_a_list_leaves_the_answer_open(
    service: Service, gemini: GeminiSimulator
) -> None:
    another = said("what is this about?", "3").model_copy(update={"author": UserId("U2")})

    await service.hears(another, said("tasks", "4"), said(WORDS, "5"))

    assert service.done == [Said("tasks", ""), ANSWER]
    assert len(gemini.requests) == 1


async def test_who_decides_in_another_way_has_answered(service: Service, gemini: GeminiSimulator) -> None:
    await service.hears(said("approve", "3"), said(WORDS, "4"))

    assert service.done == [Said("approve", "")]
    assert len(gemini.requests) == 1


@pytest.mark.parametrize("change", [{"deleted": True, "content": ()}, {"content": said("tasks").content}])
async def test_when_what_made_the_bot_ask_is_gone_nothing_is_asked(
    service: Service, gemini: GeminiSimulator, change: dict[str, object]
) -> None:
    await service.hears(said("change:", "3"))
    await service.hears(said("change:", "3").model_copy(update={"revision": "4", **change}))

    await service.hears(said(WORDS, "5"))

    assert ANSWER not in service.done
    assert len(gemini.requests) == 1


async def test_an_edit_of_what_was_said_before_is_no_answer(service: Service, gemini: GeminiSimulator) -> None:
    earlier = said("how many?", "1").model_copy(update={"revision": "3"})

    await service.hears(earlier, said(WORDS, "4"))

    assert service.done == [ANSWER]
    assert len(gemini.requests) == 1


async def test_the_answer_counts_again_when_it_is_edited_and_once_when_it_is_delivered_again(
    service: Service, gemini: GeminiSimulator
) -> None:
    await service.hears(said(WORDS, "3"), said(WORDS, "3"))
    await service.hears(said(WORDS, "3"))

    await service.hears(said("only the Pacific", "3").model_copy(update={"revision": "4"}))

    assert service.done == [ANSWER, Said("change", "only the Pacific")]
    assert gemini.requests == []


@pytest.mark.parametrize("hears", [False, True])
async def test_whenever_a_worker_dies_the_next_one_takes_the_answer_for_one(
    redis_url: str, redis: Redis, interactions: InteractionsClient, gemini: GeminiSimulator, hears: bool
) -> None:
    """At each command, before Redis has it and after."""
    died = 0
    for after in range(12):
        await redis.flushall()
        service = Service(redis, interactions)
        await service.hears(said("tasks", "1"), PRESSED)
        async with await dying(redis_url, after=after, hears=hears) as mortal:
            with suppress(Killed):
                await Service(mortal, interactions).hears(said(WORDS, "3"))
                continue
        died += 1
        await redis.delete(key(THREAD, "lease:inbox"))  # it has run out
        service.done.clear()

        await service.hears(said(WORDS, "3"))

        turn = (await service.records.recall(said(WORDS, "3"))).turn
        assert turn is not None
        assert (turn.taken_for, turn.state) == ("change", State.ANSWERED)
        assert service.done in ([], [ANSWER])
        assert await redis.exists(ask_key(THREAD)) == 0
    assert 4 <= died < 12
    assert gemini.requests == []
