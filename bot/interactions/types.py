"""The one model of the Interactions API that callers see, whichever edition came over the wire.

A `Request` goes in. Out come events, the last of them `Finished` with the whole `Interaction`; or, without a
stream, the `Interaction` at once. What the API may add tomorrow is kept, not refused: unknown statuses are
strings, unknown steps, content and deltas carry their fields as they came.

Source: "Interactions API", "Streaming interactions", Gemini API docs.
"""

from bot.interactions.events import (
    Annotated,
    ArgumentsDelta,
    CitedTextDelta,
    Continued,
    Created,
    Delta,
    Event,
    Finished,
    MediaDelta,
    OtherDelta,
    OtherEvent,
    StatusChanged,
    StepStarted,
    StepStopped,
    TextDelta,
    ThoughtDelta,
    ThoughtSigned,
)
from bot.interactions.interaction import RUNNING, TERMINAL, Interaction, Status, Usage
from bot.interactions.requests import (
    Clip,
    DeepResearch,
    FunctionResult,
    Item,
    Request,
    UserTurn,
    Viewed,
    WebhookConfig,
)
from bot.interactions.settings import AllowedTools, GenerationConfig, Speaker, TranscriptionConfig, VideoConfig
from bot.interactions.steps import (
    FunctionCall,
    MediaOutput,
    ModelOutput,
    OtherOutput,
    OtherStep,
    OutputContent,
    Problem,
    Step,
    TextOutput,
    Thought,
    UserInput,
)

__all__ = [
    "RUNNING",
    "TERMINAL",
    "AllowedTools",
    "Annotated",
    "ArgumentsDelta",
    "CitedTextDelta",
    "Clip",
    "Continued",
    "Created",
    "DeepResearch",
    "Delta",
    "Event",
    "Finished",
    "FunctionCall",
    "FunctionResult",
    "GenerationConfig",
    "Interaction",
    "Item",
    "MediaDelta",
    "MediaOutput",
    "ModelOutput",
    "OtherDelta",
    "OtherEvent",
    "OtherOutput",
    "OtherStep",
    "OutputContent",
    "Problem",
    "Request",
    "Speaker",
    "Status",
    "StatusChanged",
    "Step",
    "StepStarted",
    "StepStopped",
    "TextDelta",
    "TextOutput",
    "Thought",
    "ThoughtDelta",
    "ThoughtSigned",
    "TranscriptionConfig",
    "Usage",
    "UserInput",
    "UserTurn",
    "VideoConfig",
    "Viewed",
    "WebhookConfig",
]
