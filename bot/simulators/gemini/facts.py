"""What can be said for certain about bytes by looking at them: size, checksum, pixels, pages, duration."""

import base64
import hashlib
import io
import re
import wave
from dataclasses import dataclass

from bot.simulators.gemini.dimensions import pixels

LOOKED_AT_BYTES = 16 * 1024 * 1024
_PDF_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")


@dataclass(frozen=True)
class Facts:
    """All that is kept of a file: enough to tell what arrived."""

    size_bytes: int
    sha256: bytes
    details: tuple[str, ...] = ()

    @property
    def sha256_base64(self) -> str:
        return base64.b64encode(self.sha256).decode()

    def render(self) -> str:
        found = [f"{self.size_bytes:,} bytes", f"SHA-256 `{self.sha256.hex()[:12]}…`", *self.details]
        return ", ".join(found)


class Look:
    """Bytes as they come in; only the first of them are kept, and only until they were looked at."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._hash = hashlib.sha256()
        self._head = bytearray()

    def add(self, data: bytes) -> None:
        self.size_bytes += len(data)
        self._hash.update(data)
        self._head += data[: max(LOOKED_AT_BYTES - len(self._head), 0)]

    def facts(self) -> Facts:
        return Facts(self.size_bytes, self._hash.digest(), _details(bytes(self._head)))


def look_at(data: bytes) -> Facts:
    look = Look()
    look.add(data)
    return look.facts()


def _details(data: bytes) -> tuple[str, ...]:
    if size := pixels(data):
        return (f"{size[0]} x {size[1]} pixels",)
    if data.startswith(b"%PDF-"):
        return (_counted(len(_PDF_PAGE.findall(data)), "page"),)
    seconds = _wav_seconds(data) if data.startswith(b"RIFF") else _mp4_seconds(data)
    return () if seconds is None else (f"{seconds:.1f} seconds",)


def _wav_seconds(data: bytes) -> float | None:
    try:
        with wave.open(io.BytesIO(data)) as reader:
            return reader.getnframes() / reader.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return None


def _mp4_seconds(data: bytes) -> float | None:
    """From the movie header, version 0 or 1; None for anything else."""
    place = data.find(b"mvhd") + 4 if data[4:8] == b"ftyp" else 3
    long = data[place : place + 1] == b"\x01"
    times = data[place + (20 if long else 12) :][: 12 if long else 8]
    if place < 4 or len(times) < 8:
        return None
    scale = int.from_bytes(times[:4])
    return int.from_bytes(times[4:]) / scale if scale else None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
