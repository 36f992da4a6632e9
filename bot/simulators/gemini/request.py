"""A create request: which fields there are, which go together, and `input` brought to one form.

Checked as strictly as the service does where that is known, since whatever passes here is taken for correct.
Text files, for example, have no content type of their own and are refused.

Source: "Create an interaction", Interactions API reference.
"""

import base64
import binascii
import json
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bot.simulators.gemini.formats import Formats, parse_formats
from bot.simulators.gemini.kinds import MANAGED, MEDIA, RESEARCHERS, STEPS, TOOLS
from bot.simulators.gemini.wire import ApiError, JsonObject, compact, is_one_of, objects


class GenerationConfig(BaseModel):
    """The settings the simulator heeds; it accepts and ignores the others, as a model may."""

    model_config = ConfigDict(extra="allow", frozen=True)

    thinking_summaries: str | None = None
    max_output_tokens: int | None = None
    tool_choice: JsonValue = None
    speech_config: JsonValue = None


class WebhookConfig(BaseModel):
    """Where this one interaction is reported, and what the report says besides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uris: list[str] = Field(default_factory=list)
    user_metadata: JsonObject | None = None


class AgentConfig(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    type: str | None = None
    thinking_summaries: str | None = None
    collaborative_planning: bool = False
    visualization: str = "auto"


class CreateRequest(BaseModel):
    """The body of `POST /interactions`; a key that is not here is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    model: str | None = None
    agent: str | None = None
    input: JsonValue = None
    system_instruction: str | None = None
    tools: list[JsonObject] | None = None
    generation_config: GenerationConfig | None = None
    agent_config: AgentConfig | None = None
    response_format: JsonValue = None
    response_modalities: list[str] | None = None
    previous_interaction_id: str | None = None
    store: bool = True
    background: bool = False
    stream: bool = False
    continuation_token: str | None = None
    environment: JsonValue = None
    labels: dict[str, str] | None = None
    service_tier: str | None = None
    safety_settings: JsonValue = None
    webhook_config: WebhookConfig | None = None

    @property
    def formats(self) -> Formats:
        """Raises ApiError for a format that is wrong or that the simulator cannot do."""
        return parse_formats(self.response_format, self.response_modalities or (), model=self.model or "")

    @property
    def shows_thoughts(self) -> bool:
        config = self.agent_config if self.agent else self.generation_config
        return config is not None and config.thinking_summaries == "auto"


