"""What using a tool brings: its steps, a passage for the answer, and where in the passage it is cited."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.simulators.gemini import wire
from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.wire import JsonObject


@dataclass(frozen=True)
class Cited:
    """Characters of a passage, by their text, and the annotation they get, without its offsets."""

    text: str
    annotation: JsonObject


@dataclass(frozen=True)
class Used:
    use: ToolUse
    passage: str
    cited: Sequence[Cited] = field(default_factory=list[Cited])


def annotate(passage: str, cited: Sequence[Cited], *, before: str) -> list[JsonObject]:
    """The annotations of a passage that stands after `before`; offsets count UTF-8 bytes of the whole."""
    annotations: list[JsonObject] = []
    for each in cited:
        start = passage.find(each.text)
        if start >= 0:
            place = len(before) + start
            annotations.append(each.annotation | wire.span(before + passage, place, place + len(each.text)))
    return annotations
