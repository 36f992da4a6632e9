"""An interaction: its status, its steps, and what it took.

Source: "Interaction", "Usage", Interactions API reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from bot.interactions.steps import (
    FunctionCall,
    MediaOutput,
    ModelOutput,
    OutputContent,
    Problem,
    Step,
    TextOutput,
    Thought,
    UserInput,
)
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
class Usage:
    """Tokens. Billed output is output and thought together; cached is a part of input."""

    total_tokens: int = 0
    total_input_tokens: int = 0
    total_output_tokens: int = 0
    total_thought_tokens: int = 0
    total_cached_tokens: int = 0
    total_tool_use_tokens: int = 0
    initial_input_tokens: int = 0
    input_tokens_by_modality: Mapping[str, int] = field(default_factory=dict[str, int])
    output_tokens_by_modality: Mapping[str, int] = field(default_factory=dict[str, int])
    cached_tokens_by_modality: Mapping[str, int] = field(default_factory=dict[str, int])
    tool_use_tokens_by_modality: Mapping[str, int] = field(default_factory=dict[str, int])
    grounding_tool_count: Mapping[str, int] = field(default_factory=dict[str, int])  # searches by kind

    def __add__(self, other: "Usage") -> "Usage":
        names = [item.name for item in fields(Usage)]
        return Usage(**{name: _sum(getattr(self, name), getattr(other, name)) for name in names})


def _sum(one: Any, other: Any) -> Any:
    if isinstance(one, int):
        return one + other
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


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
    previous_interaction_id: str | None = None
    continuation_token: str | None = None  # with `requires_continuation`: what goes on from here
    continuation_ids: tuple[str, ...] = ()  # of all interactions this one was put together from, in order
    extra: JsonObject = field(default_factory=dict[str, Json])  # fields not named here, as they came

    @property
    def is_running(self) -> bool:
        """Worth waiting for. A status not known here counts as running until there is something to show."""
        return self.status in RUNNING or (self.status not in TERMINAL and not self.steps)

    @property
    def function_calls(self) -> tuple[FunctionCall, ...]:
        """The calls that wait for results; all of them are to be answered in one request."""
        return tuple(step for step in self.steps if isinstance(step, FunctionCall))

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
