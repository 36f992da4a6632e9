"""A few lines for the chat, in the report's own words.

The section that sums up, where there is one; else what the report begins with.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from markdown_it.tree import SyntaxTreeNode

from bot.research.reports.markup import escape, read_blocks, read_markdown
from bot.research.reports.report import Report

LINES = 5
LINE_CHARS = 240
READ_CHARS = 8000  # of a section
READ_SECTIONS = 20
MARKED_CHARS = 120  # a passage longer than that is shown without its marks
MARKED = {"strong": "**", "em": "*", "s": "~~"}
JOINER = "\x00"  # in no text: the reader of Markdown replaces it
SUMMING_UP = re.compile(
    r"\b(?:summary|key (?:findings|takeaways|points|insights)|overview|abstract|in brief|tl;?dr"
    r"|zusammenfassung|überblick|résumé|synthèse|resumen|sintesi|riepilogo|resumo|streszczenie|podsumowanie|резюме)\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]*_]*$")
ABBREVIATION = re.compile(
    r"^\W*(?:[a-zÀ-ž]|\d+|e\.g|i\.e|vs|cf|approx|ca|no|dr|mr|ms|mrs|prof|st|fig)\.$", re.IGNORECASE
)


def summary(report: Report) -> str:
    """At most five lines of Markdown, never empty when the report has a title. No word is cut."""
    for passage in _passages(report.words):
        if lines := list(_lines(passage)):
            return "\n".join(lines[:LINES])
    return escape(report.title)


def _passages(text: str) -> Iterator[Sequence[SyntaxTreeNode]]:
    """What stands between two headings, the most telling first; at last what is quoted."""
    sections = _sections(text)
    summing_up = [section for section in sections[1:] if SUMMING_UP.search(section.partition("\n")[0])]
    for section in [*summing_up, *sections][:READ_SECTIONS]:
        yield read_markdown(section[:READ_CHARS]).children
    for section in sections[:READ_SECTIONS]:
        for block in read_markdown(section[:READ_CHARS]).children:
            yield block.children if block.type == "blockquote" else ()


def _sections(text: str) -> list[str]:
    """The text, cut before each heading."""
    lines = re.split(r"\r\n?|\n", text)
    headings = [block for block in read_blocks(text) if block.type == "heading_open" and block.level == 0]
    starts = [0, *(block.map[0] for block in headings if block.map), len(lines)]
    return ["\n".join(lines[start:end]) for start, end in pairwise(starts)]


def _lines(blocks: Iterable[SyntaxTreeNode]) -> Iterator[str]:
    for block in blocks:
        match block.type:
            case "paragraph":
                yield from filter(None, [_line(block)])
            case "bullet_list" | "ordered_list":
                yield from _items(block)
            case _:
                pass


def _items(block: SyntaxTreeNode) -> Iterator[str]:
    for number, item in enumerate(block.children, int(block.attrs.get("start", 1))):
        bullet = f"{number}. " if block.type == "ordered_list" else "- "
        paragraphs = [child for child in item.children if child.type == "paragraph"]
        if paragraphs and (line := _line(paragraphs[0])):
            yield bullet + line


def _line(paragraph: SyntaxTreeNode) -> str:
    """Whole sentences up to the limit; of a longer one its first words."""
    words = list(_words(paragraph))
    taken: list[str] = []
    chars = sentence_end = 0
    for word in words:
        chars += len(word) + 1
        if chars > LINE_CHARS:
            break
        taken.append(word)
        if SENTENCE_END.search(word) and not ABBREVIATION.search(word):
            sentence_end = len(taken)
    if len(taken) == len(words):
        return " ".join(taken)
    return " ".join(taken[:sentence_end]) if sentence_end else " ".join([*taken, "…"]) if taken else ""


def _words(node: SyntaxTreeNode) -> list[str]:
    """What must stay in one piece: words, and short marked passages."""
    return [word.replace(JOINER, " ") for word in _inline(node).split()]


def _inline(node: SyntaxTreeNode) -> str:
    """Markdown of one line, the spaces of short marked passages joined. Of a link only its text."""
    match node.type:
        case "text":
            return escape(node.content)
        case "softbreak" | "hardbreak":
            return " "
        case "code_inline":
            return escape(node.content) if "`" in node.content else _marked("`", node.content)
        case "image":
            return ""
        case _:
            inside = "".join(_inline(child) for child in node.children)
            return _marked(MARKED[node.type], inside) if node.type in MARKED else inside


def _marked(mark: str, inside: str) -> str:
    return inside if len(inside) > MARKED_CHARS else f"{mark}{inside.replace(' ', JOINER)}{mark}"
