"""Steps in the making: what an assembler fills, one kind of draft per kind of step.

Source: "Streaming interactions", Gemini API docs.
"""

from dataclasses import replace

from bot.interactions.editions.shared import call_of
from bot.interactions.events import OtherDelta
from bot.interactions.steps import (
    FunctionCall,
    MediaOutput,
    ModelOutput,
    OtherOutput,
    OtherStep,
    OutputContent,
    Step,
    TextOutput,
    Thought,
    UserInput,
)
from bot.interactions.wire import Json, JsonObject, parse, without


class Blocks:
    """Content blocks that grow at their end; a delta of another kind starts the next block."""

    def __init__(self, blocks: tuple[OutputContent, ...] = ()) -> None:
        self._done = list(blocks)
        self._pieces: list[str] | bytearray | None = None
        self._annotations: list[JsonObject] = []
        self._extra: JsonObject = {}  # of the text
        self._medium: MediaOutput | None = None
        if blocks:
            self._reopen(self._done.pop())

    def _reopen(self, block: OutputContent) -> None:
        match block:
            case TextOutput():
                self._pieces = [block.text]
                self._annotations, self._extra = list(block.annotations), block.extra
            case MediaOutput(type="audio"):
                self.add_medium(block)
            case _:
                self._done.append(block)

    def add_text(self, text: str) -> None:
        if isinstance(self._pieces, list):
            self._pieces.append(text)
        else:
            self.close()
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
        self.close()
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
                self.close()
                self._done.append(block)

    def _open_block(self) -> tuple[OutputContent, ...]:
        if isinstance(self._pieces, list):
            return (TextOutput("".join(self._pieces), tuple(self._annotations), self._extra),)
        if self._pieces is not None and self._medium is not None:
            return (replace(self._medium, data=bytes(self._pieces)),)
        return ()

    def close(self) -> None:
        """End the block at the end: whatever comes is the next one."""
        self._done.extend(self._open_block())
        self._pieces, self._annotations, self._extra, self._medium = None, [], {}, None

    def build(self) -> tuple[OutputContent, ...]:
        return (*self._done, *self._open_block())


class OutputDraft:
    def __init__(self, step: ModelOutput | UserInput | None = None) -> None:
        self.blocks = Blocks(step.content if step else ())
        self._shell = step if isinstance(step, ModelOutput) else ModelOutput()

    def join(self, content: tuple[OutputContent, ...]) -> None:
        """Go on with content that begins a block of its own."""
        self.blocks.close()
        for block in content:
            self.blocks.add(block)

    def other(self, delta: OtherDelta) -> None:
        self.blocks.add(OtherOutput({"type": delta.type, **delta.fields}))

    def build(self) -> Step:
        return replace(self._shell, content=self.blocks.build())


class InputDraft(OutputDraft):
    """What a person wrote, replayed: its text must not pass for an answer."""

    def build(self) -> Step:
        return UserInput(self.blocks.build())


class ThoughtDraft:
    def __init__(self, step: Thought | None = None) -> None:
        self._shell = step or Thought()
        self.summary = Blocks(self._shell.summary)
        self.signature = self._shell.signature

    def other(self, delta: OtherDelta) -> None:
        self.summary.add(OtherOutput({"type": delta.type, **delta.fields}))

    def build(self) -> Step:
        return replace(self._shell, summary=self.summary.build(), signature=self.signature)


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
        return call_of(fields)

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
            return OutputDraft(step)
        case UserInput():
            return InputDraft(step)
        case Thought():
            return ThoughtDraft(step)
        case FunctionCall():
            said: dict[str, Json] = {"id": step.id, "name": step.name, "arguments": dict(step.arguments)}
            return FieldsDraft("function_call", {**said, "signature": step.signature, **step.extra})
        case OtherStep():
            return FieldsDraft(step.type, step.fields)
