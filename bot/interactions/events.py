"""What a stream tells, event by event.

Source: "Streaming interactions", Gemini API docs.
"""

from dataclasses import dataclass
from typing import TypeAlias

from bot.interactions.interaction import Interaction, Usage
from bot.interactions.steps import MediaOutput, OutputContent, Step
from bot.interactions.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Created:
    """The first event, and the sign that everything is sent from the start."""

    interaction: Interaction
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Continued:
    """The API had to stop at a limit and goes on in another interaction; indexes begin again at 0.

    All that stands is `before`; should a cut make this part come again, what was told of it is told again.
    """

    interaction: Interaction
    before: Interaction
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChanged:
    interaction_id: str | None
    status: str
    usage: Usage | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step opens, usually empty. The same index again is another step."""

    index: int
    step: Step
    event_id: str | None = None
    joins: bool = False  # more content for the model output before it, if that is what stands there


@dataclass(frozen=True, slots=True)
class TextDelta:
    index: int
    text: str
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class CitedTextDelta(TextDelta):
    """Text that brings annotations along."""

    annotations: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class ThoughtDelta:
    """More of a thought's summary, usually text."""

    index: int
    content: OutputContent
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class ThoughtSigned:
    index: int
    signature: str
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Annotated:
    """Annotations for the text so far."""

    index: int
    annotations: tuple[JsonObject, ...]
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class MediaDelta:
    """A medium, or for audio the next piece of it."""

    index: int
    content: MediaOutput
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class ArgumentsDelta:
    """A piece of JSON text; only all pieces of a call together are JSON."""

    index: int
    arguments: str
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class OtherDelta:
    """Fields that replace those of their step: tool calls, results, and kinds not known here."""

    index: int
    type: str
    fields: JsonObject
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class StepStopped:
    index: int
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The terminal event. Its interaction is whole; look at the status, which may be any terminal one."""

    interaction: Interaction
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class OtherEvent:
    type: str
    fields: JsonObject
    event_id: str | None = None


Delta = TextDelta | ThoughtDelta | ThoughtSigned | Annotated | MediaDelta | ArgumentsDelta | OtherDelta
Event: TypeAlias = Created | Continued | StatusChanged | StepStarted | Delta | StepStopped | Finished | OtherEvent