def parse_object(body: bytes) -> JsonObject:
    """The JSON object in a request body. Raises ApiError 400 for anything else."""
    try:
        value: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        raise _invalid("The request body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise _invalid("The request body must be a JSON object.")
    if b"\\ud" in body.lower():
        _check_surrogates(value)
    return value


def _check_surrogates(value: JsonObject) -> None:
    """JSON can spell half a character, which no answer that quotes it could be sent with."""
    try:
        compact(value).encode()
    except UnicodeEncodeError:
        raise _invalid("The request body has a lone surrogate.") from None


def parse_create(body: JsonObject) -> CreateRequest:
    """Check a create request. Raises ApiError 400 (501 for what the simulator cannot do) naming the field."""
    try:
        request = CreateRequest.model_validate(body)
    except ValidationError as error:
        raise _refusal(error) from None
    _check_who(request)
    _check_storage(request)
    _check_tools(request)
    _ = request.formats
    return request


def parse_input(value: JsonValue) -> list[JsonObject]:
    """Any of the forms of `input` as steps: a string, a content block, a list of blocks or of steps.

    Raises ApiError 400 for an empty input and for content the API would not read.
    """
    if isinstance(value, str) and value:
        return [{"type": "user_input", "content": [{"type": "text", "text": value}]}]
    items = objects([value] if isinstance(value, dict) else value)
    if not items or (isinstance(value, list) and len(items) != len(value)):
        raise _invalid("'input' must be text, content or steps, and not empty.")
    steps = items if all(is_one_of(item.get("type"), STEPS) for item in items) else [_user_input(items)]
    for step in steps:
        _check_step(step)
    return steps


def _user_input(items: list[JsonObject]) -> JsonObject:
    content: list[JsonValue] = [*items]
    return {"type": "user_input", "content": content}


def _check_who(request: CreateRequest) -> None:
    if (request.model is None) == (request.agent is None):
        raise _invalid("Exactly one of 'model' and 'agent' must be given.")
    if request.model is not None and request.agent_config is not None:
        raise _invalid("'agent_config' goes with 'agent', not with 'model'.")
    if request.model is not None and (not request.model or request.model.startswith("models/")):
        raise _invalid("'model' must be a bare model id.")
    if request.model is not None and request.environment is not None:
        raise _invalid("'environment' goes with a managed agent.")
    if request.agent in MANAGED:
        _check_managed(request)
    elif request.agent is not None:
        _check_researcher(request)


def _check_managed(request: CreateRequest) -> None:
    if not isinstance(request.environment, str | dict) or not request.environment:
        raise _invalid("A managed agent needs an 'environment': an id, 'remote' or its settings.")
    if request.generation_config is not None:
        raise _invalid("'generation_config' goes with 'model', not with 'agent'.")


def _check_researcher(request: CreateRequest) -> None:
    if request.agent not in RESEARCHERS:
        raise ApiError(404, "not_found", "There is no such agent.")
    if not request.background:
        raise _invalid("Deep Research needs 'background': true.")
    for name in ("system_instruction", "generation_config", "response_format"):
        if getattr(request, name) is not None:
            raise _invalid(f"Deep Research does not support '{name}'.")
    if request.agent_config is not None and request.agent_config.type != "deep-research":
        raise _invalid("'agent_config.type' must be 'deep-research' for this agent.")


def _check_storage(request: CreateRequest) -> None:
    if request.background and not request.store:
        raise _invalid("'background': true needs 'store': true.")
    if request.webhook_config is not None and not request.background:
        raise _invalid("'webhook_config' needs 'background': true.")


def _check_tools(request: CreateRequest) -> None:
    for tool in request.tools or []:
        if not is_one_of(tool.get("type"), TOOLS):
            raise _invalid(f"'tools' has an unknown type; known are {', '.join(sorted(TOOLS))}.")
        if request.agent in RESEARCHERS and tool["type"] == "function":
            raise _invalid("Deep Research does not support custom functions.")
        if tool["type"] in _TOOL_CHECKS:
            _TOOL_CHECKS[str(tool["type"])](tool, request)


def _check_function(tool: JsonObject, _request: CreateRequest) -> None:
    parameters = tool.get("parameters", {})
    if not isinstance(tool.get("name"), str) or not tool["name"]:
        raise _invalid("A function needs a 'name'.")
    if not isinstance(parameters, dict) or str(parameters.get("type", "object")).lower() != "object":
        raise _invalid("A function's 'parameters' must be a JSON schema of an object.")
    if parameters.get("required") == []:
        raise _invalid("A function's 'required' must not be empty.")


def _check_mcp(tool: JsonObject, request: CreateRequest) -> None:
    if not tool.get("name") or not tool.get("url") or "-" in str(tool["name"]):
        raise _invalid("An mcp_server needs a 'url' and a 'name' without '-'.")
    if (request.model or "").startswith("gemini-3"):
        raise _invalid("Gemini 3 models do not support remote MCP.")


def _check_stores(tool: JsonObject, _request: CreateRequest) -> None:
    names = tool.get("file_search_store_names")
    if not isinstance(names, list) or not names or not all(str(n).startswith("fileSearchStores/") for n in names):
        raise _invalid("'file_search_store_names' must name stores, as fileSearchStores/<id>.")


_TOOL_CHECKS: dict[str, Callable[[JsonObject, CreateRequest], None]] = {
    "function": _check_function,
    "mcp_server": _check_mcp,
    "file_search": _check_stores,
}


def _check_step(step: JsonObject) -> None:
    match step["type"]:
        case "user_input" | "model_output":
            _check_content(step.get("content", []))
        case "function_result":
            _check_result(step)
        case _:
            pass


def _check_result(step: JsonObject) -> None:
    if not all(step.get(name) for name in ("call_id", "name")) or "result" not in step:
        raise _invalid("A function_result needs 'call_id', 'name' and 'result'.")
    if isinstance(step["result"], list):
        _check_content(step["result"])


def _check_content(content: JsonValue) -> None:
    found = objects(content)
    if not isinstance(content, list) or len(found) != len(content):
        raise _invalid("'content' must be a list of content blocks.")
    for block in found:
        _check_block(block)


def _check_block(block: JsonObject) -> None:
    kind = block.get("type")
    if kind == "text":
        if not isinstance(block.get("text"), str):
            raise _invalid("A text block needs 'text'.")
        return
    if not isinstance(kind, str) or kind not in MEDIA:
        raise _invalid("'input' has content of an unknown type.")
    _check_medium(kind, block)


def _check_medium(kind: str, block: JsonObject) -> None:
    if ("data" in block) == ("uri" in block):
        raise _invalid(f"Content of type '{kind}' needs exactly one of 'data' and 'uri'.")
    mime_type = block.get("mime_type")
    if (mime_type is None and "data" in block) or (mime_type is not None and not is_one_of(mime_type, MEDIA[kind])):
        raise _invalid(f"Unsupported MIME type for content of type '{kind}'.")
    if "data" in block:
        decoded(block)


def decoded(block: JsonObject) -> bytes:
    """The bytes of an inline medium. Raises ApiError 400 when they are not base64."""
    try:
        return base64.b64decode(str(block["data"]), validate=True)
    except binascii.Error:
        raise _invalid("'data' is not valid base64.") from None


def _refusal(error: ValidationError) -> ApiError:
    """Our words for the first mistake, an unknown key before all others; never the value that was sent."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    unknown = [mistake for mistake in mistakes if mistake["type"] == "extra_forbidden"]
    if unknown:
        return ApiError(400, "parameter_unknown", f"Unknown parameter '{unknown[0]['loc'][0]}'.")
    place = ".".join(str(part) for part in mistakes[0]["loc"])
    return _invalid(f"'{place}': {mistakes[0]['msg']}.")


def _invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)
