"""Markdown tables, which Discord does not know, as something that it shows. Pure."""

import re
import unicodedata
from collections.abc import Callable

TABLE_COLUMNS = 60  # of a fixed-width font: about what a window shows without wrapping
DELIMITERS = re.compile(r"^ *\|?(?: *:?-+:? *\|)* *:?-+:? *\|? *$")
CELL_BORDER = re.compile(r"(?<!\\)\|")
LINK = re.compile(r"!?\[([^\]]*)\]\([^()\s]*\)")
MARKUP = re.compile(r"\*\*|__|~~|`+")

Table = list[list[str]]  # rows of as many cells as the first, which is the heading


def render_tables(lines: list[str], render: Callable[[Table], list[str]]) -> list[str]:
    """The lines with each table among them rendered."""
    rendered: list[str] = []
    at = 0
    while at < len(lines):
        end = _table_end(lines, at)
        if end is None:
            rendered.append(lines[at])
            at += 1
        else:
            rendered += render(_parse(lines[at:end]))
            at = end
    return rendered


def table_as_text(table: Table) -> list[str]:
    """In code, with its columns aligned; as a list when it is too wide for that."""
    plain = [[_plain(cell) for cell in row] for row in table]
    widths = [max(map(_width, column)) for column in zip(*plain, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > TABLE_COLUMNS:
        return table_as_list(table)
    heading, *rows = [_aligned(row, widths) for row in plain]
    return ["```", heading, "  ".join("─" * width for width in widths), *rows, "```"]


def table_as_list(table: Table) -> list[str]:
    """A point for each row, with the other cells under their headings."""
    heading, *rows = table
    if not rows:
        return [" · ".join(heading)]
    return [line for row in rows for line in _record(heading, row)]


def _record(heading: list[str], row: list[str]) -> list[str]:
    first = row[0].replace("**", "")
    points = [
        f"  - {name}: {cell}" if name else f"  - {cell}"
        for name, cell in zip(heading[1:], row[1:], strict=True)
        if cell
    ]
    return [f"- **{first}**" if first else "- …", *points]


def _table_end(lines: list[str], at: int) -> int | None:
    """The line after the table that begins here, or None where none does."""
    if at + 1 >= len(lines) or "|" not in lines[at] or "|" not in lines[at + 1]:
        return None
    if not DELIMITERS.match(lines[at + 1]) or len(_cells(lines[at])) != len(_cells(lines[at + 1])):
        return None
    end = at + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _parse(lines: list[str]) -> Table:
    heading, _, *rows = [_cells(line) for line in lines]
    columns = len(heading)
    return [heading, *([*row, *[""] * columns][:columns] for row in rows)]


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner.removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in CELL_BORDER.split(inner)]


def _plain(cell: str) -> str:
    """Without what would be shown as it is in code."""
    return MARKUP.sub("", LINK.sub(r"\1", cell))


def _aligned(row: list[str], widths: list[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """In columns: some characters take two of them, others none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
