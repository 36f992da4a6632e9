"""The edition served today: steps in, steps out. What its older sibling allowed is refused here.

Source: "Interactions API" reference, Gemini API docs, revision 2026-05-20.
"""

from collections.abc import Callable

from pydantic import JsonValue

from bot.simulators.gemini import wire
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import ApiError, JsonObject, is_one_of, objects

_FORMATS = frozenset({"text", "image", "audio", "video"})


class Steps:
    """What everything else in the simulator speaks anyway."""

    def read(self, body: JsonObject) -> JsonObject:
        given = body.get("input")
        items: list[JsonValue] = given if isinstance(given, list) else [given]
        if any("role" in item for item in objects(items)):
            raise _invalid("'input' must not hold {role, content} turns; send steps.")
        for wanted in _formats(body.get("response_format")):
            _check_format(wanted)
        return body

    def answer(self, interaction: Interaction) -> JsonObject:
        return interaction.answer()

    def timeline(self, interaction: Interaction, *, include_input: bool) -> JsonObject:
        about = interaction.timeline()
        return about | {"input": wire.plain(interaction.input)} if include_input else about

    def events(self) -> Callable[[JsonObject], list[JsonObject]]:
        return lambda event: [event]


def _formats(value: JsonValue) -> list[JsonObject]:
    if value is None:
        return []
    items: list[JsonValue] = value if isinstance(value, list) else [value]
    formats = objects(items)
    if len(formats) != len(items):
        raise _invalid("'response_format' must be an object or a list of objects.")
    return formats


def _check_format(wanted: JsonObject) -> None:
    if not is_one_of(wanted.get("type"), _FORMATS):
        raise _invalid("'response_format.type' must be one of text, image, audio, video; a schema goes into 'schema'.")
    if wanted["type"] == "image":
        if wanted.get("mime_type") not in (None, "image/jpeg"):
            raise _invalid("'response_format.mime_type' must be image/jpeg for images.")
        if str(wanted.get("image_size", "")).endswith("k"):
            raise _invalid("'response_format.image_size' is written with an upper-case K.")


def _invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)
