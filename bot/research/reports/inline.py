"""Running text of a report in the PDF library's own markup. Everything a report says is escaped on its way there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

from markdown_it.tree import SyntaxTreeNode

from bot.research.reports.fonts import PLAIN, Face, Letters
from bot.research.reports.markup import plain_text

LINK_COLOR = "#1a56a8"
BROWSABLE = re.compile(r"(?:https?://|mailto:).+", re.IGNORECASE)
LINKED = re.compile(r"\[(\d{1,6})\]|https?://[^\s<>\[\]\"]*[^\s<>\[\]\".,;:!?')]")
PIECE_CHARS = 10_000  # three pages
PART = re.compile(r".{1,2000}(?:\s|\Z)|.{1,2000}", re.DOTALL)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)  # the one tag that tables of models are full of


@dataclass(frozen=True, slots=True)
class Manner:
    face: Face = PLAIN
    linked: bool = False  # inside of a link, where no other can be


class Inline:
    """Writes inline nodes. `links` has the address of each numbered source."""

    def __init__(self, letters: Letters, links: Mapping[int, str]) -> None:
        self._letters = letters
        self._links = links

    def write(self, nodes: Iterable[SyntaxTreeNode], face: Face = PLAIN) -> str:
        return self._all(nodes, Manner(face))

    def pieces(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
        """Running text, a paragraph beyond measure in several: setting one takes with the square of its length."""
        piece, chars = "", 0
        for node in nodes:
            for part in _parts(node):
                if chars > PIECE_CHARS:
                    yield piece
                    piece, chars = "", 0
                piece += self._node(node, Manner()) if part is None else self._text(part, Manner())
                chars += len(plain_text(node) if part is None else part)
        yield piece

    def linked(self, text: str, url: str) -> str:
        """Text that is no Markdown, as a link if the address is one for a browser."""
        return _anchor(url, self.text(text)) if BROWSABLE.fullmatch(url) else self.text(text)

    def text(self, text: str, face: Face = PLAIN) -> str:
        """Text that is no Markdown."""
        return "".join(f'<font name="{name}">{escape(run)}</font>' for name, run in self._letters.runs(text, face))

    def _all(self, nodes: Iterable[SyntaxTreeNode], manner: Manner) -> str:
        return "".join(self._node(node, manner) for node in nodes)

    def _node(self, node: SyntaxTreeNode, manner: Manner) -> str:
        face = manner.face
        match node.type:
            case "text":
                markup = self._text(node.content, manner)
            case "softbreak" | "hardbreak":
                markup = " " if node.type == "softbreak" else "<br/>"
            case "code_inline":
                markup = self.text(node.content, replace(face, mono=True))
            case "strong":
                markup = self._all(node.children, replace(manner, face=replace(face, bold=True)))
            case "em":
                markup = self._all(node.children, replace(manner, face=replace(face, italic=True)))
            case "s":
                markup = f"<strike>{self._all(node.children, manner)}</strike>"
            case "link" | "image":
                markup = self._link(node, manner)
            case _:
                markup = self._all(node.children, manner)
        return markup

    def _text(self, text: str, manner: Manner) -> str:
        return "<br/>".join(self._linking(line, manner) for line in BREAK.split(text))

    def _link(self, node: SyntaxTreeNode, manner: Manner) -> str:
        """A link. An image that is elsewhere is one too: nothing is fetched for a document."""
        url = str(node.attrs.get("href") or node.attrs.get("src", ""))
        children = node.children if plain_text(node).strip() else ()
        if manner.linked or not BROWSABLE.fullmatch(url):
            return self._all(children, manner)
        inside = self._all(children, replace(manner, linked=True)) or self.text(url, manner.face)
        return _anchor(url, inside)

    def _linking(self, text: str, manner: Manner) -> str:
        """Text, where numbers of sources and bare addresses can be followed."""
        if manner.linked:
            return self.text(text, manner.face)
        pieces: list[str] = []
        done = 0
        for found in LINKED.finditer(text):
            url = " ".join(self._links.get(int(found[1]), "").split()) if found[1] else found[0]
            if BROWSABLE.fullmatch(url):
                inside = self.text(found[0], manner.face)
                pieces += [self.text(text[done : found.start()], manner.face), _anchor(url, inside)]
                done = found.end()
        return "".join([*pieces, self.text(text[done:], manner.face)])


def _parts(node: SyntaxTreeNode) -> Iterator[str | None]:
    """Parts of a long text, at words where there are any; None for a node to be taken whole."""
    if node.type != "text" or len(node.content) <= PIECE_CHARS:
        yield None
        return
    yield from PART.findall(node.content)


def _anchor(url: str, inside: str) -> str:
    return f'<a href={quoteattr(_ascii(url))} color="{LINK_COLOR}">{inside}</a>'


def _ascii(url: str) -> str:
    """An address as a PDF holds it: bytes of ASCII."""
    return "".join(char if "!" <= char <= "~" else "".join(f"%{byte:02X}" for byte in char.encode()) for char in url)
