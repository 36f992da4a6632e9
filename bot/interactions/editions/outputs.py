"""The edition of December 2025 to June 2026, in which an answer is a list of outputs and a history has roles.

It is the one the first guides print. Some models still answer in it, so it is always understood.

Source: "Interactions API (beta)", "Migrate to steps", Gemini API docs.
"""

from itertools import groupby

from bot.content import TextContent
from bot.interactions.editions import blocks, shared, steps
from bot.interactions.editions.plain import encode_schema
from bot.interactions.events import (
    CitedTextDelta,
    Created,
    Delta,
    Event,
    Finished,
    StepStarted,
    StepStopped,
)
from bot.interactions.formats import ImageFormat, JsonFormat, ResponseFormat
from bot.interactions.interaction import Interaction
from bot.interactions.requests import FunctionResult, Item, Request, UserTurn
from bot.interactions.steps import (
    FunctionCall,
    MediaOutput,
    ModelOutput,
    OtherStep,
    OutputContent,
    Step,
    TextOutput,
    Thought,
    UserInput,
)
from bot.interactions.tools import ComputerUse, Tool
from bot.interactions.wire import Json, JsonObject, entries, entry, text, whole, without

_CONTENT = frozenset({"text", "image", "audio", "video", "document"})
_OF_MODEL = ModelOutput | Thought | FunctionCall | OtherStep


def encode(request: Request, *, stream: bool) -> dict[str, Json]:
    """The body of a create. Raises ValueError for content that has to be opened first.

    What this edition has no words for is left out where nothing depends on it: labels.
    """
    config = shared.encode_generation_config(request.generation_config) | _encode_image(request.response_format)
    schema = next((item.schema for item in request.response_format if isinstance(item, JsonFormat)), None)
    body: dict[str, Json] = {
        "input": _encode_input(request.items),
        "generation_config": config or None,
        "tools": [_encode_tool(tool) for tool in request.tools] or None,
        "response_format": None if schema is None else encode_schema(schema),
        "response_mime_type": None if schema is None else "application/json",
        "response_modalities": _encode_modalities(request.response_format),
        "continuation_token": request.continuation_token,
    }
    return shared.encode_request(request, stream=stream) | without(body)


def _encode_modalities(formats: tuple[ResponseFormat, ...]) -> Json:
    return [item.type.upper() for item in formats if not isinstance(item, JsonFormat)] or None


def _encode_image(formats: tuple[ResponseFormat, ...]) -> dict[str, Json]:
    """How an image is to be was a setting of the model; sizes had a small k."""
    for item in formats:
        if isinstance(item, ImageFormat) and (item.aspect_ratio or item.image_size):
            size = item.image_size.lower() if item.image_size else None
            return {"image_config": without({"aspect_ratio": item.aspect_ratio, "image_size": size})}
    return {}


def _encode_tool(tool: Tool) -> dict[str, Json]:
    encoded = shared.encode_tool(tool)
    if isinstance(tool, ComputerUse) and "excluded_predefined_functions" in encoded:
        encoded["excludedPredefinedFunctions"] = encoded.pop("excluded_predefined_functions")
    return encoded


def _encode_input(items: tuple[Item, ...]) -> Json:
    """One message is a text or a list; a history is a list of turns with roles."""
    if len(items) == 1 and isinstance(items[0], TextContent):
        return items[0].text
    if any(isinstance(item, UserTurn | Step) for item in items):
        return [_encode_turn(role, tuple(turn)) for (_, role), turn in groupby(items, _TurnKey())]
    return [block for item in items for block in _encode_item(item)] or None


class _TurnKey:
    """Tells turns apart: each message a person wrote is one, all that a model did in a row is one."""

    def __init__(self) -> None:
        self._turn = 0
        self._before: Item | None = None

    def __call__(self, item: Item) -> tuple[int, str]:
        begins = isinstance(item, UserTurn | UserInput) or isinstance(self._before, UserTurn | UserInput)
        self._turn += begins
        self._before = item
        return self._turn, "model" if isinstance(item, _OF_MODEL) else "user"


