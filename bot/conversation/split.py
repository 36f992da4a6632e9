"""Long Markdown in several messages."""

import re
import unicodedata

SMALLEST_LIMIT_CHARS = 16  # room for a fence that is closed and reopened, and for some text
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
SEPARATORS = ("\n\n", "\n", " ")  # where to cut, best first
JOINER = "\u200d"  # binds its neighbours into one, as in many emoji
VARIATIONS = "\ufe0e\ufe0f"


def split(text: str, *, limit_chars: int) -> list[str]:
    """Cut Markdown into messages a platform accepts, at paragraphs, lines or words where there are any.

    Returns pieces of 1 to `limit_chars` characters, in order. A code fence that is cut is closed and
    reopened. All pieces but the last stay the same when the text grows, so a reply can be shown while it
    is written. A text without visible characters gives an empty list.
    Raises ValueError when `limit_chars` is too small to close and reopen a fence.
    """
    if limit_chars < SMALLEST_LIMIT_CHARS:
        raise ValueError(f"a message needs room for {SMALLEST_LIMIT_CHARS} characters, not {limit_chars}")
    pieces: list[str] = []
    rest = text
    while len(rest) > limit_chars:
        piece, rest = _first_piece(rest, limit_chars)
        pieces.append(piece)
    return [piece for piece in (*pieces, rest) if piece.strip()]


def close_fence(text: str) -> str:
    """The text with its last code fence closed, if it is open."""
    opened = _open_fence(text)
    return text if opened is None else f"{text}\n{opened.group(1)}"


def _first_piece(text: str, limit_chars: int) -> tuple[str, str]:
    head, tail = _cut(text, limit_chars)
    opening = _open_fence(head)
    if opening is None:
        return head, tail
    closing = "\n" + opening.group(1)
    if len(opening.group()) + len(closing) > limit_chars // 2:  # a "fence" longer than its code: let it break
        return head, tail
    head, tail = _cut(text, limit_chars - len(closing))
    opening = _open_fence(head)
    return (head, tail) if opening is None else (head + closing, f"{opening.group()}\n{tail}")


def _cut(text: str, limit_chars: int) -> tuple[str, str]:
    """The longest good beginning of the text, and what follows the separator it was cut at."""
    for separator in SEPARATORS:
        at = text.rfind(separator, limit_chars // 2, limit_chars + len(separator))
        if at > 0:
            return text[:at], text[at + len(separator) :]
    at = limit_chars
    while at > limit_chars // 2 and _belongs_together(text[at - 1], text[at]):
        at -= 1
    return text[:at], text[at:]


def _belongs_together(left: str, right: str) -> bool:
    return JOINER in (left, right) or right in VARIATIONS or bool(unicodedata.combining(right))


def _open_fence(text: str) -> re.Match[str] | None:
    """The line that opened the code fence in which the text ends, or None outside of one."""
    opened: re.Match[str] | None = None
    for line in FENCE.finditer(text):
        if opened is None:
            opened = line
        elif line[1].startswith(opened[1]) and not line[2].strip():
            opened = None
    return opened
