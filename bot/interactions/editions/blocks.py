"""What both editions share: content blocks, usage, problems and the settings of a model.

Source: "Content", "Usage", "GenerationConfig", Interactions API reference.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import fields as dataclass_fields
from typing import Literal, assert_never

from bot.content import Content, FileRef, Inline, MediaContent, TextContent, Uri
from bot.interactions.types import (
    GenerationConfig,
    MediaOutput,
    OtherOutput,
    OutputContent,
    Problem,
    TextOutput,
    Usage,
)
from bot.interactions.wire import Json, JsonObject, entries, text, whole, without

_USAGE = tuple(field.name for field in dataclass_fields(Usage))
_SETTINGS = tuple(field.name for field in dataclass_fields(GenerationConfig))


def encode_content(content: Content) -> dict[str, Json]:
    """One block of a request.

    Raises ValueError for what has to be opened first: a file of the chat platform, and a text file,
    for which the API has no type but text.
    """
    if isinstance(content, TextContent):
        return {"type": "text", "text": content.text}
    if content.mime_type.startswith("text/") and content.mime_type != "text/csv":
        raise ValueError(f"a file of type {content.mime_type} is sent as text, not as {content.type}")
    return {"type": content.type, "mime_type": content.mime_type, **_encode_source(content)}


def _encode_source(content: MediaContent) -> dict[str, Json]:
    match content.source:
        case Inline(data=data):
            return {"data": b64encode(data).decode()}
        case Uri(uri=uri):
            return {"uri": uri}
        case FileRef():
            raise ValueError(f"the {content.type} is still a file of its platform: open it first")
        case _ as unreachable:
            assert_never(unreachable)


def encode_generation_config(config: GenerationConfig) -> dict[str, Json]:
    settings: dict[str, Json] = {name: getattr(config, name) for name in _SETTINGS if name != "stop_sequences"}
    settings["stop_sequences"] = list(config.stop_sequences) or None
    return without(settings)


def decode_content(fields: JsonObject) -> OutputContent:
    match text(fields, "type"):
        case "text":
            return TextOutput(text(fields, "text"), decode_annotations(fields))
        case "image" | "audio" | "video" | "document" as kind:
            return decode_media(kind, fields) or OtherOutput(fields)
        case "" if "text" in fields:  # summaries of thoughts may leave the type out
            return TextOutput(text(fields, "text"))
        case _:
            return OtherOutput(fields)


def decode_contents(fields: JsonObject, key: str) -> tuple[OutputContent, ...]:
    """The blocks in a list; a bare string is one text."""
    if bare := text(fields, key):
        return (TextOutput(bare),)
    return tuple(map(decode_content, entries(fields, key)))


def decode_media(kind: Literal["image", "audio", "video", "document"], fields: JsonObject) -> MediaOutput | None:
    """The medium, or None when its bytes cannot be read."""
    try:
        data = b64decode(text(fields, "data"), validate=True)
    except (binascii.Error, ValueError):  # ValueError: not even ASCII
        return None
    return MediaOutput(
        type=kind,
        mime_type=text(fields, "mime_type"),
        data=data or None,
        uri=text(fields, "uri") or None,
        sample_rate=whole(fields, "sample_rate") or whole(fields, "rate") or None,
        channels=whole(fields, "channels") or None,
    )


def decode_annotations(fields: JsonObject) -> tuple[JsonObject, ...]:
    return tuple(entries(fields, "annotations"))


def decode_usage(fields: JsonObject) -> Usage:
    return Usage(**{name: whole(fields, name) for name in _USAGE})


def decode_problem(fields: JsonObject) -> Problem:
    code = text(fields, "code") or text(fields, "status") or str(whole(fields, "code") or "")
    return Problem(code, text(fields, "message"))
