"""Markdown of reports: how it is read here, and what of it is plain text."""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

TITLE_CHARS = 1000  # of a heading
DEEPEST = 100  # levels; what is nested deeper would not be read
DEEPEST_MARK = 10  # the same of emphasis in emphasis, which the reader does not bound by itself
MARKS = frozenset({"em", "strong", "s"})
SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_markdown(text: str) -> SyntaxTreeNode:
    """HTML is text here, and what no browser should open is no link. Control characters vanish."""
    return SyntaxTreeNode(_bounded(_reader(inline=True).parse(CONTROL.sub("", text))))


def read_blocks(text: str) -> Sequence[Token]:
    """The blocks alone, in a fraction of the time; their lines are those of the text."""
    return _reader(inline=False).parse(text)


def find_title(text: str) -> str:
    """The first heading, without its markup; empty without one."""
    blocks = read_blocks(text)
    headings = (blocks[number + 1].content for number, block in enumerate(blocks) if block.type == "heading_open")
    titles = (" ".join(plain_text(read_markdown(heading[:TITLE_CHARS])).split()) for heading in headings)
    return next(filter(None, titles), "")


def plain_text(node: SyntaxTreeNode) -> str:
    """The words of a node, one line."""
    if node.type in {"text", "code_inline", "fence", "code_block"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return " "
    return "".join(plain_text(child) for child in node.children)


def escape(text: str) -> str:
    """Text that means nothing but itself in Markdown."""
    return SPECIAL.sub(r"\\\1", text)


def _bounded(tokens: Sequence[Token], depth: int = 0) -> list[Token]:
    """Without the marks that stand in too many others: whoever walks down the tree would run out of stack."""
    kept: list[Token] = []
    for token in tokens:
        is_mark = token.tag in MARKS
        depth += is_mark and token.nesting > 0
        if token.children:
            token.children = _bounded(token.children, depth)
        if not is_mark or depth <= DEEPEST_MARK:
            kept.append(token)
        depth -= is_mark and token.nesting < 0
    return kept


@cache
def _reader(*, inline: bool) -> MarkdownIt:
    options = {"html": False, "maxNesting": DEEPEST}
    reader = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    return reader if inline else reader.disable(["inline", "text_join"])
