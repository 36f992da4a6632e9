"""The edition the first guides print: role turns in, content blocks in `outputs` out.

A request is read into the form `steps` has, and what comes of it is rendered back.

Source: the guide "Interactions API" before May 2026; google-genai 1.55.0.
"""

from collections.abc import Callable, Sequence

from pydantic import JsonValue

from bot.simulators.gemini import wire
from bot.simulators.gemini.editions.blocks import parse_turns, render_block, render_blocks
from bot.simulators.gemini.editions.content_events import ContentEvents
from bot.simulators.gemini.kinds import STEPS
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import ApiError, JsonObject, is_one_of, objects

_ONLY_STEPS = ("continuation_token", "environment", "labels", "safety_settings")
_IMAGE_SIZES = {"1k": "1K", "2k": "2K", "4k": "4K"}


class Outputs:
    """The older edition, for everybody who still speaks it."""

    def read(self, body: JsonObject) -> JsonObject:
        for name in _ONLY_STEPS:
            if name in body:
                raise ApiError(400, "parameter_unknown", f"Unknown parameter '{name}'.")
        read = {
            name: value for name, value in body.items() if name not in ("response_mime_type", "response_modalities")
        }
        read["input"] = _read_input(body.get("input"))
        if isinstance(tools := body.get("tools"), list):
            read["tools"] = [_read_tool(tool) if isinstance(tool, dict) else tool for tool in tools]
        if body.get("agent") is None:
            read["generation_config"] = _read_config(body.get("generation_config"))
        read["response_format"] = _read_formats(body)
        return {name: value for name, value in read.items() if value is not None}

    def answer(self, interaction: Interaction) -> JsonObject:
        return render_interaction(interaction.answer())

    def timeline(self, interaction: Interaction, *, include_input: bool) -> JsonObject:
        about = render_interaction(interaction.progress())
        return about | {"input": _render_input(interaction.input)} if include_input else about

    def events(self) -> Callable[[JsonObject], list[JsonObject]]:
        return ContentEvents(render_interaction).render


def render_interaction(about: JsonObject) -> JsonObject:
    """An interaction with `outputs` instead of `steps`, and with the names its usage had."""
    rendered = {name: value for name, value in about.items() if name != "steps"}
    rendered["role"] = "model"
    if "steps" in about:
        rendered["outputs"] = wire.plain(render_blocks(objects(about["steps"])))
    if isinstance(usage := about.get("usage"), dict):
        # The first releases of the SDK said `reasoning`, the later ones of this edition `thought`.
        rendered["usage"] = usage | {"total_reasoning_tokens": usage["total_thought_tokens"]}
    return rendered


def _read_input(value: JsonValue) -> JsonValue:
    """The forms of `input` as steps; what needs no reading is left to the common checks."""
    if not isinstance(value, list):
        return value
    items = objects(value)
    if any(item.get("type") in ("user_input", "model_output") for item in items):
        raise ApiError(400, "invalid_request", "'input' must hold content or turns, not steps.")
    if any("role" in item for item in items):
        return wire.plain(parse_turns(items))
    if any(is_one_of(item.get("type"), STEPS) for item in items):
        return wire.plain(parse_turns([{"role": "user", "content": value}]))
    return value


def _read_tool(tool: JsonObject) -> JsonObject:
    """`computer_use` had the one field of this edition that is not in snake_case."""
    read = {name: value for name, value in tool.items() if name != "excludedPredefinedFunctions"}
    if "excludedPredefinedFunctions" in tool:
        read["excluded_predefined_functions"] = tool["excludedPredefinedFunctions"]
    return read


def _read_config(value: JsonValue) -> JsonValue:
    """Thoughts were summarised unless one said no; how an image is to be is read with the formats."""
    config = dict(value) if isinstance(value, dict) else {}
    config.pop("image_config", None)
    config.setdefault("thinking_summaries", "auto")
    if isinstance(speech := config.get("speech_config"), dict):
        config["speech_config"] = [speech]
    return config


def _read_formats(body: JsonObject) -> JsonValue:
    """`response_modalities`, `image_config` and the bare schema as a list of typed formats."""
    formats: list[JsonValue] = []
    if isinstance(schema := body.get("response_format"), dict):
        formats.append({"type": "text", "mime_type": "application/json", "schema": schema})
    modalities = [str(each).lower() for each in _list(body.get("response_modalities"))]
    image = _read_image_config(body.get("generation_config"))
    if "image" in modalities or image is not None:
        formats.append({"type": "image", "mime_type": "image/png", **(image or {})})
    if "audio" in modalities:
        formats.append({"type": "audio"})
    if "text" in modalities and not schema:
        formats.append({"type": "text"})
    return formats or None


def _read_image_config(config: JsonValue) -> JsonObject | None:
    image = config.get("image_config") if isinstance(config, dict) else None
    if not isinstance(image, dict):
        return None
    size = image.get("image_size")
    return image | {"image_size": _IMAGE_SIZES.get(str(size), size)} if size is not None else image


def _render_input(steps: Sequence[JsonObject]) -> JsonValue:
    """The input brought to one form: content as long as it is the person's alone, else turns."""
    if all(step.get("type") == "user_input" for step in steps):
        return wire.plain([render_block(block) for step in steps for block in wire.blocks(step)])
    return [_render_turn(step) for step in steps]


def _render_turn(step: JsonObject) -> JsonObject:
    role = "user" if step.get("type") in ("user_input", "function_result") else "model"
    return {"role": role, "content": wire.plain(render_blocks([step]))}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
