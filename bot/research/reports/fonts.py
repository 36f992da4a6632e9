"""The letters of a PDF: which font has which, and what none has.

Noto Sans, then FiraGO (arrows, Georgian), then Cascadia Mono (marks, boxes); all from one wheel, under the SIL Open
Font License. What runs from right to left, or joins its letters, would come out unreadable: it counts as missing.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import BytesIO
from itertools import groupby

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REPLACEMENT = "\ufffd"
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
SHAPED = re.compile("[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufefc]")
STAND_INS = {"\u2705": "\u2713", "\u2714": "\u2713", "\u274c": "\u00d7", "\u2b50": "*", "\u2605": "*"}


@dataclass(frozen=True, slots=True)
class Face:
    bold: bool = False
    italic: bool = False
    mono: bool = False

    @property
    def fonts(self) -> tuple[str, ...]:
        """Names of fonts, the wanted one first."""
        style = {(False, False): "Regular", (True, False): "Bold", (False, True): "Italic"}.get(
            (self.bold, self.italic), "BoldItalic"
        )
        proportional = (f"NotoSans_{style}", f"FiraGO_{style}")
        return (f"CascadiaMono_{style}", *proportional) if self.mono else (*proportional, "CascadiaMono_Regular")


PLAIN = Face()


class Letters:
    """Text as runs of one font each; counts what it had to replace."""

    def __init__(self) -> None:
        self.missing = 0
        for name in (*PLAIN.fonts[:1], *Face(mono=True).fonts[:1]):  # what styles name has to be known
            _letters(name)

    def runs(self, text: str, face: Face) -> Iterator[tuple[str, str]]:
        """Pairs of a font's name and the text to set in it, without what cannot be seen."""
        clean = UNSEEN.sub("", unicodedata.normalize("NFC", text))
        first = face.fonts[0]
        if _letters(first).issuperset(clean):
            yield first, clean
            return
        shown = ((_font_of(shown, face), shown) for letter in clean for shown in self._shown(letter, face))
        for name, pairs in groupby(shown, key=lambda pair: pair[0]):
            yield name, "".join(letter for _, letter in pairs)

    def _shown(self, letter: str, face: Face) -> str:
        for candidate in (letter, STAND_INS.get(letter, ""), unicodedata.normalize("NFKC", letter)):
            if candidate and all(_has_any(face, each) for each in candidate):
                return candidate
        self.missing += 1
        return REPLACEMENT


def _has_any(face: Face, letter: str) -> bool:
    return any(letter in _letters(name) for name in face.fonts)


def _font_of(letter: str, face: Face) -> str:
    return next((name for name in face.fonts if letter in _letters(name)), face.fonts[0])


@cache
def _letters(name: str) -> frozenset[str]:
    """What a font can show as it should be. The first call reads the font and makes it known to the PDF library."""
    data: bytes = import_module(f"pymupdf_fonts.{name}").fontbuffer
    font = TTFont(name, BytesIO(data))
    pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(name, name, name, name, name)  # styles are fonts of their own here
    return frozenset(char for char in map(chr, font.face.charToGlyph) if not SHAPED.match(char)) | {" ", "\n", "\t"}
