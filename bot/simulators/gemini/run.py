"""One interaction in the making: pieces performed as events, at the pace of a model.

A mind or an agent decides beforehand what to think and to say; here it happens in time, can be cancelled, and
suffers what was scripted. Whoever asked may leave: a stored interaction goes on without readers.

Source: "Streaming" and "Background execution", Interactions API guide.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.simulators.gemini import wire
from bot.simulators.gemini.script import Ends, ErrorEvent, OnlyThinks, RunFailure, SaysNothing, Silent
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import JsonObject, Status, Usage


@dataclass(frozen=True)
class Thought:
    """A thought, and how long it takes once its summary is out."""

    text: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Output:
    """Text as it is said, delta by delta, and the citations into the whole of it."""

    deltas: Sequence[str]
    citations: list[JsonObject] = field(default_factory=list[JsonObject])


Piece = Thought | Output


class _Ended(Exception):
    """The interaction ends here, with a status of its own."""

    def __init__(self, status: Status, *errors: JsonObject) -> None:
        super().__init__(status)
        self.status: Status = status
        self.errors = list(errors)


class _Broken(Exception):
    """The interaction failed and the last thing its readers see is an `error` event."""


class Runs:
    """The interactions that are being made now. Every one has a task, and `close` ends them all."""

    def __init__(self, *, delay_seconds: float) -> None:
        self._delay_seconds = delay_seconds
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()
        self._closed = False

    def start(
        self, interaction: Interaction, pieces: Sequence[Piece], *, input_tokens: int, failure: RunFailure | None
    ) -> None:
        if self._closed:
            interaction.log.close()
            return
        run = _Run(interaction, self._delay_seconds, input_tokens, failure)
        task = asyncio.create_task(self._perform(run, pieces))
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

    async def _perform(self, run: "_Run", pieces: Sequence[Piece]) -> None:
        interaction = run.interaction
        try:
            await run.perform(pieces)
        except asyncio.CancelledError:
            if interaction.id not in self._stopped:
                raise
            run.finish("cancelled")
        finally:
            self._stopped.discard(interaction.id)
            interaction.log.close()


class _Run:
    def __init__(
        self, interaction: Interaction, delay_seconds: float, input_tokens: int, failure: RunFailure | None
    ) -> None:
        self.interaction = interaction
        self._delay_seconds = delay_seconds
        self._input_tokens = input_tokens
        self._thought_tokens = 0
        self._failure = failure
        self._words = ""  # all of the text that was said, for counting
        config = interaction.request.generation_config
        self._most_tokens = config.max_output_tokens if config else None

    async def perform(self, pieces: Sequence[Piece]) -> None:
        self._write(wire.created(self.interaction.summary()))
        self._write(wire.status_update(self.interaction.id, "in_progress"))
        try:
            for piece in self._chosen(pieces):
                await (self._think(piece) if isinstance(piece, Thought) else self._say(piece))
        except _Ended as ended:
            self.interaction.errors = ended.errors
            self.finish(ended.status)
        except _Broken:
            self._settle("failed")
        else:
            self.finish("completed")

    def finish(self, status: Status) -> None:
        self._settle(status)
        if status == "cancelled":
            self._write(wire.status_update(self.interaction.id, status))
        self._write(wire.completed(self.interaction.result()))

    def _settle(self, status: Status) -> None:
        self.interaction.status = status
        self.interaction.updated = time.time()
        self.interaction.usage = Usage(self._input_tokens, wire.tokens(self._words), self._thought_tokens)

    def _chosen(self, pieces: Sequence[Piece]) -> list[Piece]:
        match self._failure:
            case OnlyThinks():
                return [piece for piece in pieces if isinstance(piece, Thought)]
            case SaysNothing():
                return [piece if isinstance(piece, Thought) else Output([""]) for piece in pieces]
            case _:
                return list(pieces)

    async def _think(self, thought: Thought) -> None:
        index, step = self._open("thought")
        signature = wire.signature(self.interaction.id, index)
        step["signature"] = signature
        if self.interaction.request.shows_thoughts:
            summary: JsonObject = {"type": "text", "text": thought.text}
            step["summary"] = [summary]
            self._delta(index, {"type": "thought_summary", "content": summary})
        await asyncio.sleep(thought.seconds)
        self._thought_tokens += wire.tokens(thought.text)
        self._write(wire.delta(index, {"type": "thought_signature", "signature": signature}))
        self._write(wire.step_stop(index))

    async def _say(self, output: Output) -> None:
        index, step = self._open("model_output")
        block: JsonObject = {"type": "text", "text": ""}
        step["content"] = [block]
        try:
            await self._speak(index, block, output.deltas)
        except _Ended:
            self._write(wire.step_stop(index))
            raise
        if output.citations:
            block["annotations"] = wire.plain(output.citations)
            self._delta(index, {"type": "text_annotation_delta", "annotations": wire.plain(output.citations)})
        self._write(wire.step_stop(index))

    async def _speak(self, index: int, block: JsonObject, deltas: Sequence[str]) -> None:
        for number, words in enumerate(deltas):
            await self._suffer(number, last=False)
            await asyncio.sleep(self._delay_seconds)
            self._check_length(words)
            self._words += words
            block["text"] = f"{block['text']}{words}"
            self._delta(index, {"type": "text", "text": words})
        await self._suffer(len(deltas), last=True)

    async def _suffer(self, number: int, *, last: bool) -> None:
        """What was scripted for this place in the text; places beyond its end count as the end."""
        failure = self._failure
        if not isinstance(failure, Ends | Silent | ErrorEvent) or not (
            number == failure.after_deltas or (last and number < failure.after_deltas)
        ):
            return
        match failure:
            case Ends(status="failed"):
                raise _Ended("failed", {"code": failure.code, "message": failure.message})
            case Ends():
                raise _Ended(failure.status)
            case Silent():
                await asyncio.sleep(failure.seconds)
            case ErrorEvent():
                self._break(failure)

    def _break(self, failure: ErrorEvent) -> None:
        self._write(wire.error(failure.code, failure.message))
        if failure.code is not None:
            self.interaction.errors = [{"code": failure.code, "message": failure.message}]
            raise _Broken

    def _check_length(self, words: str) -> None:
        """Thinking counts against `max_output_tokens`, so that a small limit leaves no text at all."""
        if self._most_tokens is not None:
            used = self._thought_tokens + wire.tokens(self._words + words)
            if used > self._most_tokens:
                raise _Ended("incomplete")

    def _open(self, step_type: str) -> tuple[int, JsonObject]:
        index = len(self.interaction.steps)
        step: JsonObject = {"type": step_type}
        self.interaction.steps.append(step)
        self._write(wire.step_start(index, step_type))
        return index, step

    def _delta(self, index: int, content: JsonObject) -> None:
        """A delta one can resume after: only these have an id."""
        event_id = f"evt_{len(self.interaction.log.events)}"
        self._write(wire.delta(index, content) | {"event_id": event_id})

    def _write(self, event: JsonObject) -> None:
        self.interaction.log.append(event)
