"""How a model answers: what goes under `generation_config`, under the API's own names.

Image settings are not here: an image is asked for, with its shape, by `formats.ImageFormat`.

Source: "GenerationConfig", Interactions API reference.
"""

from dataclasses import dataclass
from typing import Literal

ToolMode = Literal["auto", "any", "none", "validated"]


@dataclass(frozen=True, slots=True)
class AllowedTools:
    """A choice among some tools only, by their names."""

    mode: ToolMode
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One voice. With several, `speaker` is the name the text has for it."""

    voice: str | None = None
    language: str | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoConfig:
    task: Literal["text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionConfig:
    mode: Literal["verbatim", "smart"] | None = None
    language_codes: tuple[str, ...] = ()
    custom_vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationConfig:
    """How a model answers. It is not inherited along a chain: send it with every request."""

    max_output_tokens: int | None = None  # thinking counts too
    thinking_level: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None
    thinking_summaries: Literal["auto", "none"] | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop_sequences: tuple[str, ...] = ()
    tool_choice: ToolMode | AllowedTools | None = None
    speech_config: tuple[Speaker, ...] = ()
    video_config: VideoConfig | None = None
    transcription_config: TranscriptionConfig | None = None
