"""Blocks of a report's Markdown as what the PDF library sets on pages.

Nothing here may be too large for a page: long text, code and tables are cut into pieces, and nested blocks stop
moving to the right when there is little room left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from markdown_it.tree import SyntaxTreeNode
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, Indenter, Paragraph, Spacer

from bot.research.reports import styles
from bot.research.reports.code import set_code
from bot.research.reports.flowables import Barred, Bookmark, quoted
from bot.research.reports.fonts import Face
from bot.research.reports.inline import Inline
from bot.research.reports.markup import plain_text
from bot.research.reports.tables import set_table

INDENT = 18  # points
QUOTE_INDENT = 12
DEEPEST_INDENT = 200
HEADING_ROOM = 70  # points that have to be left under a heading, else it goes to the next page

DrawFigure = Callable[[float], Sequence[Flowable]]  # for a width in points


class Blocks:
    """Sets blocks. `figures` draws each figure by its file name."""

    def __init__(self, inline: Inline, figures: Mapping[str, DrawFigure]) -> None:
        self._inline = inline
        self._figures = figures
        self._indent = 0  # points
        self._quotes: tuple[int, ...] = ()  # where the bars of the quotes are that we are in
        self._outline_level = -1
        self._bookmarks = count(1)

    def set(self, nodes: Sequence[SyntaxTreeNode]) -> Iterator[Flowable]:
        for node in nodes:
            yield from self._block(node)

    def _block(self, node: SyntaxTreeNode) -> Iterator[Flowable]:
        match node.type:
            case "heading":
                yield from self._heading(node)
            case "paragraph":
                yield from self._paragraph(inline_nodes(node))
            case "bullet_list" | "ordered_list":
                yield from self._list(node)
            case "blockquote":
                yield from self._quote(node)
            case "fence" | "code_block":
                yield from set_code(node.content, self._inline, styles.TEXT_WIDTH - self._indent)
            case "table":
                yield from set_table(node, self._inline, styles.TEXT_WIDTH - self._indent)
            case "hr":
                yield HRFlowable(width="100%", thickness=0.6, color=styles.LINE, spaceBefore=6, spaceAfter=10)
            case _:
                yield from self.set(node.children)

    def _heading(self, node: SyntaxTreeNode) -> Iterator[Flowable]:
        level = int(node.tag[1:])
        self._outline_level = min(level - 1, self._outline_level + 1)
        yield CondPageBreak(HEADING_ROOM)
        title = " ".join(plain_text(node).split())
        if title and not self._indent:
            yield Bookmark(f"h{next(self._bookmarks)}", title, self._outline_level)
        yield Paragraph(self._inline.write(inline_nodes(node), Face(bold=True)), styles.HEADINGS[level - 1])

    def _paragraph(
        self, nodes: Sequence[SyntaxTreeNode], style: styles.ParagraphStyle = styles.BODY, bullet: str | None = None
    ) -> Iterator[Flowable]:
        """Text, and figures between it; the bullet is at whatever comes first."""
        text: list[SyntaxTreeNode] = []
        for node in nodes:
            draw = self._figures.get(str(node.attrs.get("src", ""))) if node.type == "image" else None
            if draw is None:
                text.append(node)
                continue
            yield from self._text(text, style, bullet)
            text, bullet = [], None
            yield from draw(styles.TEXT_WIDTH - self._indent)
        yield from self._text(text, style, bullet)

    def _text(
        self, nodes: Sequence[SyntaxTreeNode], style: styles.ParagraphStyle, bullet: str | None
    ) -> Iterator[Flowable]:
        for markup in self._inline.pieces(nodes):
            if markup.strip() or bullet:
                yield self._barred(markup or "&nbsp;", style, bullet)
            bullet = None

    def _barred(self, markup: str, style: styles.ParagraphStyle, bullet: str | None) -> Flowable:
        if not self._quotes:
            return Paragraph(markup, style, bulletText=bullet)
        bars = [bar - self._indent for bar in self._quotes]
        return Barred(markup, quoted(style, bars), bulletText=bullet)

    def _list(self, node: SyntaxTreeNode) -> Iterator[Flowable]:
        first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        last = len(node.children) + (first or 0)
        wanted = INDENT if first is None else INDENT + 5 * (len(str(last)) - 1)
        indent = max(0, min(wanted, DEEPEST_INDENT - self._indent))
        style = styles.ParagraphStyle("item", styles.ITEM, leftIndent=indent)
        for number, item in enumerate(node.children, first or 0):
            yield from self._item(item, style, "•" if first is None else f"{number}.")
        if not self._indent:
            yield Spacer(1, 4)

    def _item(self, item: SyntaxTreeNode, style: styles.ParagraphStyle, bullet: str) -> Iterator[Flowable]:
        blocks = list(item.children)
        starts_with_text = bool(blocks) and blocks[0].type == "paragraph"
        head = inline_nodes(blocks.pop(0)) if starts_with_text else ()
        yield from self._paragraph(head, style, bullet)
        if blocks:
            yield from self._indented(int(style.leftIndent), blocks)

    def _indented(self, points: int, blocks: Sequence[SyntaxTreeNode]) -> Iterator[Flowable]:
        self._indent += points
        yield Indenter(left=points)
        yield from self.set(blocks)
        yield Indenter(left=-points)
        self._indent -= points

    def _quote(self, node: SyntaxTreeNode) -> Iterator[Flowable]:
        outside = self._quotes
        self._quotes = (*outside, self._indent + 3)
        yield from self._indented(max(0, min(QUOTE_INDENT, DEEPEST_INDENT - self._indent)), node.children)
        self._quotes = outside
        yield Spacer(1, 2)


def inline_nodes(node: SyntaxTreeNode) -> Sequence[SyntaxTreeNode]:
    """What is in the one inline child of a block; nothing in an empty one."""
    return [child for inline in node.children for child in inline.children]
