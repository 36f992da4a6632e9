"""The two editions of the wire. What we send follows a setting; what comes is told by its looks.

Nothing outside this package knows which edition was spoken.

Source: "Migrate to steps", Gemini API docs.
"""

from typing import Literal

from bot.interactions.editions import outputs, steps
from bot.interactions.events import Event
from bot.interactions.interaction import Interaction
from bot.interactions.requests import Request
from bot.interactions.sse import Frame
from bot.interactions.wire import Json, JsonObject, entry, parse_object, text, whole

Edition = Literal["steps", "outputs"]
_END = b"[DONE]"


def encode(request: Request, edition: Edition, *, stream: bool) -> dict[str, Json]:
    """The body of a create. Raises ValueError for content that has to be opened first."""
    return (outputs if edition == "outputs" else steps).encode(request, stream=stream)


def decode_interaction(fields: JsonObject) -> Interaction:
    """An interaction from an answer; its status is empty when none was given."""
    is_old = "outputs" in fields and not fields.get("steps")
    return (outputs if is_old else steps).decode_interaction(fields)


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
        return steps.decode_delta(whole(fields, "index", steps.NO_INDEX), entry(fields, "delta"), event_id)
    if not kind and "error" in fields:
        return steps.decode_error(fields, event_id)
    return outputs.decode_event(kind, fields, event_id) or steps.decode_event(kind, fields, event_id)
