"""Server-sent events, split as bytes.

Line ends never occur inside a UTF-8 character, so nothing is decoded before a frame is whole: chunks may
be cut anywhere. Some refusals come as bare JSON between the frames; those become frames of their own.

Source: "Server-sent events", HTML standard; "Streaming interactions", Gemini API docs.
"""

from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
_FIELDS = frozenset({b"data", b"event", b"id", b"retry"})


class Frame(NamedTuple):
    event: bytes  # empty when the frame names none
    data: bytes


class Splitter:
    """Feed it chunks as they come; it gives the frames that are whole."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []  # of a line that has no end yet
        self._after_cr = False
        self._at_start = True
        self._event = b""
        self._data: list[bytes] = []
        self._bare: list[bytes] = []
        self._is_between = False  # nothing is held

    def feed(self, chunk: bytes) -> list[Frame]:
        if self._is_between and chunk.endswith(b"\n\n") and b"\r" not in chunk:
            return self._feed_whole(chunk)
        frames: list[Frame] = []
        self._feed_lines(chunk, frames)
        return frames

    def _feed_whole(self, chunk: bytes) -> list[Frame]:
        """The usual case, in a third of the time: whole frames of one event and one line of data each."""
        frames: list[Frame] = []
        for part in chunk[:-2].split(b"\n\n"):
            head, found, data = part.partition(b"\ndata: ")
            if found and head.startswith(b"event: ") and b"\n" not in head and b"\n" not in data:
                frames.append(Frame(head[7:], data))
            else:
                self._feed_lines(part + b"\n\n", frames)
        return frames

    def _feed_lines(self, chunk: bytes, frames: list[Frame]) -> None:
        for line in self._lines(chunk):
            self._take(line, frames)
        self._is_between = not (
            self._pieces or self._after_cr or self._at_start or self._event or self._data or self._bare
        )

    def close(self) -> list[Frame]:
        """What a stream leaves that ended without its last blank line."""
        frames: list[Frame] = []
        self._take(b"".join(self._pieces), frames)
        self._flush(frames)
        self._pieces = []
        return frames

    def _lines(self, chunk: bytes) -> list[bytes]:
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if b"\n" not in chunk and b"\r" not in chunk:
            self._pieces.append(chunk)  # a megabyte of base64 in one line is joined once, not per chunk
            return []
        self._after_cr = chunk.endswith(b"\r")
        lines = b"".join((*self._pieces, chunk)).splitlines()
        self._pieces = [] if chunk.endswith((b"\n", b"\r")) else [lines.pop()]
        return lines

    def _take(self, line: bytes, frames: list[Frame]) -> None:
        if self._at_start:
            line = line.removeprefix(_BOM)
            self._at_start = False
        if not line:
            self._flush(frames)
            return
        name, _, value = line.partition(b":")
        if name in _FIELDS:
            self._field(name, value.removeprefix(b" "))
        elif name and (self._bare or name[:1] in b"{["):
            self._bare.append(line)

    def _field(self, name: bytes, value: bytes) -> None:
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value

    def _flush(self, frames: list[Frame]) -> None:
        if self._data:
            frames.append(Frame(self._event, b"\n".join(self._data)))
        if self._bare:
            frames.append(Frame(b"", b"\n".join(self._bare)))
        if self._event or self._data or self._bare:
            self._event, self._data, self._bare = b"", [], []
