"""Speech as tones: one for each word, at a pitch of its own, as long as the word takes to say.

PCM is signed, 16 bit, little endian, mono, and has no header, as the guide has it.

Source: "Speech generation", Gemini API docs.
"""

import array
import base64
import hashlib
import io
import math
import re
import sys
import wave
from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from bot.simulators.gemini.formats import AudioFormat
from bot.simulators.gemini.media.companding import compand
from bot.simulators.gemini.wire import JsonObject, objects

SECONDS_PER_CHAR = 0.06
_PAUSE_SECONDS = 0.08
_LONGEST_SECONDS = 600
_LOUDNESS = 9_000
_SAMPLE_BYTES = 2


def speak(text: str, speech_config: JsonValue, wanted: AudioFormat) -> JsonObject:
    """An audio block of these words. Lines that begin with a configured speaker's name are spoken by that speaker."""
    pcm = _pcm(text, _speakers(speech_config), wanted.sample_rate)
    data = _encode(pcm, wanted)
    about: JsonObject = {"type": "audio", "mime_type": wanted.mime_type, "channels": 1}
    return about | {"sample_rate": wanted.sample_rate, "data": base64.b64encode(data).decode()}


def _speakers(config: JsonValue) -> list[str]:
    given = config.get("speakers", [config]) if isinstance(config, dict) else config
    return [str(each["speaker"]) for each in objects(given) if each.get("speaker")]


def _pcm(text: str, speakers: Sequence[str], rate: int) -> bytes:
    spoken = bytearray()
    for pitch, words in _lines(text, speakers):
        for word in words.split():
            spoken += _tone(_frequency(word, pitch), len(word) * SECONDS_PER_CHAR, rate)
            spoken += bytes(round(_PAUSE_SECONDS * rate) * _SAMPLE_BYTES)
            if len(spoken) > _LONGEST_SECONDS * rate * _SAMPLE_BYTES:
                return bytes(spoken)
    return bytes(spoken)


def _lines(text: str, speakers: Sequence[str]) -> Iterator[tuple[float, str]]:
    """The pitch and the words of each line; with several speakers only the lines that are theirs."""
    if not speakers:
        yield 1.0, text.removeprefix("Say the following:")
        return
    theirs = re.compile(rf"(?m)^\s*({'|'.join(map(re.escape, speakers))})\s*:\s*(.+)$")
    found = theirs.findall(text)
    if not found:
        yield 1.0, text
    for speaker, words in found:
        yield 1.0 + 0.5 * speakers.index(speaker), words


def _frequency(word: str, pitch: float) -> float:
    return (180 + hashlib.sha256(word.lower().encode()).digest()[0]) * pitch  # Hz


def _tone(frequency: float, seconds: float, rate: int) -> bytes:
    """Whole periods of a sine: quick to make, and without a click where they meet."""
    samples = max(round(rate / frequency), 2)
    period = array.array("h", (round(_LOUDNESS * math.sin(math.tau * n / samples)) for n in range(samples)))
    if sys.byteorder == "big":
        period.byteswap()
    return period.tobytes() * max(round(seconds * rate / samples), 1)


def _encode(pcm: bytes, wanted: AudioFormat) -> bytes:
    match wanted.mime_type:
        case "audio/wav":
            return _wav(pcm, wanted.sample_rate)
        case "audio/mulaw" | "audio/alaw":
            return compand(pcm, law=wanted.mime_type.removeprefix("audio/"))
        case _:
            return pcm


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(_SAMPLE_BYTES)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()
