"""Content blocks, which are the same in both editions.

Source: "Content", Interactions API reference.
"""

import binascii
from base64 import b64decode, b64encode
from typing import Literal, assert_never

from bot.content import FileRef, Inline, MediaContent, TextContent, Uri
from bot.interactions.editions.plain import encode_record
from bot.interactions.requests import Block, Clip, Viewed
from bot.interactions.steps import MediaOutput, OtherOutput, OutputContent, TextOutput
from bot.interactions.wire import Json, JsonObject, entries, text, whole, without

MediaType = Literal["image", "audio", "video", "document"]
_READ = ("type", "mime_type", "data", "uri", "sample_rate", "rate", "channels")


def encode_block(block: Block) -> dict[str, Json]:
    """One block of a request.

    Raises ValueError for what has to be opened first: a file of the chat platform, and a text file,
    for which the API has no type but text.
    """
    match block:
        case TextContent():
            return {"type": "text", "text": block.text}
        case Viewed():
            return encode_block(block.content) | _encode_view(block)
        case _:
            return _encode_medium(block)


def _encode_medium(content: MediaContent) -> dict[str, Json]:
    if content.mime_type.startswith("text/") and content.mime_type != "text/csv":
        raise ValueError(f"a file of type {content.mime_type} is sent as text, not as {content.type}")
    named: dict[str, Json] = {"mime_type": content.mime_type} if content.mime_type else {}
    return {"type": content.type, **named, **_encode_source(content)}


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


def _encode_view(view: Viewed) -> dict[str, Json]:
    processing = encode_record(view.processing) if isinstance(view.processing, Clip) else view.processing
    return without({"resolution": view.resolution, "processing": processing, "name": view.name})


def encode_output(content: OutputContent) -> dict[str, Json]:
    """A block of an answer, for a history: what `decode_content` read, as it came."""
    match content:
        case TextOutput():
            cited: dict[str, Json] = {"annotations": [dict(item) for item in content.annotations]}
            return {"type": "text", "text": content.text, **(cited if content.annotations else {}), **content.extra}
        case MediaOutput():
            data = None if content.data is None else b64encode(content.data).decode()
            said = {
                "mime_type": content.mime_type or None,
                "data": data,
                "uri": content.uri,
                "sample_rate": content.sample_rate,
                "channels": content.channels,
            }
            return {"type": content.type, **without(said), **content.extra}
        case OtherOutput():
            return dict(content.fields)


def decode_content(fields: JsonObject) -> OutputContent:
    match text(fields, "type"):
        case "text":
            return TextOutput(
                text(fields, "text"), decode_annotations(fields), without(fields, "type", "text", "annotations")
            )
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


def decode_media(kind: MediaType, fields: JsonObject) -> MediaOutput | None:
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
        extra=without(fields, *_READ),
    )


def decode_annotations(fields: JsonObject) -> tuple[JsonObject, ...]:
    return tuple(entries(fields, "annotations"))
