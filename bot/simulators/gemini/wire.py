"""The shapes on the wire in the edition `steps`: JSON types, steps, server-sent events, errors.

A log keeps events as plain objects and they become bytes only here, so that another edition of the wire
is another renderer of the same log.

Source: "Interactions API" reference, Gemini API docs, revision 2026-05-20.
"""

import json
import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import JsonValue

JsonObject = dict[str, JsonValue]
Status = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "completed",
    "failed",
    "cancelled",
    "incomplete",
    "budget_exceeded",
    "requires_continuation",
]

DONE = b"event: done\ndata: [DONE]\n\n"
MEDIUM_TOKENS = 258  # what one image costs; the simulator charges it for every medium
_TOKEN_CHARS = 4
_RPC_STATUSES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND"}
_CALLS_AND_RESULTS = frozenset({"function_call", "function_result"})


class ApiError(Exception):
    """A refusal as the Interactions API words it: `{"error": {"code", "message"}}`.

    Source: "Errors", Interactions API reference.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> JsonObject:
        return {"error": {"code": self.code, "message": self.message}}


class RpcError(ApiError):
    """A refusal in the words of google.rpc, as the Files API has it: `{"error": {"code", "message", "status"}}`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, _RPC_STATUSES[status], message)

    def body(self) -> JsonObject:
        return {"error": {"code": self.status, "message": self.message, "status": self.code}}


@dataclass(frozen=True)
class Usage:
    """Tokens of one interaction; about four characters each, thoughts apart from output."""

    input: int = 0
    output: int = 0
    thought: int = 0
    tool_use: int = 0
    searches: int = 0

    def to_json(self) -> JsonObject:
        counted: JsonObject = {"grounding_tool_count": [{"type": "google_search", "count": self.searches}]}
        return {
            "total_input_tokens": self.input,
            "total_output_tokens": self.output,
            "total_thought_tokens": self.thought,
            "total_cached_tokens": 0,
            "total_tool_use_tokens": self.tool_use,
            "total_tokens": self.input + self.output + self.thought + self.tool_use,
            **(counted if self.searches else {}),
        }


def is_one_of(value: JsonValue, names: Container[str]) -> bool:
    """Whether a value from outside, of whatever type, is one of these names."""
    return isinstance(value, str) and value in names


def objects(value: JsonValue) -> list[JsonObject]:
    """The objects in a JSON list; empty for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def blocks(step: JsonObject) -> list[JsonObject]:
    """The content blocks of a step, in order; a thought keeps its own under `summary`."""
    return objects(step.get("summary" if step.get("type") == "thought" else "content"))


def text(step: JsonObject) -> str:
    """What a step says in words, its text blocks as lines."""
    return "\n".join(str(block.get("text", "")) for block in blocks(step) if block.get("type") == "text")


def tokens(words: str) -> int:
    return math.ceil(len(words) / _TOKEN_CHARS)


def step_tokens(steps: Iterable[JsonObject]) -> int:
    """What it costs to read these steps again: words by length, every medium the same."""
    return sum(_block_tokens(block) for step in steps for block in _readable(step))


def _readable(step: JsonObject) -> list[JsonObject]:
    return [step] if step.get("type") in _CALLS_AND_RESULTS else blocks(step)


def _block_tokens(block: JsonObject) -> int:
    match block.get("type"):
        case "text":
            return tokens(str(block.get("text", "")))
        case "function_result":
            return tokens(compact(block.get("result")))
        case "function_call":
            return tokens(compact(block.get("arguments")))
        case _:
            return MEDIUM_TOKENS


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC, from seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def frame(event: JsonObject) -> bytes:
    """One server-sent event; its name is repeated in the JSON, where clients are to read it."""
    return f"event: {event['event_type']}\ndata: {compact(event)}\n\n".encode()


def created(interaction: JsonObject) -> JsonObject:
    return {"event_type": "interaction.created", "interaction": interaction}


def status_update(interaction_id: str, status: Status) -> JsonObject:
    return {"event_type": "interaction.status_update", "interaction_id": interaction_id, "status": status}


def completed(interaction: JsonObject) -> JsonObject:
    """The last event of an interaction, whatever its status. It carries no steps."""
    return {"event_type": "interaction.completed", "interaction": interaction}


def step_start(index: int, shell: JsonObject) -> JsonObject:
    return {"event_type": "step.start", "index": index, "step": shell}


def step_stop(index: int) -> JsonObject:
    return {"event_type": "step.stop", "index": index}


def delta(index: int, content: JsonObject) -> JsonObject:
    return {"event_type": "step.delta", "index": index, "delta": content}


def error(code: str | None, message: str | None) -> JsonObject:
    """An `error` event; the service has been seen sending one without code and message."""
    facts: JsonObject = {}
    if code is not None:
        facts["code"] = code
    if message is not None:
        facts["message"] = message
    return {"event_type": "error", "error": facts}


def span(words: str, start: int, end: int) -> JsonObject:
    """Where the characters `start` to `end` of `words` are: offsets on the wire count UTF-8 bytes, end exclusive."""
    return {"start_index": len(words[:start].encode()), "end_index": len(words[:end].encode())}


def citation(words: str, start: int, end: int, *, url: str, title: str) -> JsonObject:
    """A `url_citation` of the characters `start` to `end` of `words`."""
    return {"type": "url_citation", **span(words, start, end), "url": url, "title": title}


def plain(value: Sequence[JsonObject]) -> JsonValue:
    """A list of objects as a JSON value, a copy: what was answered once must not change under the reader."""
    return [dict(item) for item in value]


def compact(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
