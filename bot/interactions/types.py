"""The one model of the Interactions API that callers see, whichever edition came over the wire.

A `Request` goes in. Out come events, the last of them `Finished` with the whole `Interaction`; or, without a
stream, the `Interaction` at once. What the API may add tomorrow is kept, not refused: unknown statuses are
strings, unknown steps, content and deltas carry their fields as they came.

Source: "Interactions API", "Streaming interactions", Gemini API docs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from bot.content import Content
from bot.interactions.wire import Json, JsonObject


class Status(StrEnum):
    """The statuses known today; an interaction's own status is a plain string and may be another."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    REQUIRES_ACTION = "requires_action"
    REQUIRES_CONTINUATION = "requires_continuation"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INCOMPLETE = "incomplete"
    BUDGET_EXCEEDED = "budget_exceeded"


RUNNING = frozenset({Status.QUEUED, Status.IN_PROGRESS})
TERMINAL = frozenset(Status) - RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationConfig:
    """How a model answers. It is not inherited along a chain: send it with every request."""

    max_output_tokens: int | None = None  # thinking counts too
    thinking_level: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None
    thinking_summaries: Literal["auto", "none"] | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop_sequences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One interaction to create, by a model or by an agent. What is None is not sent.

    Raises ValueError for what the API would refuse: model and agent both or neither, a model's
    settings for an agent or the reverse, no input.
    """

    input: tuple[Content, ...]
    model: str | None = None
    agent: str | None = None
    system_instruction: str | None = None
    generation_config: GenerationConfig | None = None
    agent_config: Mapping[str, Json] | None = None
    previous_interaction_id: str | None = None
    store: bool | None = None
    background: bool | None = None
    labels: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if (self.model is None) == (self.agent is None):
            raise ValueError("a request names a model or an agent, and only one of them")
        if self.generation_config is not None and self.model is None:
            raise ValueError("generation_config belongs to a model; an agent has agent_config")
        if self.agent_config is not None and self.agent is None:
            raise ValueError("agent_config belongs to an agent; a model has generation_config")
        if not self.input:
            raise ValueError("a request needs input")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens. Billed output is output and thought together; cached is a part of input."""

    total_tokens: int = 0
    total_input_tokens: int = 0
    total_output_tokens: int = 0
    total_thought_tokens: int = 0
    total_cached_tokens: int = 0
    total_tool_use_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            total_tokens=self.total_tokens + other.total_tokens,
            total_input_tokens=self.total_input_tokens + other.total_input_tokens,
            total_output_tokens=self.total_output_tokens + other.total_output_tokens,
            total_thought_tokens=self.total_thought_tokens + other.total_thought_tokens,
            total_cached_tokens=self.total_cached_tokens + other.total_cached_tokens,
            total_tool_use_tokens=self.total_tool_use_tokens + other.total_tool_use_tokens,
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """What the API says went wrong. The message may quote what was sent, so it is not for logs."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TextOutput:
    """Text, and its annotations as they came: their offsets count bytes of the text in UTF-8."""

    text: str
    annotations: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOutput:
    """An image, audio, video or document: the bytes, or an address to read them from."""

    type: Literal["image", "audio", "video", "document"]
    mime_type: str
    data: bytes | None = None
    uri: str | None = None
    sample_rate: int | None = None  # audio, in Hz
    channels: int | None = None  # audio


@dataclass(frozen=True, slots=True)
class OtherOutput:
    """A content block of a kind not known here, or too damaged to read."""

    fields: JsonObject


OutputContent = TextOutput | MediaOutput | OtherOutput


@dataclass(frozen=True, slots=True)
class UserInput:
    content: tuple[OutputContent, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelOutput:
    content: tuple[OutputContent, ...] = ()
    error: Problem | None = None


@dataclass(frozen=True, slots=True)
class Thought:
    summary: tuple[OutputContent, ...] = ()
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a function of ours, its arguments complete. One that is not stays an `OtherStep`."""

    id: str
    name: str
    arguments: JsonObject
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class OtherStep:
    """Any other step: the API's own tool calls and results, and kinds not known here."""

    type: str
    fields: JsonObject


Step = UserInput | ModelOutput | Thought | FunctionCall | OtherStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """An interaction as far as it has come. Its id is None when the API gave none (`store=False`)."""

    id: str | None
    status: str
    steps: tuple[Step, ...] = ()
    usage: Usage = Usage()
    errors: tuple[Problem, ...] = ()
    model: str | None = None
    agent: str | None = None
    extra: JsonObject = field(default_factory=dict[str, Json])  # fields not named here, as they came

    @property
    def is_running(self) -> bool:
        """Worth waiting for. A status not known here counts as running until there is something to show."""
        return self.status in RUNNING or (self.status not in TERMINAL and not self.steps)

    @property
    def output_text(self) -> str:
        """The text the model ended with: what follows its last tool step, medium or user input.

        Source: "Interactions API", Gemini API docs (the SDK's property of the same name).
        """
        pieces: list[str] = []
        for step in reversed(self.steps):
            match step:
                case UserInput():
                    break
                case ModelOutput(content=content):
                    if not _prepend_text(pieces, content):
                        break
                case Thought():
                    continue
                case _ if pieces:
                    break
                case _:
                    continue
        return "".join(reversed(pieces))


def _prepend_text(pieces: list[str], content: tuple[OutputContent, ...]) -> bool:
    """Collect text from the end; False where a medium ends it."""
    for block in reversed(content):
        if isinstance(block, TextOutput) and block.text:
            pieces.append(block.text)
        elif isinstance(block, MediaOutput) and pieces:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Created:
    """The first event, and the sign that everything is sent from the start."""

    interaction: Interaction
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


@dataclass(frozen=True, slots=True)
class TextDelta:
    index: int
    text: str
    event_id: str | None = None


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
Event: TypeAlias = Created | StatusChanged | StepStarted | Delta | StepStopped | Finished | OtherEvent
