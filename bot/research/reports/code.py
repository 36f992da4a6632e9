"""Blocks of code on pages: every line whole, broken where it is longer than the page is wide."""

from collections.abc import Iterator

from reportlab.platypus import Flowable, Spacer, XPreformatted

from bot.research.reports import styles
from bot.research.reports.fonts import Face
from bot.research.reports.inline import Inline

PADDING = 6  # points
TAB = "    "
PIECE_LINES = 1000  # set at once: the library takes the longer per line the longer a block is
SHADED = styles.ParagraphStyle(
    "shaded",
    styles.CODE,
    leftIndent=PADDING,
    rightIndent=PADDING,
    borderPadding=PADDING,
    backColor=styles.SHADE,
)


def set_code(code: str, inline: Inline, width: float) -> Iterator[Flowable]:
    letters = max(8, int((width - 2 * PADDING) / styles.CODE_LETTER))
    lines = [piece for line in code.rstrip("\n").split("\n") for piece in _broken(line.replace("\t", TAB), letters)]
    yield Spacer(1, PADDING)
    for start in range(0, len(lines), PIECE_LINES):
        shown = [inline.text(line, Face(mono=True)) for line in lines[start : start + PIECE_LINES]]
        yield XPreformatted("\n".join(shown), SHADED)
        yield Spacer(1, 2 * PADDING)


def _broken(line: str, letters: int) -> Iterator[str]:
    yield line[:letters]
    for start in range(letters, len(line), letters):
        yield line[start : start + letters]
