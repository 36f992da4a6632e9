"""One turn at the API: ask, read the answer into the reply, and try again only where that is safe.

An interaction that was created is never created a second time: when its stream is cut, in this process or with
the process that read it, it is read on after the last event whose text was kept; or, where that is not known, from
its start. Neither costs tokens.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from itertools import count

import structlog

from bot.clock import Clock
from bot.conversation import notices
from bot.conversation.reply import Reply
from bot.failpoints import Point, reached
from bot.interactions.assemble import Assembler
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import BadRequest, InteractionError, NotFound, StreamCut
from bot.interactions.failures import failure_of
from bot.interactions.types import (
    Continued,
    Created,
    Event,
    Finished,
    Interaction,
    ModelOutput,
    Request,
    Status,
    StepStarted,
    TextDelta,
    TextOutput,
)
from bot.state.run import Run
from bot.state.turns import Turn

ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 20.0  # beyond it people rather read the notice
CUT_WAIT_SECONDS = 1.0  # before a cut stream is read on
ENDINGS: Mapping[str, type[InteractionError]] = {
    Status.BUDGET_EXCEEDED: notices.OutOfBudget,
    Status.CANCELLED: notices.Halted,
}
WITH_AN_ANSWER = (Status.COMPLETED, Status.INCOMPLETE, Status.REQUIRES_CONTINUATION)

log = structlog.stdlib.get_logger()


async def read_answer(
    interactions: InteractionsClient, request: Request, turn: Turn, reply: Reply, run: Run, clock: Clock
) -> Interaction:
    """The interaction that answers the request, its text added to the reply as it comes.

    Raises InteractionError when there is no answer and another attempt would not help.
    """
    reading = Reading(interactions, request, turn, reply, run)
    for attempt in count(1):
        try:
            interaction = await reading.attempt()
            if attempt >= ATTEMPTS or not reading.is_left_off(interaction):
                return _judged(interaction, reply)
            wait: float | None = 0.0
        except InteractionError as error:
            wait = CUT_WAIT_SECONDS if isinstance(error, StreamCut) and turn.interaction_id else error.retry_after
            if reading.cannot_go_on_after(error):
                wait = 0.0
            if attempt >= ATTEMPTS or wait is None or wait > LONGEST_WAIT_SECONDS:
                raise
            log.info("attempt_failed", attempt=attempt, cause=str(error))
            turn.note(clock.now(), f"attempt {attempt} failed: {error}")
        await clock.sleep(wait)
    raise AssertionError("count() ends only by returning or raising")


class Reading:
    """The answer to one request, over as many connections as it takes."""

    def __init__(self, interactions: InteractionsClient, request: Request, turn: Turn, reply: Reply, run: Run) -> None:
        self._interactions, self._request = interactions, request
        self._turn, self._reply, self._run = turn, reply, run
        self._assembler = Assembler(turn.interaction_id)
        self._is_continued = False
        self._resumes = False

    def cannot_go_on_after(self, error: InteractionError) -> bool:
        """Whether the API refused to go on from within the answer, or has it no more. The next attempt reads all of it
        again, the one after that asks again."""
        if self._turn.interaction_id is None or not isinstance(error, BadRequest | NotFound):
            return False
        if self._turn.last_event_id is None:
            self._turn.interaction_id = None
        self._turn.last_event_id = None
        return True

    def is_left_off(self, interaction: Interaction) -> bool:
        """Whether the API stopped answering when the connection that listened was lost; it is asked again then."""
        if not self._resumes or interaction.status != Status.CANCELLED:
            return False
        self._turn.interaction_id = self._turn.last_event_id = None
        return True

    async def attempt(self) -> Interaction:
        async with aclosing(self._events()) as events:
            async for event in events:
                match event:
                    case TextDelta(text=text):
                        self._reply.add(text)
                        reached(Point.DELTA_READ)
                    case StepStarted(step=ModelOutput(content=content)):
                        self._reply.add("".join(block.text for block in content if isinstance(block, TextOutput)))
                    case Created(interaction=interaction):
                        await self._begun(interaction)
                    case Continued():
                        self._is_continued, self._turn.last_event_id = True, None
                    case Finished(interaction=interaction):
                        reached(Point.REPLY_READ)
                        return interaction
                    case _:
                        pass
                if event.event_id is not None and not self._is_continued:
                    self._turn.last_event_id = event.event_id
                    self._reply.mark()
        raise AssertionError("a stream of the client ends with Finished or raises")

    async def _begun(self, interaction: Interaction) -> None:
        if self._turn.interaction_id is not None:
            self._reply.restart()  # all of it is told again
        elif interaction.id is not None and self._request.store is not False:
            self._turn.interaction_id = interaction.id
            await self._run.save()  # without the id it would be asked again
            reached(Point.INTERACTION_SAVED)

    def _events(self) -> AsyncGenerator[Event]:
        turn = self._turn
        self._resumes = turn.interaction_id is not None
        if turn.interaction_id is not None and turn.last_event_id is not None:
            return self._interactions.resume(
                turn.interaction_id, after=turn.last_event_id, into=self._assembler, request=self._request
            )
        self._reply.restart()
        self._assembler, self._is_continued = Assembler(turn.interaction_id), False
        if turn.interaction_id is None:
            return self._interactions.stream(self._request, into=self._assembler)
        return self._interactions.resume(turn.interaction_id, into=self._assembler, request=self._request)


def _judged(interaction: Interaction, reply: Reply) -> Interaction:
    """The interaction if it can be shown as an answer. Raises what is wrong with it; its text stays."""
    ended = f"interaction {interaction.id} ended as {interaction.status}"
    if interaction.status in ENDINGS:
        raise ENDINGS[interaction.status](ended)
    if failure := failure_of(interaction):
        raise failure
    if interaction.status not in WITH_AN_ANSWER:
        raise notices.UnknownEnd(ended)
    if not reply.text.strip():
        cut_off = interaction.status == Status.INCOMPLETE
        raise (notices.NothingSaid if cut_off else notices.NoAnswer)(f"{ended} without text")
    return interaction
