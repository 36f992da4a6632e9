"""From our frozen records to JSON: most are named field for field as the API names them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar, Protocol, cast

from bot.interactions.wire import Json, JsonObject


class Record(Protocol):
    """Any of our dataclasses."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def encode_record(record: Record) -> dict[str, Json]:
    """The fields that say something: neither None nor empty."""
    encoded = {item.name: _encode(getattr(record, item.name)) for item in fields(record)}
    return {name: value for name, value in encoded.items() if value is not None and value not in ([], {})}


def _encode(value: object) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        return encode_record(value)
    if isinstance(value, tuple):
        return [_encode(item) for item in cast("tuple[object, ...]", value)]
    return dict(cast("JsonObject", value)) if isinstance(value, Mapping) else cast("Json", value)


def encode_schema(schema: JsonObject) -> dict[str, Json]:
    """A JSON schema without `required: []`, which is lawful, is what generators write, and gets refused."""
    return {key: _sound(value) for key, value in schema.items() if not (key == "required" and value == [])}


def _sound(value: Json) -> Json:
    if isinstance(value, list):
        return [_sound(item) for item in value]
    return encode_schema(value) if isinstance(value, dict) else value