def _encode_turn(role: str, items: tuple[Item, ...]) -> dict[str, Json]:
    said = [block for item in items for block in _encode_item(item)]
    if role == "user" and len(said) == 1 and said[0].keys() == {"type", "text"}:
        return {"role": role, "content": said[0]["text"]}
    return {"role": role, "content": [*said]}


def _encode_item(item: Item) -> list[dict[str, Json]]:
    match item:
        case UserTurn():
            return [blocks.encode_block(block) for block in item.content]
        case UserInput() | ModelOutput():
            return [blocks.encode_output(content) for content in item.content]
        case Thought() | FunctionCall() | OtherStep() | FunctionResult():
            return [shared.encode_step(item)]
        case _:
            return [blocks.encode_block(item)]


def decode_interaction(fields: JsonObject) -> Interaction:
    """An interaction from an answer or an event; a `get` may have been asked for its input too."""
    answered = (*_decode_input(fields), *_decode_outputs(entries(fields, "outputs")))
    return shared.decode_interaction(fields, answered, "outputs", "input")


def _decode_input(fields: JsonObject) -> tuple[Step, ...]:
    turns = entries(fields, "input")
    if not any("role" in turn for turn in turns):
        said = blocks.decode_contents(fields, "input")
        return (UserInput(said),) if said else ()
    return tuple(step for turn in turns for step in _decode_turn(turn))


def _decode_turn(turn: JsonObject) -> tuple[Step, ...]:
    if text(turn, "role") != "model":
        return (UserInput(blocks.decode_contents(turn, "content")),)
    if bare := text(turn, "content"):
        return (ModelOutput((TextOutput(bare),)),)
    return _decode_outputs(entries(turn, "content"))


def _decode_outputs(outputs: list[JsonObject]) -> tuple[Step, ...]:
    """Outputs as steps: contents side by side are one output of the model."""
    lifted: list[Step] = []
    for is_content, group in groupby(outputs, lambda output: text(output, "type") in _CONTENT):
        if is_content:
            lifted.append(ModelOutput(tuple(map(blocks.decode_content, group))))
        else:
            lifted.extend(map(shared.decode_step, group))
    return tuple(lifted)


def decode_event(kind: str, fields: JsonObject, event_id: str | None) -> Event | None:
    """An event of this edition; None for any other."""
    index = whole(fields, "index", steps.NO_INDEX)
    match kind:
        case "content.delta":
            return _decode_delta(index, entry(fields, "delta"), event_id)
        case "content.start":
            return _decode_start(index, entry(fields, "content"), event_id)
        case "content.stop":
            return StepStopped(index, event_id)
        case "interaction.start":
            return Created(decode_interaction(entry(fields, "interaction")), event_id)
        case "interaction.complete":
            return Finished(decode_interaction(entry(fields, "interaction")), event_id)
        case _:
            return None


def _decode_start(index: int, content: JsonObject, event_id: str | None) -> StepStarted:
    if text(content, "type") not in _CONTENT:
        return StepStarted(index, shared.decode_step(content), event_id)
    first = blocks.decode_content(content)
    return StepStarted(index, ModelOutput((first,) if _says_something(first) else ()), event_id, joins=True)


def _says_something(content: OutputContent) -> bool:
    match content:
        case TextOutput():
            return bool(content.text or content.annotations)
        case MediaOutput():
            return bool(content.data or content.uri)
        case _:
            return True


def _decode_delta(index: int, delta: JsonObject, event_id: str | None) -> Delta:
    if text(delta, "type") == "text" and (annotations := blocks.decode_annotations(delta)):
        return CitedTextDelta(index, text(delta, "text"), event_id, annotations)
    return steps.decode_delta(index, delta, event_id)
