"""Tables on pages: columns as wide as what is in them, rows of any length over several pages."""

from collections.abc import Iterator, Sequence

from markdown_it.tree import SyntaxTreeNode
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from bot.research.reports import styles
from bot.research.reports.fonts import PLAIN, Face
from bot.research.reports.inline import Inline
from bot.research.reports.markup import plain_text

PADDING = 4  # points
NARROWEST, WIDEST = 4, 48  # letters by which columns share the width
MOST_COLUMNS = 12  # in more of them no word would fit
PIECE_ROWS = 200  # set at once: the library takes longer per row for a long table
LOOK = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, styles.LINE),
        ("BACKGROUND", (0, 0), (-1, 0), styles.SHADE),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), PADDING - 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), PADDING),
    ]
)

Row = Sequence[SyntaxTreeNode]


def set_table(node: SyntaxTreeNode, inline: Inline, width: float) -> Iterator[Flowable]:
    rows: list[Row] = [row.children for part in node.children for row in part.children]
    if len(rows[0]) > MOST_COLUMNS:
        yield from _set_as_lines(rows, inline)
        return
    widths = _share(rows, width)
    head = _cells(rows[0], inline, Face(bold=True))
    yield Spacer(1, 2)
    for start in range(1, max(len(rows), 2), PIECE_ROWS):
        body = [_cells(row, inline, PLAIN) for row in rows[start : start + PIECE_ROWS]]
        yield Table([head, *body], colWidths=widths, repeatRows=1, splitInRow=1, style=LOOK, hAlign="LEFT")
    yield Spacer(1, 10)


def _set_as_lines(rows: Sequence[Row], inline: Inline) -> Iterator[Flowable]:
    for row in rows:
        cells = [inline.write(cell.children) for cell in row]
        yield Paragraph(inline.text(" | ").join(cells), styles.ITEM)


def _cells(row: Row, inline: Inline, face: Face) -> list[Paragraph]:
    return [Paragraph(inline.write(cell.children, face), _aligned(cell)) for cell in row]


def _aligned(cell: SyntaxTreeNode) -> styles.ParagraphStyle:
    look = str(cell.attrs.get("style", ""))
    return styles.RIGHT if look.endswith("right") else styles.CENTER if look.endswith("center") else styles.CELL


def _share(rows: Sequence[Row], width: float) -> list[float]:
    """Widths in points: as the longest cell of each column, within bounds."""
    columns = [max(len(plain_text(row[column])) for row in rows) for column in range(len(rows[0]))]
    letters = [min(max(longest, NARROWEST), WIDEST) for longest in columns]
    return [width * each / sum(letters) for each in letters]
