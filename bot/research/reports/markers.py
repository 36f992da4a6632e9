"""Numbers of sources put into Markdown, without breaking what the Markdown means.

A citation ends at any character: inside a link, in the middle of a word, behind the last bar of a table's row,
in a block of code. Its number goes to the nearest place where it is read as text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from bot.research.reports.markup import read_blocks

# What must not be torn apart. Lengths are bounded, so that no text takes long.
WHOLE = re.compile(
    r"""
      (?<!`)(?P<ticks>`++)[^\n]{1,1000}?(?<!`)(?P=ticks)(?!`)
    | !?\[[^\[\]\n]{0,500}\]\([^()\n]{0,1500}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)
    | \]\([^()\n]{0,1500}\)
    | <[a-zA-Z][^\s<>]{0,1500}>
    | (?P<url>https?://[^\s<>\[\]]+)
    | \\.
    | &\#?\w{1,31};
    | [*_~]{2,}
    | [0-9A-Za-z\u00c0-\u024f\u0370-\u052f]+
    """,
    re.VERBOSE,
)
NEWLINE = re.compile(r"\r\n?|\n")
BARE = re.compile(r"[ \t>#\-=:|*_+]*(?:\d+[.)])?[ \t]*")  # a line, or the start of one, without words
NUMBERS = re.compile(r"(?:\[\d+\])+")
FARTHEST = 2000  # characters back that a number may go
LONGEST_NUMBERS = 64  # characters of numbers that the report itself has at a place


@dataclass(frozen=True, slots=True)
class Marker:
    at: int  # in characters of the text
    number: int


def insert_markers(text: str, markers: Iterable[Marker]) -> str:
    """The text with `[1]` behind each cited span, several together as `[1][3]`.

    Nothing of the text is lost or moved. A number that stands there already is not repeated.
    """
    wholes = _Wholes(text)
    places: dict[_Place, set[int]] = {}
    for marker in markers:
        places.setdefault(wholes.place(_settle(text, marker.at)), set()).add(marker.number)
    pieces: list[str] = []
    done = 0
    for place in sorted(places, key=lambda place: place.at):
        pieces += [text[done : place.at], _render(text, place, places[place])]
        done = place.at
    return "".join([*pieces, text[done:]])


@dataclass(frozen=True, slots=True)
class _Place:
    at: int
    before: str = ""
    after: str = ""


class _Wholes:
    def __init__(self, text: str) -> None:
        self._code = _code_blocks(text)
        self._code_starts = [start for start, _, _ in self._code]
        self._found = list(WHOLE.finditer(text))
        self._starts = [found.start() for found in self._found]

    def place(self, at: int) -> _Place:
        """The nearest place at or behind a character that is inside of nothing."""
        number = bisect_right(self._code_starts, at - 1) - 1
        if number >= 0 and at <= self._code[number][1]:
            start, end, is_closed = self._code[number]
            return _Place(end, "\n\n", "\n") if is_closed else _Place(start, after="\n\n")
        number = bisect_right(self._starts, at - 1) - 1
        if number < 0 or at > (found := self._found[number]).end():
            return _Place(at)
        # A reader of bare addresses would take the number as a part of one.
        return _Place(found.end(), " " if found.lastgroup == "url" else "")


def _code_blocks(text: str) -> list[tuple[int, int, bool]]:
    """Start and end of each block of code, and whether text can go on after it."""
    starts = [0, *(line.end() for line in NEWLINE.finditer(text)), len(text)]
    blocks: list[tuple[int, int, bool]] = []
    for block in read_blocks(text):
        if block.map and block.type in {"fence", "code_block"}:
            start, end = starts[block.map[0]], _back(text, starts[block.map[1]], "\r\n")
            last = text[starts[block.map[1] - 1] : end].strip(" \t>")
            closed = block.type == "code_block" or (block.map[1] - block.map[0] > 1 and set(last) <= set(block.markup))
            blocks.append((start, end, closed and bool(last)))
    return blocks


def _settle(text: str, at: int) -> int:
    """Back to the last word before: over spaces, bars of a table, and lines that only draw something."""
    place = min(at, len(text))
    floor = max(0, place - FARTHEST)
    while place > floor:
        place = _back(text, place, " \t\n\r", floor)
        line_start = text.rfind("\n", floor, place) + 1 or floor
        if not BARE.fullmatch(text, line_start, place):
            break
        place = line_start
    line_start = text.rfind("\n", floor, place) + 1 or floor
    return _back(text, place, " \t|", floor) if text[line_start:place].lstrip().startswith("|") else place


def _back(text: str, at: int, over: str, floor: int = 0) -> int:
    while at > floor and text[at - 1] in over:
        at -= 1
    return at


def _render(text: str, place: _Place, numbers: set[int]) -> str:
    before = re.search(r"(?:\[\d+\])*\Z", text[max(0, place.at - LONGEST_NUMBERS) : place.at])
    behind = NUMBERS.match(text, place.at)
    there = (before[0] if before else "") + (behind[0] if behind else "")
    new = "".join(f"[{number}]" for number in sorted(numbers) if f"[{number}]" not in there)
    if not new:
        return ""
    if not place.after and text.startswith("(", place.at):  # else it would be read as a link
        new = new.replace("[", "\\[").replace("]", "\\]")
    return f"{place.before}{new}{place.after}"
