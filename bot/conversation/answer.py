"""One turn at the API: ask, read the answer into the reply, and try again only where that is safe.

An interaction that was created is never created a second time: when its stream is cut, in this process
or with the process that read it, it is read again from its start, which costs no tokens.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count

import structlog
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.conversation import notices
from bot.conversation.reply import Reply
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import InteractionError, StreamCut
from bot.interactions.failures import failure_of
from bot.interactions.types import (
    Created,
    Event,
    Finished,
    Interaction,
    ModelOutput,
    Request,
    StepStarted,
    TextDelta,
    TextOutput,
)
from bot.models import Inbound
from bot.state.turns import Turn, Turns

ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 20.0  # beyond it people rather read the notice
CUT_WAIT_SECONDS = 1.0  # before a cut stream is read again
SAVE_AGAIN_SECONDS = (0.2, 1.0, 3.0, 5.0)

log = structlog.stdlib.get_logger()


class Answers:
    def __init__(self, interactions: InteractionsClient, turns: Turns, clock: Clock) -> None:
        self._interactions, self._turns, self._clock = interactions, turns, clock

    async def read(self, request: Request, message: Inbound, turn: Turn, reply: Reply) -> Interaction:
        """The interaction that answers the request, its text added to the reply as it comes.

        Raises InteractionError when there is no answer and another attempt would not help.
        """
        for attempt in count(1):
            try:
                return _judged(await self._attempt(request, message, turn, reply), reply)
            except InteractionError as error:
                wait = CUT_WAIT_SECONDS if isinstance(error, StreamCut) and turn.interaction_id else error.retry_after
                if attempt == ATTEMPTS or wait is None or wait > LONGEST_WAIT_SECONDS:
                    raise
                log.info("attempt_failed", attempt=attempt, cause=str(error))
                await self._clock.sleep(wait)
        raise AssertionError("count() ends only by returning or raising")

    async def _attempt(self, request: Request, message: Inbound, turn: Turn, reply: Reply) -> Interaction:
        reply.restart()
        async with aclosing(self._events(request, turn)) as events:
            async for event in events:
                match event:
                    case TextDelta(text=text):
                        reply.add(text)
                    case StepStarted(step=ModelOutput(content=content)):
                        reply.add("".join(block.text for block in content if isinstance(block, TextOutput)))
                    case Created(interaction=Interaction(id=str(interaction_id))) if not turn.interaction_id:
                        turn.interaction_id = interaction_id
                        await self._remember(message, turn)
                    case Finished(interaction=interaction):
                        return interaction
                    case _:
                        pass
        raise AssertionError("a stream of the client ends with Finished or raises")

    async def _remember(self, message: Inbound, turn: Turn) -> None:
        """Save which interaction answers, waiting for a store that is away: without the id it is asked again."""
        for seconds in SAVE_AGAIN_SECONDS:
            try:
                return await self._turns.save(message, turn)
            except RedisError as error:
                log.warning("turn_not_saved", cause=type(error).__name__)
                await self._clock.sleep(seconds)
        return await self._turns.save(message, turn)

    def _events(self, request: Request, turn: Turn) -> AsyncGenerator[Event]:
        if turn.interaction_id is None:
            return self._interactions.stream(request)
        return self._interactions.resume(turn.interaction_id, request=request)


def _judged(interaction: Interaction, reply: Reply) -> Interaction:
    """The interaction if it can be shown. Raises its failure, or NoAnswer."""
    failure = failure_of(interaction)
    if failure is not None:
        raise failure
    if not reply.text.strip():
        raise notices.NoAnswer(f"interaction {interaction.id} ended as {interaction.status} without text")
    return interaction
