"""What an answer is to be: text, JSON, an image, speech, a video, or several of them.

Source: "Structured output", "Image generation", "Speech generation", Gemini API docs.
"""

from dataclasses import dataclass, field
from typing import Literal

from bot.interactions.wire import JsonObject

Delivery = Literal["inline", "uri"]


@dataclass(frozen=True, slots=True)
class TextFormat:
    type: Literal["text"] = field(default="text", init=False)


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """JSON by a schema. The API enforces a part of the schema only: validate what comes."""

    schema: JsonObject
    type: Literal["text"] = field(default="text", init=False)
    mime_type: Literal["application/json"] = field(default="application/json", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFormat:
    type: Literal["image"] = field(default="image", init=False)
    aspect_ratio: str | None = None  # such as "16:9"
    image_size: Literal["512", "1K", "2K", "4K"] | None = None
    mime_type: Literal["image/jpeg"] | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFormat:
    """Speech or music; the voices are `GenerationConfig.speech_config`."""

    type: Literal["audio"] = field(default="audio", init=False)
    mime_type: str | None = None
    sample_rate: int | None = None  # Hz
    bit_rate: int | None = None  # bits per second
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFormat:
    type: Literal["video"] = field(default="video", init=False)
    aspect_ratio: Literal["16:9", "9:16"] | None = None
    resolution: str | None = None  # such as "720p"
    duration: str | None = None
    delivery: Delivery | None = None
    gcs_uri: str | None = None


ResponseFormat = TextFormat | JsonFormat | ImageFormat | AudioFormat | VideoFormat
