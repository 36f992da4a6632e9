"""The numbered list of sources at the end of a report."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.research.reports.markup import escape

HEADING = re.compile(
    r"^[ ]{0,3}(?:#{1,6}[ \t]*|\*\*)[^\n]{0,40}\b(?:sources|references|citations)\b.*$", re.IGNORECASE | re.MULTILINE
)
ENTRY = re.compile(r"[ \t]*(?:[-*+][ \t]+)?\[?(\d+)[\].)]")
LINKABLE = re.compile(r"https?://", re.IGNORECASE)
UNSAFE = re.compile(r"[ <>\\]")  # in an address between angle brackets


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    url: str  # empty for a file without an address
    title: str = ""


def render_sources(sources: Sequence[Source]) -> str:
    """A section in Markdown."""
    return "\n".join(["## Sources", "", *(render_source(source) for source in sources), ""])


def lists_them_all(words: str, sources: Sequence[Source]) -> bool:
    """True when the report ends in a list of its own that has the same numbers for the same addresses."""
    headings = list(HEADING.finditer(words))
    if not headings:
        return False
    entries = words[headings[-1].end() :].splitlines()
    listed = {int(found[1]): line for line in entries if (found := ENTRY.match(line)) and len(found[1]) < 5}
    return all(source.url and source.url in listed.get(source.number, "") for source in sources)


def render_source(source: Source) -> str:
    title = escape(" ".join(source.title.split()))
    address = _address(" ".join(source.url.split()))
    return f"{source.number}. " + ": ".join(piece for piece in (title, address) if piece)


def _address(url: str) -> str:
    """A link where it is one for a browser, else what it says."""
    if LINKABLE.match(url):
        return f"<{UNSAFE.sub(lambda found: f'%{ord(found[0]):02X}', url)}>"
    plain = url.replace("`", "%60")
    return f"`{plain}`" if plain else ""
