"""Answering: a question becomes a request that goes on from its turn's parent, and the interaction's text the reply."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.clock import Clock
from bot.content import Content
from bot.conversation import notices
from bot.conversation.answer import read_answer
from bot.conversation.exchange import Exchange
from bot.conversation.memory import Memory
from bot.conversation.personas import Persona
from bot.conversation.question import in_words, prepared
from bot.conversation.reply import Reply
from bot.failpoints import Point, reached
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import InteractionError, ParentLost
from bot.interactions.types import Interaction, Item, Request, Status, UserTurn
from bot.models import Inbound
from bot.state.records import Records
from bot.state.turns import State, Turn

CANCEL_SECONDS = 0.5  # people wait to see that it has stopped

log = structlog.stdlib.get_logger()


class Answering:
    def __init__(
        self, *, records: Records, interactions: InteractionsClient, persona: Persona, stores: bool, clock: Clock
    ) -> None:
        self._records, self._interactions, self._persona = records, interactions, persona
        self._stores = stores  # whether the API may keep conversations; else each request carries all of it
        self._memory = Memory(records.turns)
        self._clock = clock

    async def answer(self, question: Inbound, exchange: Exchange, reply: Reply) -> None:
        """Answer a question, which is the exchange's message or one it asks to have answered again."""
        turn = exchange.turn
        if turn.state == State.ANSWERED:  # all but the last of it has happened
            await reply.complete(*turn.notes)
            return
        content, notes = await prepared(question, exchange.channel)
        reached(Point.DOWNLOADED)
        if not content:
            turn.state, turn.notes = State.ANSWERED, [notices.NO_QUESTION, *notes]
            await reply.complete(*turn.notes)
            return
        await self._begin(question, exchange)
        interaction = await self._asked(content, exchange, reply)
        reached(Point.COMPLETED)
        cut_off = [notices.CUT_OFF] if interaction.status != Status.COMPLETED else []
        edited = [notices.EDITED] if turn.revision else []
        turn.notes = [*cut_off, *notes, *turn.notes, *edited]
        turn.state, turn.answer = State.ANSWERED, reply.text
        await reply.complete(*turn.notes)
        log.info("turn_completed", reference=turn.reference, interaction=interaction.id, status=interaction.status)

    async def answer_again(self, exchange: Exchange, reply: Reply) -> None:
        """Answer the thread's last question once more, from the point at which it was asked."""
        thread = exchange.message.thread
        question = await self._records.questions.last(thread)
        if question is None:
            await reply.complete(notices.NOTHING_TO_RETRY)
            return
        earlier = (await self._records.recall(question)).turn or Turn.of(question)
        if exchange.turn.state == State.WAITING:
            exchange.turn.parent = earlier.parent
            exchange.turn.parent_interaction_id = earlier.parent_interaction_id
        exchange.replaces_head = True
        await self.answer(question, exchange, reply)

    async def stop_upstream(self, turn: Turn) -> None:
        """Have the API stop too, where it can: leaving its stream does, and what goes on without one is cancelled."""
        if turn.interaction_id is not None:
            with suppress(InteractionError, TimeoutError):
                async with asyncio.timeout(CANCEL_SECONDS):
                    await self._interactions.cancel(turn.interaction_id)

    async def _begin(self, question: Inbound, exchange: Exchange) -> None:
        turn = exchange.turn
        if turn.state != State.WAITING:  # an earlier run has begun
            turn.state = State.RUNNING
            return
        turn.state = State.RUNNING
        turn.question = in_words(question)
        turn.note(self._clock.now(), "asked")
        beside = [self._records.questions.began(question)] if question.thread.root == question.message else []
        asked = [self._records.questions.asked(question)] if await self._is_last(question) else []
        await exchange.run.write(self._records.turns.saved(turn), *asked, beside=beside)
        reached(Point.INTENT_SAVED)

    async def _is_last(self, question: Inbound) -> bool:
        """Whether nothing was asked after it in its thread. Only an edit comes later than it was asked."""
        last = await self._records.questions.last(question.thread) if question.revision else None
        return last is None or (len(last.message), last.message) <= (len(question.message), question.message)

    async def _asked(self, content: tuple[Content, ...], exchange: Exchange, reply: Reply) -> Interaction:
        turn = exchange.turn
        try:
            return await self._read(await self._request(content, turn), exchange, reply)
        except ParentLost:
            turn.note(self._clock.now(), "the API has lost what it goes on from")
            history = await self._memory.told(turn.parent)
            turn.notes = [notices.REMEMBERED if history else notices.CONTEXT_LOST]
            request = await self._request(content, turn)
            request = replace(request, previous_interaction_id=None, input=_with(history, content))
            return await self._read(request, exchange, reply)

    async def _read(self, request: Request, exchange: Exchange, reply: Reply) -> Interaction:
        return await read_answer(self._interactions, request, exchange.turn, reply, exchange.run, self._clock)

    async def _request(self, content: tuple[Content, ...], turn: Turn) -> Request:
        request = Request(
            model=self._persona.model,
            input=content,
            system_instruction=self._persona.system_instruction,
            generation_config=self._persona.generation,
        )
        if self._stores:
            return replace(request, previous_interaction_id=turn.parent_interaction_id)
        return replace(request, store=False, input=_with(await self._memory.told(turn.parent), content))


def _with(history: tuple[Item, ...], content: tuple[Content, ...]) -> tuple[Item, ...]:
    return (*history, UserTurn(content)) if history else content
