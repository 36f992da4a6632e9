"""The edition served since June 2026, in which an interaction is a list of steps.

Decoding never fails on JSON of an unexpected shape: what cannot be read is kept as it came.

Source: "Interactions API", "Streaming interactions", "Migrate to steps", Gemini API docs.
"""

from bot.content import Content, TextContent
from bot.interactions import failures
from bot.interactions.editions import blocks
from bot.interactions.sse import Frame
from bot.interactions.types import (
    Annotated,
    ArgumentsDelta,
    Created,
    Delta,
    Event,
    Finished,
    FunctionCall,
    Interaction,
    MediaDelta,
    ModelOutput,
    OtherDelta,
    OtherEvent,
    OtherStep,
    Request,
    Status,
    StatusChanged,
    Step,
    StepStarted,
    StepStopped,
    TextDelta,
    Thought,
    ThoughtDelta,
    ThoughtSigned,
    UserInput,
)
from bot.interactions.wire import Json, JsonObject, entries, entry, parse_object, text, whole, without

_END = b"[DONE]"
_STATUSES = frozenset(Status)
NO_INDEX = -1


def encode(request: Request, *, stream: bool) -> dict[str, Json]:
    """The body of a create. Raises ValueError for content that has to be opened first."""
    config = request.generation_config
    body: dict[str, Json] = {
        "model": request.model,
        "agent": request.agent,
        "input": _encode_input(request.input),
        "system_instruction": request.system_instruction,
        "generation_config": None if config is None else blocks.encode_generation_config(config) or None,
        "agent_config": None if request.agent_config is None else dict(request.agent_config),
        "previous_interaction_id": request.previous_interaction_id,
        "store": request.store,
        "background": request.background,
        "labels": None if request.labels is None else dict(request.labels),
        "stream": stream or None,
    }
    return without(body)


def _encode_input(contents: tuple[Content, ...]) -> Json:
    """Text alone goes as it is; anything else as the one step of a user."""
    if len(contents) == 1 and isinstance(contents[0], TextContent):
        return contents[0].text
    return [{"type": "user_input", "content": [blocks.encode_content(content) for content in contents]}]


def decode_interaction(fields: JsonObject) -> Interaction:
    """An interaction from an answer or an event; its status is empty when none was given."""
    problems = [*entries(fields, "errors"), *entries(fields, "error")]
    return Interaction(
        id=text(fields, "id") or None,
        status=text(fields, "status"),
        steps=tuple(map(decode_step, entries(fields, "steps"))),
        usage=blocks.decode_usage(entry(fields, "usage")),
        errors=tuple(map(blocks.decode_problem, problems)),
        model=text(fields, "model") or None,
        agent=text(fields, "agent") or None,
        extra=without(fields, "id", "status", "steps", "usage", "errors", "error", "model", "agent"),
    )


def decode_step(fields: JsonObject) -> Step:
    match text(fields, "type"):
        case "model_output":
            error = entry(fields, "error")
            return ModelOutput(
                blocks.decode_contents(fields, "content"), blocks.decode_problem(error) if error else None
            )
        case "thought":
            return Thought(blocks.decode_contents(fields, "summary"), text(fields, "signature") or None)
        case "user_input":
            return UserInput(blocks.decode_contents(fields, "content"))
        case "function_call" if isinstance(fields.get("arguments") or {}, dict):
            return FunctionCall(
                text(fields, "id"),
                text(fields, "name"),
                entry(fields, "arguments"),
                text(fields, "signature") or None,
            )
        case kind:
            return OtherStep(kind, without(fields, "type"))


def decode_event(frame: Frame) -> Event | None:
    """The event in a frame; None for one that says nothing.

    Raises InteractionError for an error the API reports, ValueError when the frame holds no JSON object.
    """
    if frame.data == _END:
        return None
    fields = parse_object(frame.data)
    kind = text(fields, "event_type") or frame.event.decode("ascii", "replace")
    event_id = text(fields, "event_id") or None
    if kind == "step.delta":
        return _decode_delta(whole(fields, "index", NO_INDEX), entry(fields, "delta"), event_id)
    if kind == "error" or (not kind and "error" in fields):
        return _decode_error(entry(fields, "error"), event_id)
    return _decode_other(kind, fields, event_id)


def _decode_other(kind: str, fields: JsonObject, event_id: str | None) -> Event:  # noqa: PLR0911  (a table)
    match kind:
        case "step.start":
            return StepStarted(whole(fields, "index", NO_INDEX), decode_step(entry(fields, "step")), event_id)
        case "step.stop":
            return StepStopped(whole(fields, "index", NO_INDEX), event_id)
        case "interaction.created":
            return Created(decode_interaction(entry(fields, "interaction")), event_id)
        case "interaction.completed":
            return Finished(decode_interaction(entry(fields, "interaction")), event_id)
        case "interaction.status_update":
            return _decode_status(text(fields, "status"), fields, event_id)
        case _ if (status := kind.removeprefix("interaction.")) in _STATUSES:
            return _decode_status(status, fields, event_id)  # an older spelling of a status update
        case _:
            return OtherEvent(kind, fields, event_id)


def _decode_status(status: str, fields: JsonObject, event_id: str | None) -> StatusChanged:
    usage = entry(fields, "usage")
    return StatusChanged(
        text(fields, "interaction_id") or None, status, blocks.decode_usage(usage) if usage else None, event_id
    )


def _decode_error(error: JsonObject, event_id: str | None) -> Event:
    if without(error):
        raise failures.from_error_object(error)
    return OtherEvent("error", {}, event_id)  # an empty one is not the end: the stream goes on


def _decode_delta(index: int, delta: JsonObject, event_id: str | None) -> Delta:  # noqa: PLR0911  (a table)
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
