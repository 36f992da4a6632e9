"""What one asks: a request, and what its input may be made of.

Source: "Interactions API", "Function calling", "Webhooks", Gemini API docs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.content import Content, MediaContent, TextContent
from bot.interactions.formats import ResponseFormat
from bot.interactions.settings import GenerationConfig
from bot.interactions.steps import Step
from bot.interactions.tools import Tool
from bot.interactions.wire import Json, JsonObject

Resolution = Literal["low", "medium", "high", "ultra_high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Which part of a video is looked at, and how closely."""

    fps: float | None = None  # frames per second
    start_offset: str | None = None  # such as "12.5s"
    end_offset: str | None = None
    type: Literal["static"] = field(default="static", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """A medium, and how it is to be looked at. A video has a name where the text refers to it."""

    content: MediaContent
    resolution: Resolution | None = None
    processing: Literal["static", "agentic"] | Clip | None = None
    name: str | None = None


Block = Content | Viewed


@dataclass(frozen=True, slots=True)
class UserTurn:
    """What a person said earlier, in a history we keep ourselves."""

    content: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionResult:
    """What became of a `FunctionCall`: text, an object, or texts and images. The API wants its name too."""

    call_id: str
    name: str
    result: str | JsonObject | tuple[Block, ...]
    is_error: bool | None = None


Item = Block | UserTurn | FunctionResult | Step


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """Where the API says when a background interaction ends; `user_metadata` comes back with it."""

    uris: tuple[str, ...]
    user_metadata: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepResearch:
    """Settings of the research agents. With `collaborative_planning` the answer is a plan to approve."""

    thinking_summaries: Literal["auto", "none"] | None = None
    visualization: Literal["auto", "off"] | None = None
    collaborative_planning: bool | None = None
    enable_bigquery_tool: bool | None = None
    type: Literal["deep-research"] = field(default="deep-research", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One interaction to create, by a model or by an agent. What is None or empty is not sent.

    Input is content, which is one person's message, or a history of steps that ends with it, or the
    results of function calls; a string is one text. Only the conversation itself is inherited along a chain.

    Raises ValueError for what the API would refuse: model and agent both or neither, a model's
    settings for an agent or the reverse, no input; and for webhooks that would never be called.
    """

    input: str | tuple[Item, ...] = ()
    model: str | None = None
    agent: str | None = None
    system_instruction: str | None = None
    generation_config: GenerationConfig | None = None
    agent_config: DeepResearch | Mapping[str, Json] | None = None
    tools: tuple[Tool, ...] = ()
    response_format: tuple[ResponseFormat, ...] = ()
    previous_interaction_id: str | None = None
    store: bool | None = None
    background: bool | None = None
    environment: str | Mapping[str, Json] | None = None  # of a managed agent: an id, "remote", or its settings
    webhook_config: WebhookConfig | None = None
    service_tier: Literal["flex", "standard", "priority", "deferred"] | None = None
    labels: Mapping[str, str] | None = None
    continuation_token: str | None = None

    def __post_init__(self) -> None:
        if (self.model is None) == (self.agent is None):
            raise ValueError("a request names a model or an agent, and only one of them")
        if self.generation_config is not None and self.model is None:
            raise ValueError("generation_config belongs to a model; an agent has agent_config")
        if self.agent_config is not None and self.agent is None:
            raise ValueError("agent_config belongs to an agent; a model has generation_config")
        if not self.input and self.continuation_token is None:
            raise ValueError("a request needs input")
        if self.webhook_config is not None and not self.background:
            raise ValueError("webhooks are called for a model or agent in the background only")

    @property
    def items(self) -> tuple[Item, ...]:
        """The input as a list, a string being one text."""
        return (TextContent(text=self.input),) if isinstance(self.input, str) else self.input
