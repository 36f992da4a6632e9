"""What an interaction is made of, decided beforehand and performed later: thoughts, text, media, calls, tools."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.simulators.gemini.wire import JsonObject


@dataclass(frozen=True)
class Thought:
    """A thought, and how long it takes once its summary is out."""

    text: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Medium:
    """An image or a sound, made when its turn comes: off the event loop, as making it takes long."""

    make: Callable[[], JsonObject]  # a content block with `data`


@dataclass(frozen=True)
class Output:
    """One `model_output`: media that go before, text delta by delta with its citations, media that come after."""

    deltas: Sequence[str] = ()
    citations: list[JsonObject] = field(default_factory=list[JsonObject])
    before: Sequence[Medium] = ()
    after: Sequence[Medium] = ()


@dataclass(frozen=True)
class Call:
    """A call of the caller's own function; an interaction with one ends as `requires_action`."""

    name: str
    arguments: JsonObject


@dataclass(frozen=True)
class ToolUse:
    """A tool of the service used: the fields of its call step and of its result step, without ids and signatures."""

    tool: str  # `google_search` makes the steps `google_search_call` and `google_search_result`
    call: JsonObject
    result: JsonObject


Piece = Thought | Output | Call | ToolUse
