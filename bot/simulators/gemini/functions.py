"""Which of the caller's functions are called, and with what: when the words of the prompt ask for one.

Source: "Function calling", Gemini API docs.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from bot.simulators.gemini import prompt
from bot.simulators.gemini.pieces import Call
from bot.simulators.gemini.schema import fill, found_strings
from bot.simulators.gemini.wire import ApiError, JsonObject, is_one_of, objects

_MODES = frozenset({"auto", "any", "none", "validated"})
_MOST_CALLS = 8
_SAY_NOTHING = """
    a an the of for to in on at is it and or with by from get set do make take run call list find show the this that
    given specified requested certain one some your you me my gets sets takes returns what current
"""
_EMPTY_WORDS = frozenset(_SAY_NOTHING.split())


def parse_choice(tool_choice: JsonValue) -> tuple[str, frozenset[str] | None]:
    """Mode and the names that are allowed (None: all). Raises ApiError 400 for what is neither."""
    if tool_choice is None:
        return "auto", None
    if isinstance(tool_choice, str) and tool_choice in _MODES:
        return tool_choice, None
    allowed = tool_choice.get("allowed_tools") if isinstance(tool_choice, dict) else None
    if not isinstance(allowed, dict) or not is_one_of(allowed.get("mode", "auto"), _MODES):
        raise ApiError(400, "invalid_request", "'tool_choice' must be auto, any, none, validated or allowed_tools.")
    names = allowed.get("tools")
    return str(allowed.get("mode", "auto")), frozenset(map(str, names)) if isinstance(names, list) else None


def calls(tools: Sequence[JsonObject], tool_choice: JsonValue, question: str, *, answered: bool) -> list[Call]:
    """The calls of this turn, none when nothing asks for one or the mode forbids it.

    `answered` says that results came with this request: then only a mode that demands a call brings another.
    """
    mode, allowed = parse_choice(tool_choice)
    functions = [tool for tool in tools if tool.get("type") == "function"]
    functions = [tool for tool in functions if allowed is None or str(tool["name"]) in allowed]
    if mode == "none" or not functions or (answered and mode != "any"):
        return []
    asked = [tool for tool in functions if _is_asked_for(tool, question)]
    if not asked and mode == "any":
        asked = functions[:1]
    return [call for tool in asked for call in _calls_of(tool, question)][:_MOST_CALLS]


def _is_asked_for(tool: JsonObject, question: str) -> bool:
    """By its whole name, by a word of its name, or by two words of its description."""
    name = str(tool["name"])
    said = set(prompt.words(question))
    if name.lower() in question.lower() or _telling(name) & said:
        return True
    return len(_telling(str(tool.get("description", ""))) & said) > 1


def _telling(text: str) -> set[str]:
    return {word for word in prompt.words(text) if len(word) > 2} - _EMPTY_WORDS


def _calls_of(tool: JsonObject, question: str) -> list[Call]:
    """One call; or one for each thing asked about, when its only parameter takes one at a time."""
    name, parameters = str(tool["name"]), tool.get("parameters")
    schema = parameters if isinstance(parameters, dict) else {}
    several = _several(schema, question)
    if several is not None:
        parameter, values = several
        return [Call(name, {parameter: value}) for value in values]
    return [Call(name, objects([fill({"type": "object", **schema}, question)])[0])]


def _several(schema: JsonObject, question: str) -> tuple[str, list[str]] | None:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or len(properties) != 1:
        return None
    [(parameter, inner)] = properties.items()
    if not isinstance(inner, dict) or inner.get("type") != "string" or "enum" in inner:
        return None
    values = list(dict.fromkeys(found_strings(parameter, question)))
    return (parameter, values) if len(values) > 1 else None
