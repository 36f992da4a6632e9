"""One interaction performed: its pieces become steps and events, at the pace of a model, with what was scripted.

Source: "Streaming", Interactions API guide.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.simulators.gemini import wire
from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.pieces import Call, Medium, Output, Piece, Thought, ToolUse
from bot.simulators.gemini.script import (
    Continues,
    Ends,
    ErrorEvent,
    Novel,
    OnlyThinks,
    Queued,
    RunFailure,
    SaysNothing,
    Silent,
)
from bot.simulators.gemini.signatures import sign
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import JsonObject, Status, Usage

LONGEST_SECONDS = 60 * 60  # of an agent's run; then it has failed
_ARGUMENT_CHARS = 5  # shorter than the escape of a letter, so that every escape comes in two pieces
_AUDIO_CHUNK_CHARS = 32_000  # base64, of a number of bytes that leaves no padding in between
_IN_SHELL = ("id", "call_id", "name", "server_name", "search_type")


class _Ended(Exception):
    """The interaction ends here, with a status of its own."""

    def __init__(self, status: Status, *errors: JsonObject) -> None:
        super().__init__(status)
        self.status: Status = status
        self.errors = list(errors)


class _Broken(Exception):
    """The interaction failed and the last thing its readers see is an `error` event."""


class Performance:
    """One interaction and what is counted while it is performed."""

    def __init__(
        self,
        interaction: Interaction,
        clock: Clock,
        delay_seconds: float,
        input_tokens: int,
        failure: RunFailure | None,
    ) -> None:
        self.interaction = interaction
        self._clock = clock
        self._due = clock.now()  # when the thought at work is over
        self._limit = self._due + LONGEST_SECONDS
        self._delay_seconds = delay_seconds
        self._failure = failure
        self._usage = Usage(input_tokens)
        self._words = ""  # all of the text that was said, for counting
        self._spoke = False
        config = interaction.request.generation_config
        self._most_tokens = config.max_output_tokens if config else None

    async def perform(self, pieces: Sequence[Piece]) -> None:
        self._write(wire.created(self.interaction.summary()))
        if isinstance(self._failure, Queued):
            await self._queue(self._failure.seconds)
        self._write(wire.status_update(self.interaction.id, "in_progress"))
        try:
            await self._perform_all(self._chosen(pieces))
        except _Ended as ended:
            self.interaction.errors = ended.errors
            self.finish(ended.status)
        except _Broken:
            self._settle("failed")

    def finish(self, status: Status) -> None:
        self._settle(status)
        if status == "cancelled":
            self._write(wire.status_update(self.interaction.id, status))
        self._write(wire.completed(self.interaction.result()))

    def _settle(self, status: Status) -> None:
        self.interaction.status = status
        self.interaction.updated = self._clock.now()
        self.interaction.usage = self._used()

    def _used(self) -> Usage:
        return replace(self._usage, output=self._usage.output + wire.tokens(self._words))

    async def _queue(self, seconds: float) -> None:
        self._write(wire.status_update(self.interaction.id, "queued"))
        await self._clock.until(self._clock.now() + seconds)
        self._due = self._clock.now()
        self.interaction.status = "in_progress"

    async def _perform_all(self, pieces: Sequence[Piece]) -> None:
        if isinstance(self._failure, Novel):
            self._surprise()
        for piece in pieces:
            await self._perform_one(piece)
            self.interaction.updated, self.interaction.usage = self._clock.now(), self._used()
        if not self._spoke:
            await self._suffer(0, (), last=True)
        self.finish("requires_action" if any(isinstance(piece, Call) for piece in pieces) else "completed")

    async def _perform_one(self, piece: Piece) -> None:
        match piece:
            case Thought():
                await self._think(piece)
            case Output():
                await self._say(piece)
            case Call():
                self._call(piece)
            case ToolUse():
                self._use(piece)

    def _chosen(self, pieces: Sequence[Piece]) -> list[Piece]:
        match self._failure:
            case OnlyThinks():
                return [piece for piece in pieces if isinstance(piece, Thought)]
            case SaysNothing():
                return [Output([""]) if isinstance(piece, Output) else piece for piece in pieces]
            case _:
                return list(pieces)

    async def _think(self, thought: Thought) -> None:
        index, step = self._open({"type": "thought"})
        signature = sign(self.interaction.id, index)
        step["signature"] = signature
        if self.interaction.request.shows_thoughts:
            summary: JsonObject = {"type": "text", "text": thought.text}
            step["summary"] = [summary]
            self._delta(index, {"type": "thought_summary", "content": summary})
        await self._take(thought.seconds)
        self._usage = replace(self._usage, thought=self._usage.thought + wire.tokens(thought.text))
        self._write(wire.delta(index, {"type": "thought_signature", "signature": signature}))
        self._write(wire.step_stop(index))

    async def _take(self, seconds: float) -> None:
        """Let work take its time. Raises _Ended when an agent has taken longer than it may."""
        self._due += seconds
        too_long = self.interaction.request.agent is not None and round(self._due - self._limit, 3) > 0
        await asyncio.sleep(0)
        await self._clock.until(self._limit if too_long else self._due)
        if too_long:
            raise _Ended("failed", {"code": "deadline_exceeded", "message": "The agent took longer than 60 minutes."})

    async def _say(self, output: Output) -> None:
        index, step = self._open({"type": "model_output"})
        content: list[JsonObject] = []
        try:
            for medium in output.before:
                await self._show(index, step, content, medium)
            if output.deltas:
                await self._speak(index, step, content, output)
            for medium in output.after:
                await self._show(index, step, content, medium)
        except _Ended:
            self._write(wire.step_stop(index))
            raise
        self._write(wire.step_stop(index))

    async def _show(self, index: int, step: JsonObject, content: list[JsonObject], medium: Medium) -> None:
        block = await asyncio.to_thread(medium.make)
        self._spoke = True
        content.append(block)
        step["content"] = wire.plain(content)
        data = str(block.get("data", ""))
        self.interaction.media_bytes += len(data)
        self._usage = replace(self._usage, output=self._usage.output + wire.MEDIUM_TOKENS)
        for piece in _chunks(data) if block.get("type") == "audio" else [data]:
            self._delta(index, block | {"data": piece})

    async def _speak(self, index: int, step: JsonObject, content: list[JsonObject], output: Output) -> None:
        block: JsonObject = {"type": "text", "text": ""}
        content.append(block)
        step["content"] = [*content]
        self._spoke = True
        for number, words in enumerate(output.deltas):
            await self._suffer(number, output.deltas, last=False)
            await asyncio.sleep(self._delay_seconds)
            self._check_length(words)
            self._words += words
            block["text"] = f"{block['text']}{words}"
            self._delta(index, {"type": "text", "text": words})
        await self._suffer(len(output.deltas), output.deltas, last=True)
        if output.citations:
            block["annotations"] = wire.plain(output.citations)
            self._delta(index, {"type": "text_annotation_delta", "annotations": wire.plain(output.citations)})

    def _call(self, call: Call) -> None:
        shell: JsonObject = {"type": "function_call", "id": _call_id("fc"), "name": call.name}
        index, step = self._open(shell, {"arguments": {}})
        step["arguments"] = call.arguments
        text = json.dumps(call.arguments)
        for start in range(0, len(text), _ARGUMENT_CHARS):
            self._delta(index, {"type": "arguments_delta", "arguments": text[start : start + _ARGUMENT_CHARS]})
        self._usage = replace(self._usage, output=self._usage.output + wire.tokens(text))
        self._write(wire.step_stop(index))

    def _use(self, use: ToolUse) -> None:
        call_id = _call_id("st")
        self._show_tool(f"{use.tool}_call", {"id": call_id, **use.call})
        self._show_tool(f"{use.tool}_result", {"call_id": call_id, **use.result})
        read = wire.tokens(wire.compact(use.result))
        searches = self._usage.searches + (use.tool == "google_search")
        self._usage = replace(self._usage, tool_use=self._usage.tool_use + read, searches=searches)

    def _show_tool(self, step_type: str, fields: JsonObject) -> None:
        """A step of a tool of the service: who it is comes first, what it holds in one delta."""
        shell: JsonObject = {"type": step_type} | {name: fields[name] for name in _IN_SHELL if name in fields}
        index, step = self._open(shell, {"arguments": {}} if "arguments" in fields else {})
        if not step_type.startswith("mcp_"):
            fields = fields | {"signature": sign(self.interaction.id, index)}
        step |= fields
        told = {name: value for name, value in fields.items() if name not in _IN_SHELL}
        self._delta(index, {"type": step_type, **told})
        self._write(wire.step_stop(index))

    def _surprise(self) -> None:
        """An event, a step and a delta of kinds that nobody has heard of, which clients are to skip or keep."""
        self._write({"event_type": "interaction.pondered", "interaction_id": self.interaction.id})
        index, step = self._open({"type": "brand_new_step"})
        step["novelty"] = 1
        self._delta(index, {"type": "brand_new_delta", "novelty": 1})
        self._write(wire.step_stop(index))

    async def _suffer(self, number: int, deltas: Sequence[str], *, last: bool) -> None:
        """What was scripted for this place in the text; places beyond its end count as the end."""
        failure = self._failure
        if not isinstance(failure, Ends | Silent | ErrorEvent | Continues) or not (
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
            case Continues():
                self._leave_rest(deltas[number:])

    def _leave_rest(self, deltas: Sequence[str]) -> None:
        """One decode was too long: the rest waits for who comes with the token."""
        self.interaction.rest = [Output(deltas)]
        self.interaction.continuation_token = f"ct_{secrets.token_urlsafe(12)}"
        raise _Ended("requires_continuation")

    def _break(self, failure: ErrorEvent) -> None:
        self._write(wire.error(failure.code, failure.message))
        if failure.code is not None:
            self.interaction.errors = [{"code": failure.code, "message": failure.message}]
            raise _Broken

    def _check_length(self, words: str) -> None:
        """Thinking counts against `max_output_tokens`, so that a small limit leaves no text at all."""
        if self._most_tokens is not None:
            used = self._usage.thought + wire.tokens(self._words + words)
            if used > self._most_tokens:
                raise _Ended("incomplete")

    def _open(self, shell: JsonObject, more: JsonObject | None = None) -> tuple[int, JsonObject]:
        """Begin a step: its place and the step itself. `more` is shown when it begins and not kept."""
        index = len(self.interaction.steps)
        step = dict(shell)
        self.interaction.steps.append(step)
        self._write(wire.step_start(index, shell | (more or {})))
        return index, step

    def _delta(self, index: int, content: JsonObject) -> None:
        """A delta one can resume after: only these have an id."""
        event_id = f"evt_{len(self.interaction.log.events)}"
        self._write(wire.delta(index, content) | {"event_id": event_id})

    def _write(self, event: JsonObject) -> None:
        self.interaction.log.append(event)


def _call_id(kind: str) -> str:
    return f"{kind}_{secrets.token_urlsafe(9)}"


def _chunks(data: str) -> Iterator[str]:
    """Base64 in pieces that are base64 themselves."""
    raw = base64.b64decode(data)
    size_bytes = _AUDIO_CHUNK_CHARS // 4 * 3
    for start in range(0, len(raw), size_bytes):
        yield base64.b64encode(raw[start : start + size_bytes]).decode()
