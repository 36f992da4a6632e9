"""JSON that fits a JSON schema, with values from the words of a prompt wherever some of them fit.

Source: "Structured output" and "Function calling", Gemini API docs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bot.simulators.gemini import prompt
from bot.simulators.gemini.wire import JsonObject, objects

_DEEPEST = 12
_MOST_CHARS = 500
_DENIALS = frozenset({"not", "no", "never", "unsafe"})
_FORMATTED = {
    "date": "2026-01-31",
    "time": "12:00:00",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "someone@example.invalid",
    "uri": "https://example.invalid/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "duration": "PT1H",
    "ipv4": "192.0.2.1",
    "hostname": "example.invalid",
}
_Find = Callable[[str], Sequence[str]]
# By what a property is called. The first that finds something wins.
_FINDERS: Sequence[tuple[frozenset[str], _Find]] = (
    (frozenset({"url", "uri", "link", "website", "href"}), prompt.urls),
    (frozenset({"email", "mail"}), prompt.emails),
    (frozenset({"date", "day", "deadline"}), prompt.dates),
    (frozenset({"time", "hour"}), prompt.times),
    (frozenset({"attendees", "people", "participants", "guests", "names", "name", "person", "users"}), prompt.people),
    (frozenset({"topic", "subject", "title"}), prompt.topics),
    (
        frozenset({"location", "city", "place", "cities", "locations", "places", "country", "destination"}),
        prompt.places,
    ),
)


@dataclass(frozen=True)
class _Place:
    """Where in the schema we are: under which property, how deep, with which definitions."""

    name: str
    depth: int
    root: JsonObject

    def inner(self, name: str) -> "_Place":
        return _Place(name, self.depth + 1, self.root)


def fill(schema: JsonObject, text: str) -> JsonValue:
    """A value the schema allows; its strings come from `text`, and say that they are simulated where it has none."""
    return _fill(schema, text, _Place("", 0, schema))


def found_strings(name: str, text: str) -> list[str]:
    """What of the text a property of this name is likely to mean."""
    called = set(prompt.words(name))
    return [value for names, find in _FINDERS if called & names for value in find(text)]


def _fill(given: JsonValue, text: str, place: _Place) -> JsonValue:
    schema = _resolve(given, place)
    if "const" in schema:
        return schema["const"]
    if isinstance(options := schema.get("enum"), list) and options:
        return _choose(options, text)
    fill_type = _BY_TYPE.get(_type(schema))
    return None if fill_type is None else fill_type(schema, text, place)


def _resolve(given: JsonValue, place: _Place) -> JsonObject:
    """The schema itself: references followed, the first choice taken, all parts of `allOf` together."""
    schema = given if isinstance(given, dict) else {}
    for _ in range(_DEEPEST):
        if isinstance(reference := schema.get("$ref"), str):
            schema = {**_referenced(reference, place.root), **{k: v for k, v in schema.items() if k != "$ref"}}
        elif choices := objects(schema.get("anyOf") or schema.get("oneOf")):
            rest = {name: value for name, value in schema.items() if name not in ("anyOf", "oneOf")}
            schema = rest | next((each for each in choices if each.get("type") != "null"), choices[0])
        elif parts := objects(schema.get("allOf")):
            schema = {name: value for name, value in schema.items() if name != "allOf"}
            for part in parts:
                schema = _merged(schema, _resolve(part, place))
        else:
            break
    return schema


def _merged(first: JsonObject, second: JsonObject) -> JsonObject:
    merged = first | second
    for name in ("properties", "required"):
        left, right = first.get(name), second.get(name)
        if isinstance(left, dict) and isinstance(right, dict):
            merged[name] = left | right
        elif isinstance(left, list) and isinstance(right, list):
            merged[name] = [*left, *right]
    return merged


def _referenced(reference: str, root: JsonObject) -> JsonObject:
    value: JsonValue = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        if part:
            value = value.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _type(schema: JsonObject) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind.lower()
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _object(schema: JsonObject, text: str, place: _Place) -> JsonObject:
    given, needed = schema.get("properties"), schema.get("required")
    properties = given if isinstance(given, dict) else {}
    required = set(map(str, needed)) if isinstance(needed, list) else set[str]()
    deep = place.depth >= _DEEPEST
    return {
        name: _fill(inner, text, place.inner(name))
        for name, inner in properties.items()
        if name in required or not (deep or (required and not found_strings(name, text)))
    }


def _array(schema: JsonObject, text: str, place: _Place) -> list[JsonValue]:
    fewest, most = int(_limit(schema, "minItems", 0)), int(_limit(schema, "maxItems", 20))
    items = schema.get("items", {})
    count = max(fewest, 0 if place.depth >= _DEEPEST else 1)
    if _type(_resolve(items, place)) == "string" and "enum" not in _resolve(items, place):
        found: list[JsonValue] = [*(found_strings(place.name, text) or prompt.quotations(text))]
        padding = [_fill(items, text, place.inner(place.name)) for _ in range(count - len(found))]
        return [*found, *padding][: max(most, 0)]
    return [_fill(items, text, place.inner(place.name)) for _ in range(min(count, most))]


def _string(schema: JsonObject, text: str, place: _Place) -> str:
    kind = schema.get("format")
    if isinstance(kind, str) and kind in _FORMATTED:
        found = found_strings({"uri": "url", "date-time": ""}.get(kind, kind), text) if kind != "time" else []
        return found[0] if found else _FORMATTED[kind]
    found = found_strings(place.name, text) or prompt.quotations(text)
    value = found[0] if found else str(schema.get("default") or text.strip() or "simulated")
    shortest, longest = int(_limit(schema, "minLength", 0)), int(_limit(schema, "maxLength", _MOST_CHARS))
    return value[:longest].ljust(min(shortest, longest), ".")


def _number(schema: JsonObject, text: str, _place: _Place) -> JsonValue:
    whole = _type(schema) == "integer"
    low = max(_limit(schema, "minimum", -math.inf), _limit(schema, "exclusiveMinimum", -math.inf))
    high = min(_limit(schema, "maximum", math.inf), _limit(schema, "exclusiveMaximum", math.inf))
    fitting = [each for each in prompt.numbers(text) if low < each < high and (not whole or each == int(each))]
    default = schema.get("default")
    value = fitting[0] if fitting else default if isinstance(default, int | float) else _between(low, high)
    if step := _limit(schema, "multipleOf", 0):
        value = math.ceil(value / step) * step
    return math.ceil(value) if whole else value


def _boolean(schema: JsonObject, text: str, _place: _Place) -> bool:
    return bool(schema.get("default", not _DENIALS & set(prompt.words(text))))


def _between(low: float, high: float) -> float:
    if math.isinf(low) and math.isinf(high):
        return 1
    if math.isinf(high):
        return low + 1
    return high - 1 if math.isinf(low) else (low + high) / 2


def _limit(schema: JsonObject, name: str, otherwise: float) -> float:
    value = schema.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _choose(options: Sequence[JsonValue], text: str) -> JsonValue:
    """The option that the text names, else the first."""
    lowered = text.lower()
    return next((each for each in options if isinstance(each, str) and each.lower() in lowered), options[0])


_BY_TYPE: dict[str, Callable[[JsonObject, str, _Place], JsonValue]] = {
    "object": _object,
    "array": lambda schema, text, place: [*_array(schema, text, place)],
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
}
