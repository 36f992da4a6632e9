"""The events of the edition `outputs`, made from those of `steps`: every content block has an index of its own."""

import json
from collections.abc import Callable

from bot.simulators.gemini.editions.blocks import render_annotations, render_block
from bot.simulators.gemini.wire import JsonObject, objects

_INTERACTION_EVENTS = {"interaction.created": "interaction.start", "interaction.completed": "interaction.complete"}
_TEXT_DELTAS = frozenset({"text", "text_annotation_delta"})


class ContentEvents:
    """One stream. It remembers the step that is open, since one step of `model_output` holds several blocks."""

    def __init__(self, render_interaction: Callable[[JsonObject], JsonObject]) -> None:
        self._render_interaction = render_interaction
        self._next_index = 0
        self._shell: JsonObject = {}
        self._open: str | None = None  # the kind of the content block that is open
        self._arguments = ""

    def render(self, event: JsonObject) -> list[JsonObject]:
        """What one event of `steps` becomes: nothing, one event or several."""
        name = str(event["event_type"])
        match name:
            case "interaction.created" | "interaction.completed":
                return [self._about(_INTERACTION_EVENTS[name], event)]
            case "step.start":
                return self._begin(_object(event, "step"))
            case "step.delta":
                return self._more(_object(event, "delta"), event)
            case "step.stop":
                return self._end()
            case _:
                return [event]

    def _about(self, name: str, event: JsonObject) -> JsonObject:
        return {"event_type": name, "interaction": self._render_interaction(_object(event, "interaction"))}

    def _begin(self, shell: JsonObject) -> list[JsonObject]:
        self._shell = shell
        self._arguments = ""
        kind = str(shell["type"])
        return [] if kind == "model_output" else [self._start(kind)]

    def _more(self, delta: JsonObject, event: JsonObject) -> list[JsonObject]:
        events: list[JsonObject] = []
        if self._shell.get("type") == "model_output":
            kind = "text" if delta["type"] in _TEXT_DELTAS else str(delta["type"])
            if kind != self._open:
                events += [*self._end(), self._start(kind)]
        rendered = self._delta(delta)
        if rendered is not None:
            about: JsonObject = {"event_type": "content.delta", "index": self._next_index - 1, "delta": rendered}
            events.append({**about, "event_id": event["event_id"]} if "event_id" in event else about)
        return events

    def _start(self, kind: str) -> JsonObject:
        self._open = kind
        self._next_index += 1
        content: JsonObject = {"type": kind, "text": ""} if kind == "text" else {"type": kind}
        return {"event_type": "content.start", "index": self._next_index - 1, "content": content}

    def _end(self) -> list[JsonObject]:
        if self._open is None:
            return []
        self._open = None
        return [{"event_type": "content.stop", "index": self._next_index - 1}]

    def _delta(self, delta: JsonObject) -> JsonObject | None:
        match delta["type"]:
            case "text_annotation_delta":
                return {"type": "text", "text": "", "annotations": render_annotations(delta["annotations"])}
            case "arguments_delta":
                return self._call(str(delta["arguments"]))
            case str() as kind if kind == self._shell.get("type"):
                return render_block({**self._shell, **delta})
            case _:
                return render_block(delta)

    def _call(self, piece: str) -> JsonObject | None:
        """A call came whole in this edition: as soon as the text of its arguments is."""
        self._arguments += piece
        try:
            arguments = json.loads(self._arguments)
        except ValueError:
            return None
        return {**self._shell, "arguments": arguments}


def _object(event: JsonObject, name: str) -> JsonObject:
    return objects([event[name]])[0]
