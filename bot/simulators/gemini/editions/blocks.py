"""Steps and the content blocks that stood for them in the edition `outputs`, in both directions."""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from bot.simulators.gemini import wire
from bot.simulators.gemini.kinds import STEPS
from bot.simulators.gemini.wire import ApiError, JsonObject, is_one_of, objects

_SAYS = ("user_input", "model_output")


def parse_turns(turns: Sequence[JsonObject]) -> list[JsonObject]:
    """`{role, content}` turns as steps. Raises ApiError 400 for a role that is neither `user` nor `model`."""
    steps: list[JsonObject] = []
    for turn in turns:
        if turn.get("role") not in ("user", "model") or "content" not in turn:
            raise ApiError(400, "invalid_request", "A turn needs a 'role' (user or model) and 'content'.")
        said = "user_input" if turn["role"] == "user" else "model_output"
        steps += _parse_content(turn["content"], said)
    return steps


def render_blocks(steps: Iterable[JsonObject]) -> list[JsonObject]:
    """The blocks that steps were: what is said stands bare, everything else keeps its type."""
    blocks: list[JsonObject] = []
    for step in steps:
        if step.get("type") in _SAYS:
            blocks += [render_block(block) for block in wire.blocks(step)]
        else:
            blocks.append(render_block(step))
    return blocks


def render_block(block: JsonObject) -> JsonObject:
    """A block, or a step that was a block, with what this edition named otherwise."""
    match block.get("type"):
        case "text" if "annotations" in block:
            return block | {"annotations": render_annotations(block["annotations"])}
        case "google_search_result":
            return _render_search(block)
        case "google_maps_result":
            return {**block, "result": objects(block.get("result"))[0]}
        case "code_execution_result":
            return block | {"result": _as_text(block.get("result"))}
        case "audio" if "sample_rate" in block:
            return block | {"rate": block["sample_rate"]}
        case _:
            return block


def render_annotations(annotations: JsonValue) -> JsonValue:
    """Citations also by `source`, the only name the first SDK had for where a span is from."""
    return wire.plain([each | {"source": each["url"]} if "url" in each else each for each in objects(annotations)])


def _render_search(block: JsonObject) -> JsonObject:
    """The suggestions beside the result, as one guide has it, and in it, as the first SDK has it."""
    found = objects(block.get("result"))
    suggestions = next((each["search_suggestions"] for each in found if "search_suggestions" in each), None)
    pages: list[JsonObject] = [{"url": each["url"], "title": each["title"]} for each in found if "url" in each]
    if suggestions is None:
        return block | {"result": wire.plain(pages)}
    if pages:
        pages[0]["rendered_content"] = suggestions
    return block | {"result": wire.plain(pages), "rendered_content": suggestions}


def _parse_content(content: JsonValue, said: str) -> list[JsonObject]:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    items = objects([content] if isinstance(content, dict) else content)
    steps: list[JsonObject] = []
    for item in map(_without_nulls, items):
        if is_one_of(item.get("type"), STEPS):
            steps.append(_parse_step(item))
        elif steps and steps[-1]["type"] == said:
            steps[-1]["content"] = wire.plain([*wire.blocks(steps[-1]), item])
        else:
            steps.append({"type": said, "content": [item]})
    return steps


def _parse_step(item: JsonObject) -> JsonObject:
    if item["type"] == "google_maps_result" and isinstance(item.get("result"), dict):
        return {**item, "result": [item["result"]]}
    return item


def _without_nulls(item: JsonObject) -> JsonObject:
    return {name: value for name, value in item.items() if value is not None}


def _as_text(result: JsonValue) -> JsonValue:
    found = objects(result)
    return "".join(str(block.get("text", "")) for block in found) if found else result
