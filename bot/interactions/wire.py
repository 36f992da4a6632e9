"""JSON from the wire: read what is there, trust none of it.

Every reader here accepts anything and gives an empty value where the wanted kind is missing, so that a
null, a new type or a damaged field costs that field and never the answer.
"""

from collections.abc import Mapping
from typing import TypeAlias

from pydantic_core import from_json

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]


def parse(data: bytes | str) -> Json:
    """The value in `data`. Raises ValueError, and nothing else, when it is not JSON."""
    value: Json = from_json(data, cache_strings="keys")
    return value


def parse_object(data: bytes | str) -> JsonObject:
    """The object in `data`. Raises ValueError when it is not JSON or not an object."""
    value = parse(data)
    if not isinstance(value, dict):
        raise ValueError("JSON, but not an object")  # noqa: TRY004  (callers handle one kind of bad data)
    return value


def text(fields: JsonObject, key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def whole(fields: JsonObject, key: str, default: int = 0) -> int:
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def entry(fields: JsonObject, key: str) -> JsonObject:
    value = fields.get(key)
    return value if isinstance(value, dict) else {}


def entries(fields: JsonObject, key: str) -> list[JsonObject]:
    """The objects in a list; a lone object is a list of one, as some answers have it."""
    value = fields.get(key)
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def without(fields: JsonObject, *keys: str) -> dict[str, Json]:
    """The fields that say something, except those named."""
    return {key: value for key, value in fields.items() if value is not None and key not in keys}
