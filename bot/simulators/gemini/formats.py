"""What form the answer is to have: JSON by a schema, an image, speech, text; from `response_format` and the model.

Source: "Structured output", "Image generation" and "Speech generation", Gemini API docs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bot.simulators.gemini.wire import ApiError, JsonObject, objects

_NAMED_RATIOS = "1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9 1:4 4:1 1:8 8:1"
RATIOS = frozenset(_NAMED_RATIOS.split())
SIZES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
_SPOKEN = frozenset({"audio/l16", "audio/wav", "audio/mulaw", "audio/alaw"})
_HEARD_ELSEWHERE = frozenset({"audio/mp3", "audio/ogg_opus"})
_DEEPEST_SCHEMA = 64


@dataclass(frozen=True)
class ImageFormat:
    width_to_height: tuple[int, int] = (1, 1)
    side: int = 1024  # of the square with as many pixels
    mime_type: str = "image/jpeg"


@dataclass(frozen=True)
class AudioFormat:
    mime_type: str = "audio/l16"
    sample_rate: int = 24_000  # Hz


@dataclass(frozen=True)
class Formats:
    """All that was asked for; with nothing asked for, plain text."""

    text: bool = True
    schema: JsonObject | None = None
    image: ImageFormat | None = None
    audio: AudioFormat | None = None


def parse_formats(response_format: JsonValue, modalities: Sequence[str], *, model: str) -> Formats:
    """Raises ApiError 400 for a format that is wrong, 501 for one that only the real service has."""
    wanted = objects(response_format if isinstance(response_format, list) else [response_format])
    wanted.extend({"type": modality.lower()} for modality in modalities)
    if not wanted:
        return _by_model(model)
    by_type: dict[str, JsonObject] = {str(item.get("type")): item for item in reversed(wanted)}
    if "video" in by_type:
        raise ApiError(501, "unimplemented", "This simulator makes no videos.")
    return Formats(
        text="text" in by_type,
        schema=_schema(by_type["text"]) if "text" in by_type else None,
        image=_image(by_type["image"]) if "image" in by_type else None,
        audio=_audio(by_type["audio"]) if "audio" in by_type else None,
    )


def _by_model(model: str) -> Formats:
    if "-image" in model or "banana" in model:
        return Formats(image=ImageFormat())
    if "-tts" in model:
        return Formats(text=False, audio=AudioFormat())
    return Formats()


def _schema(wanted: JsonObject) -> JsonObject | None:
    schema = wanted.get("schema")
    if schema is None:
        return None
    if not isinstance(schema, dict) or _depth(schema) > _DEEPEST_SCHEMA:
        raise _invalid("'response_format.schema' must be a JSON schema, and not too complex.")
    return schema


def _depth(value: JsonValue) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(each) for each in inner), default=0)


def _image(wanted: JsonObject) -> ImageFormat:
    _check_delivery(wanted)
    ratio, size = str(wanted.get("aspect_ratio", "1:1")), str(wanted.get("image_size", "1K"))
    if ratio not in RATIOS:
        raise _invalid(f"'aspect_ratio' must be one of {', '.join(sorted(RATIOS))}.")
    if size not in SIZES:
        raise _invalid(f"'image_size' must be one of {', '.join(SIZES)}.")
    width, _, height = ratio.partition(":")
    return ImageFormat((int(width), int(height)), SIZES[size], str(wanted.get("mime_type", "image/jpeg")))


def _audio(wanted: JsonObject) -> AudioFormat:
    _check_delivery(wanted)
    named = str(wanted.get("mime_type", "audio/l16")).lower()
    mime_type = named if named.startswith("audio/") else f"audio/{named}"
    if mime_type in _HEARD_ELSEWHERE:
        raise ApiError(501, "unimplemented", "This simulator speaks l16, wav, mulaw and alaw only.")
    if mime_type not in _SPOKEN:
        raise _invalid("'response_format.mime_type' is no audio format.")
    rate = wanted.get("sample_rate", 24_000)
    if not isinstance(rate, int) or not 8_000 <= rate <= 48_000:
        raise _invalid("'sample_rate' must be between 8000 and 48000.")
    return AudioFormat(mime_type, rate)


def _check_delivery(wanted: JsonObject) -> None:
    if wanted.get("delivery") not in (None, "inline"):
        raise _invalid("'delivery' other than inline is not supported.")


def _invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)
