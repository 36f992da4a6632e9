"""What both editions spell alike: settings and tools of a request, thoughts and calls, usage and problems.

Source: "GenerationConfig", "Tool", "Usage", Interactions API reference.
"""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from typing import Any

from bot.interactions.editions import blocks
from bot.interactions.editions.plain import encode_record, encode_schema
from bot.interactions.interaction import Interaction, Usage
from bot.interactions.requests import FunctionResult, Request
from bot.interactions.settings import AllowedTools, GenerationConfig
from bot.interactions.steps import FunctionCall, OtherStep, Problem, Step, Thought
from bot.interactions.tools import Function, OtherTool, Tool
from bot.interactions.wire import Json, JsonObject, entries, entry, text, whole, without

_TOTALS = tuple(item.name for item in dataclass_fields(Usage) if item.name.endswith("_tokens"))
_LISTS = tuple(item.name for item in dataclass_fields(Usage) if item.name.endswith(("_modality", "_count")))
_READ = ("id", "status", "usage", "errors", "error", "model", "agent", "previous_interaction_id", "continuation_token")


def encode_request(request: Request, *, stream: bool) -> dict[str, Json]:
    """The body of a create, without what the editions tell apart: input, settings, formats and tools."""
    agent_config = request.agent_config
    if agent_config is not None and not isinstance(agent_config, Mapping):
        agent_config = encode_record(agent_config)
    environment = request.environment
    body: dict[str, Json] = {
        "model": request.model,
        "agent": request.agent,
        "system_instruction": request.system_instruction,
        "agent_config": None if agent_config is None else dict(agent_config),
        "previous_interaction_id": request.previous_interaction_id,
        "store": request.store,
        "background": request.background,
        "environment": dict(environment) if isinstance(environment, Mapping) else environment,
        "webhook_config": None if request.webhook_config is None else encode_record(request.webhook_config),
        "service_tier": request.service_tier,
        "stream": stream or None,
    }
    return without(body)


def encode_generation_config(config: GenerationConfig | None) -> dict[str, Json]:
    if config is None:
        return {}
    settings = encode_record(config)
    if isinstance(config.tool_choice, AllowedTools):
        settings["tool_choice"] = {"allowed_tools": settings["tool_choice"]}
    return settings


def encode_tool(tool: Tool) -> dict[str, Json]:
    if isinstance(tool, OtherTool):
        return dict(tool.fields)
    encoded = encode_record(tool)
    if isinstance(tool, Function) and tool.parameters:
        encoded["parameters"] = encode_schema(tool.parameters)
    return encoded


def encode_step(step: Thought | FunctionCall | OtherStep | FunctionResult) -> dict[str, Json]:
    match step:
        case Thought():
            summary: list[Json] = [blocks.encode_output(content) for content in step.summary]
            said = without({"signature": step.signature, "summary": summary or None})
            return {"type": "thought", **said, **step.extra}
        case FunctionCall():
            signed: dict[str, Json] = {} if step.signature is None else {"signature": step.signature}
            call: dict[str, Json] = {"id": step.id, "name": step.name, "arguments": dict(step.arguments)}
            return {"type": "function_call", **call, **signed, **step.extra}
        case OtherStep():
            return {"type": step.type, **step.fields}
        case FunctionResult():
            said = {"call_id": step.call_id, "name": step.name, "result": _encode_result(step)}
            failed: dict[str, Json] = {} if step.is_error is None else {"is_error": step.is_error}
            return {"type": "function_result", **said, **failed}


def _encode_result(step: FunctionResult) -> Json:
    match step.result:
        case str():
            return step.result
        case tuple():
            return [blocks.encode_block(block) for block in step.result]
        case _:
            return dict(step.result)


def decode_step(fields: JsonObject) -> Step:
    """A step that is the same in both editions, or one of a kind not known here."""
    match text(fields, "type"):
        case "thought":
            summary = blocks.decode_contents(fields, "summary")
            extra = without(fields, "type", "summary", "signature")
            return Thought(summary, text(fields, "signature") or None, extra)
        case "function_call" if isinstance(fields.get("arguments") or {}, dict):
            return call_of(fields)
        case kind:
            return OtherStep(kind, without(fields, "type"))


def call_of(fields: JsonObject) -> FunctionCall:
    return FunctionCall(
        text(fields, "id"),
        text(fields, "name"),
        entry(fields, "arguments"),
        text(fields, "signature") or None,
        without(fields, "type", "id", "name", "arguments", "signature"),
    )


def decode_interaction(fields: JsonObject, steps: tuple[Step, ...], *read: str) -> Interaction:
    """The interaction with these steps, which its edition read from the fields `read`.

    Its status is empty when none was given.
    """
    problems = [*entries(fields, "errors"), *entries(fields, "error")]
    return Interaction(
        id=text(fields, "id") or None,
        status=text(fields, "status"),
        steps=steps,
        usage=decode_usage(entry(fields, "usage")),
        errors=tuple(map(decode_problem, problems)),
        model=text(fields, "model") or None,
        agent=text(fields, "agent") or None,
        previous_interaction_id=text(fields, "previous_interaction_id") or None,
        continuation_token=text(fields, "continuation_token") or None,
        extra=without(fields, *_READ, *read),
    )


def decode_usage(fields: JsonObject) -> Usage:
    counts: dict[str, Any] = {name: whole(fields, name) for name in _TOTALS}
    counts["total_thought_tokens"] = counts["total_thought_tokens"] or whole(fields, "total_reasoning_tokens")
    counts |= {name: _counts(fields, name) for name in _LISTS}
    return Usage(**counts)


def _counts(fields: JsonObject, key: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in entries(fields, key):
        name = text(item, "modality") or text(item, "type")
        counts[name] = counts.get(name, 0) + (whole(item, "tokens") or whole(item, "count"))
    return counts


def decode_problem(fields: JsonObject) -> Problem:
    code = text(fields, "code") or text(fields, "status") or str(whole(fields, "code") or "")
    return Problem(code, text(fields, "message"))
