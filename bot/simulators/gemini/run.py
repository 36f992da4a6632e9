"""Interactions in the making: each has a task, which performs its pieces in time and can be stopped.

Whoever asked may leave: a stored interaction goes on without readers.

Source: "Streaming" and "Background execution", Interactions API guide.
"""

import asyncio
from collections.abc import Callable, Sequence

from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.performance import Performance
from bot.simulators.gemini.pieces import Piece
from bot.simulators.gemini.script import Queued, RunFailure
from bot.simulators.gemini.store import Interaction

OnEnd = Callable[[Interaction], None]


class Runs:
    """The interactions that are being made now. Every one has a task, and `close` ends them all."""

    def __init__(self, clock: Clock, *, delay_seconds: float, on_end: OnEnd) -> None:
        self._clock = clock
        self._delay_seconds = delay_seconds
        self._on_end = on_end
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()
        self._closed = False

    def start(
        self, interaction: Interaction, pieces: Sequence[Piece], *, input_tokens: int, failure: RunFailure | None
    ) -> None:
        if self._closed:
            interaction.log.close()
            return
        if isinstance(failure, Queued):
            interaction.status = "queued"
        performance = Performance(interaction, self._clock, self._delay_seconds, input_tokens, failure)
        task = asyncio.create_task(self._perform(performance, pieces))
        self._tasks[interaction.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(interaction.id, None))

    def stop(self, interaction: Interaction) -> None:
        """Stop it as a caller may: its log ends soon, with the status `cancelled`."""
        if (task := self._tasks.get(interaction.id)) is not None:
            self._stopped.add(interaction.id)
            task.cancel()

    async def close(self) -> None:
        """Stop everything, leaving the interactions as they are. Raises what a run raised."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _perform(self, performance: Performance, pieces: Sequence[Piece]) -> None:
        interaction = performance.interaction
        try:
            await self._until_stopped(performance, pieces)
        finally:
            self._stopped.discard(interaction.id)
            interaction.log.close()
        self._on_end(interaction)

    async def _until_stopped(self, performance: Performance, pieces: Sequence[Piece]) -> None:
        try:
            await performance.perform(pieces)
        except asyncio.CancelledError:
            if performance.interaction.id not in self._stopped:
                raise
            performance.finish("cancelled")
