"""Steps and their content, as an answer has them.

What a step or block has beyond the fields named here is in its `extra`, as it came: a history that is sent back
has to be what the API said, to the last field, or its signatures no longer hold.

Source: "Steps", "Content", Interactions API reference.
"""

from dataclasses import dataclass, field
from typing import Literal

from bot.interactions.wire import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Problem:
    """What the API says went wrong. The message may quote what was sent, so it is not for logs."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TextOutput:
    """Text, and its annotations as they came: their offsets count bytes of the text in UTF-8.

    `citations.read_citations` gives them typed, by characters.
    """

    text: str
    annotations: tuple[JsonObject, ...] = ()
    extra: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOutput:
    """An image, audio, video or document: the bytes, or an address to read them from."""

    type: Literal["image", "audio", "video", "document"]
    mime_type: str
    data: bytes | None = None
    uri: str | None = None
    sample_rate: int | None = None  # audio, in Hz
    channels: int | None = None  # audio
    extra: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class OtherOutput:
    """A content block of a kind not known here, or too damaged to read."""

    fields: JsonObject


OutputContent = TextOutput | MediaOutput | OtherOutput


@dataclass(frozen=True, slots=True)
class UserInput:
    """What a person said, as the API gives it back. To say something, use `requests.UserTurn`."""

    content: tuple[OutputContent, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelOutput:
    content: tuple[OutputContent, ...] = ()
    error: Problem | None = None
    extra: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class Thought:
    summary: tuple[OutputContent, ...] = ()
    signature: str | None = None
    extra: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a function of ours, its arguments complete. One that is not stays an `OtherStep`."""

    id: str
    name: str
    arguments: JsonObject
    signature: str | None = None
    extra: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class OtherStep:
    """Any other step: the API's own tool calls and results, and kinds not known here.

    `tool_steps.read_tool_step` gives those of the known tools typed.
    """

    type: str
    fields: JsonObject


Step = UserInput | ModelOutput | Thought | FunctionCall | OtherStep
