"""The edition served since June 2026, in which an interaction is a list of steps.

Decoding never fails on JSON of an unexpected shape: what cannot be read is kept as it came.

Source: "Interactions API", "Streaming interactions", "Migrate to steps", Gemini API docs.
"""

from bot.content import TextContent
from bot.interactions import failures
from bot.interactions.editions import blocks, shared
from bot.interactions.editions.plain import encode_record, encode_schema
from bot.interactions.events import (
    Annotated,
    ArgumentsDelta,
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
from bot.interactions.formats import JsonFormat, ResponseFormat
from bot.interactions.interaction import Interaction, Status
from bot.interactions.requests import FunctionResult, Item, Request, UserTurn
from bot.interactions.steps import FunctionCall, ModelOutput, OtherStep, Step, Thought, UserInput
from bot.interactions.wire import Json, JsonObject, entries, entry, text, whole, without

_STATUSES = frozenset(Status)
NO_INDEX = -1


def encode(request: Request, *, stream: bool) -> dict[str, Json]:
    """The body of a create. Raises ValueError for content that has to be opened first."""
    body: dict[str, Json] = {
        "input": _encode_input(request.items),
        "generation_config": shared.encode_generation_config(request.generation_config) or None,
        "tools": [shared.encode_tool(tool) for tool in request.tools] or None,
        "response_format": _encode_formats(request.response_format),
        "labels": dict(request.labels) if request.labels else None,
        "continuation_token": request.continuation_token,
    }
    return shared.encode_request(request, stream=stream) | without(body)


def _encode_input(items: tuple[Item, ...]) -> Json:
    """Text alone goes as it is; all else as steps, contents side by side being one step of a user."""
    if len(items) == 1 and isinstance(items[0], TextContent):
        return items[0].text
    steps: list[Json] = []
    said: list[Json] = []
    for item in items:
        if isinstance(item, UserTurn | FunctionResult | Step):
            said = []
            steps.append(encode_step(item))
            continue
        if not said:
            steps.append({"type": "user_input", "content": said})
        said.append(blocks.encode_block(item))
    return steps or None


def encode_step(step: UserTurn | FunctionResult | Step) -> dict[str, Json]:
    match step:
        case UserTurn():
            return {"type": "user_input", "content": [blocks.encode_block(block) for block in step.content]}
        case UserInput():
            return {"type": "user_input", "content": [blocks.encode_output(content) for content in step.content]}
        case ModelOutput():
            said: list[Json] = [blocks.encode_output(content) for content in step.content]
            return {"type": "model_output", **({"content": said} if said else {}), **step.extra}
        case Thought() | FunctionCall() | OtherStep() | FunctionResult():
            return shared.encode_step(step)


def _encode_formats(formats: tuple[ResponseFormat, ...]) -> Json:
    encoded: list[Json] = [_encode_format(item) for item in formats]
    return encoded[0] if len(encoded) == 1 else encoded or None


def _encode_format(item: ResponseFormat) -> dict[str, Json]:
    schema: dict[str, Json] = {"schema": encode_schema(item.schema)} if isinstance(item, JsonFormat) else {}
    return encode_record(item) | schema


def decode_interaction(fields: JsonObject) -> Interaction:
    """An interaction from an answer or an event; its status is empty when none was given."""
    return shared.decode_interaction(fields, tuple(map(decode_step, entries(fields, "steps"))), "steps")


def decode_step(fields: JsonObject) -> Step:
    match text(fields, "type"):
        case "model_output":
            error = entry(fields, "error")
            return ModelOutput(
                blocks.decode_contents(fields, "content"),
                shared.decode_problem(error) if error else None,
                without(fields, "type", "content"),  # with the error, whose details only the API needs
            )
        case "user_input":
            return UserInput(blocks.decode_contents(fields, "content"))
        case _:
            return shared.decode_step(fields)


def decode_event(kind: str, fields: JsonObject, event_id: str | None) -> Event:  # noqa: PLR0911  (a table)
    """Any event but a delta.

    Raises InteractionError for an error the API reports.
    """
    match kind:
        case "step.start":
            return StepStarted(whole(fields, "index", NO_INDEX), decode_step(entry(fields, "step")), event_id)
        case "step.stop":
            return StepStopped(whole(fields, "index", NO_INDEX), event_id)
        case "interaction.created":
            return Created(decode_interaction(entry(fields, "interaction")), event_id)
        case "interaction.completed":
            return Finished(decode_interaction(entry(fields, "interaction")), event_id)
        case "error":
            return decode_error(fields, event_id)
        case "interaction.status_update":
            return _decode_status(text(fields, "status"), fields, event_id)
        case _ if (status := kind.removeprefix("interaction.")) in _STATUSES:
            return _decode_status(status, fields, event_id)  # an older spelling of a status update
        case _:
            return OtherEvent(kind, fields, event_id)


def _decode_status(status: str, fields: JsonObject, event_id: str | None) -> StatusChanged:
    usage = entry(fields, "usage")
    return StatusChanged(
        text(fields, "interaction_id") or None, status, shared.decode_usage(usage) if usage else None, event_id
    )


def decode_error(fields: JsonObject, event_id: str | None) -> Event:
    error = entry(fields, "error")
    if without(error):
        raise failures.from_error_object(error)
    return OtherEvent("error", {}, event_id)  # an empty one is not the end: the stream goes on


def decode_delta(index: int, delta: JsonObject, event_id: str | None) -> Delta:  # noqa: PLR0911  (a table)
    kind = text(delta, "type")
    match kind:
        case "text":
            return TextDelta(index, text(delta, "text"), event_id)
        case "thought_summary" if contents := blocks.decode_contents(delta, "content"):
            return ThoughtDelta(index, contents[0], event_id)
        case "thought_signature":
            return ThoughtSigned(index, text(delta, "signature"), event_id)
        case "arguments_delta":
            return ArgumentsDelta(index, text(delta, "arguments"), event_id)
        case "text_annotation_delta" | "text_annotation":
            return Annotated(index, blocks.decode_annotations(delta), event_id)
        case "image" | "audio" | "video" | "document" if media := blocks.decode_media(kind, delta):
            return MediaDelta(index, media, event_id)
        case _:
            return OtherDelta(index, kind, without(delta, "type"), event_id)
