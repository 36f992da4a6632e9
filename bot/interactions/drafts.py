"""Steps in the making: what an assembler fills, one kind of draft per kind of step.

Source: "Streaming interactions", Gemini API docs.
"""

from dataclasses import replace

from bot.interactions.types import (
    FunctionCall,
    MediaOutput,
    ModelOutput,
    OtherDelta,
    OtherOutput,
    OtherStep,
    OutputContent,
    Problem,
    Step,
    TextOutput,
    Thought,
    UserInput,
)
from bot.interactions.wire import Json, JsonObject, parse, text, without


class Blocks:
    """Content blocks that grow at their end; a delta of another kind starts the next block."""

    def __init__(self, blocks: tuple[OutputContent, ...] = ()) -> None:
        self._done = list(blocks)
        self._pieces: list[str] | bytearray | None = None
        self._annotations: list[JsonObject] = []
        self._medium: MediaOutput | None = None
        if blocks:
            self._reopen(self._done.pop())

    def _reopen(self, block: OutputContent) -> None:
        match block:
            case TextOutput():
                self._pieces = [block.text]
                self._annotations = list(block.annotations)
            case MediaOutput(type="audio"):
                self.add_medium(block)
            case _:
                self._done.append(block)

    def add_text(self, text: str) -> None:
        if isinstance(self._pieces, list):
            self._pieces.append(text)
        else:
            self._close()
            self._pieces = [text]

    def annotate(self, annotations: tuple[JsonObject, ...]) -> None:
        if not isinstance(self._pieces, list):
            self.add_text("")
        self._annotations.extend(annotations)

    def add_medium(self, medium: MediaOutput) -> None:
        """Audio comes in pieces of one block; every other medium is a block of its own."""
        if isinstance(self._pieces, bytearray) and medium.type == "audio" and medium.data:
            self._pieces += medium.data
            return
        self._close()
        if medium.type == "audio" and medium.data:
            self._pieces, self._medium = bytearray(medium.data), medium
        else:
            self._done.append(medium)

    def add(self, block: OutputContent) -> None:
        match block:
            case TextOutput():
                self.add_text(block.text)
                self._annotations.extend(block.annotations)
            case MediaOutput():
                self.add_medium(block)
            case OtherOutput():
                self._close()
                self._done.append(block)

    def _open_block(self) -> tuple[OutputContent, ...]:
        if isinstance(self._pieces, list):
            return (TextOutput("".join(self._pieces), tuple(self._annotations)),)
        if self._pieces is not None and self._medium is not None:
            return (replace(self._medium, data=bytes(self._pieces)),)
        return ()

    def _close(self) -> None:
        self._done.extend(self._open_block())
        self._pieces, self._annotations, self._medium = None, [], None

    def build(self) -> tuple[OutputContent, ...]:
        return (*self._done, *self._open_block())


class OutputDraft:
    def __init__(self, content: tuple[OutputContent, ...] = (), error: Problem | None = None) -> None:
        self.blocks = Blocks(content)
        self._error = error

    def other(self, delta: OtherDelta) -> None:
        self.blocks.add(OtherOutput({"type": delta.type, **delta.fields}))

    def build(self) -> Step:
        return ModelOutput(self.blocks.build(), self._error)


class InputDraft(OutputDraft):
    """What a person wrote, replayed: its text must not pass for an answer."""

    def build(self) -> Step:
        return UserInput(self.blocks.build())


class ThoughtDraft:
    def __init__(self, summary: tuple[OutputContent, ...] = (), signature: str | None = None) -> None:
        self.summary = Blocks(summary)
        self.signature = signature

    def other(self, delta: OtherDelta) -> None:
        self.summary.add(OtherOutput({"type": delta.type, **delta.fields}))

    def build(self) -> Step:
        return Thought(self.summary.build(), self.signature)


class FieldsDraft:
    """A call, a result, or a kind not known here: fields, and perhaps arguments in pieces."""

    def __init__(self, kind: str = "function_call", fields: JsonObject | None = None) -> None:
        self._kind = kind
        self._fields: dict[str, Json] = dict(fields or {})
        self.arguments: list[str] = []

    def other(self, delta: OtherDelta) -> None:
        self._fields.update(without(delta.fields))

    def build(self) -> Step:
        fields = self._fields | self._arguments()
        arguments = fields.get("arguments") or {}
        if self._kind != "function_call" or not isinstance(arguments, dict):
            return OtherStep(self._kind, fields)
        return FunctionCall(text(fields, "id"), text(fields, "name"), arguments, text(fields, "signature") or None)

    def _arguments(self) -> dict[str, Json]:
        """The pieces as one value, or as the text they are when that is not JSON."""
        whole = "".join(self.arguments)
        if not whole:
            return {}
        try:
            return {"arguments": parse(whole)}
        except ValueError:
            return {"arguments": whole}


Draft = OutputDraft | ThoughtDraft | FieldsDraft


def draft_of(step: Step) -> Draft:
    match step:
        case ModelOutput():
            return OutputDraft(step.content, step.error)
        case UserInput():
            return InputDraft(step.content)
        case Thought():
            return ThoughtDraft(step.summary, step.signature)
        case FunctionCall():
            return FieldsDraft(
                "function_call",
                {"id": step.id, "name": step.name, "arguments": dict(step.arguments), "signature": step.signature},
            )
        case OtherStep():
            return FieldsDraft(step.type, step.fields)
