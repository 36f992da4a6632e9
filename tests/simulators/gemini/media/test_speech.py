"""Tones of the right length, pitch and coding."""

import base64
import io
import wave
from typing import Any

import pytest

from bot.simulators.gemini.formats import AudioFormat
from bot.simulators.gemini.media.speech import speak

PAIR = [{"speaker": "Alice", "voice": "Zephyr"}, {"speaker": "Bob", "voice": "Puck"}]


def spoken(text: str, config: Any = None, **wanted: Any) -> bytes:
    return base64.b64decode(str(speak(text, config, AudioFormat(**wanted))["data"]))


def test_a_text_twice_as_long_takes_twice_as_long() -> None:
    once = len(spoken("good morning "))

    assert len(spoken("good morning " * 2)) == 2 * once


def test_the_rate_decides_the_samples_and_not_the_length() -> None:
    slow, fast = len(spoken("good morning", sample_rate=8_000)), len(spoken("good morning", sample_rate=48_000))

    assert fast / slow == pytest.approx(6, rel=0.05)


def test_speakers_have_a_pitch_of_their_own_and_only_their_lines_are_spoken() -> None:
    text = "TTS the following conversation\nAlice: hello\nBob: hello"

    both, alice = spoken(text, PAIR), spoken("Alice: hello", PAIR)

    assert both.startswith(alice)
    assert both != alice * 2
    assert 1.7 < len(both) / len(alice) < 2.3


def test_a_wave_file_says_what_it_is() -> None:
    with wave.open(io.BytesIO(spoken("hello", mime_type="audio/wav"))) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (24_000, 1, 2)


@pytest.mark.parametrize(("law", "silence"), [("mulaw", 0xFF), ("alaw", 0xD5)])
def test_telephone_codings_have_a_byte_a_sample(law: str, silence: int) -> None:
    coded = spoken("hello", mime_type=f"audio/{law}")

    assert len(coded) * 2 == len(spoken("hello"))
    assert coded[-1] == silence
