"""What an agent wrote, as one document: its words, numbered sources, figures.

Everything the model said after the last user input is the report, whatever tools it used in between: an agent
may write one half, draw a chart, and write the other half. Sources are numbered in the order in which a
reader meets them; the same address has the same number.

Source: "Gemini Deep Research Agent", Gemini API docs; "Annotations", Interactions API reference.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.split import close_fence
from bot.interactions.citations import Citation, FileCitation, PlaceCitation, UrlCitation, read_citations
from bot.interactions.types import (
    Interaction,
    MediaOutput,
    ModelOutput,
    OutputContent,
    Step,
    TextOutput,
    Thought,
    UserInput,
)
from bot.research.reports.markers import Marker, insert_markers
from bot.research.reports.markup import find_title, read_blocks
from bot.research.reports.sources import Source, lists_them_all, render_sources

EXTENSIONS = {"image/jpeg": "jpg", "image/svg+xml": "svg"}
FIGURES = re.compile(r"(?:!\[Figure \d+\]\([^()\s]+\)\s*)+")
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no file can hold


@dataclass(frozen=True, slots=True)
class Figure:
    """An image of the report. Its data is None where the API gave an address only."""

    number: int
    name: str  # as a file, such as P-7F3K2-figure-1.png
    mime_type: str
    data: bytes | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    title: str
    words: str  # what the agent wrote, and blank lines where a figure or a tool came between
    markdown: str  # the words with our numbers, figures and list of sources
    created: datetime
    note: str = ""  # Markdown: how the words end, where that is not as they should
    sources: tuple[Source, ...] = ()
    figures: tuple[Figure, ...] = ()


def build_report(
    interaction: Interaction, *, question: str, created: datetime, reference: str = "", note: str = ""
) -> Report:
    """The report of a finished interaction; the question is its title where it has no heading.

    The files of its figures begin with the reference, so that what is linked is what people save. The note stands
    where the words end.
    """
    draft = _Draft(reference)
    for passage in _passages(interaction):
        draft.begin_passage()
        for block in passage:
            draft.add(block)
    return draft.finish(question, created, note)


def _passages(interaction: Interaction) -> Iterator[list[OutputContent]]:
    """The content of the report, parted where a tool was used."""
    passage: list[OutputContent] = []
    for step in since_last_input(interaction):
        if isinstance(step, ModelOutput):
            passage.extend(step.content)
        elif not isinstance(step, Thought) and passage:
            yield passage
            passage = []
    if passage:
        yield passage


def since_last_input(interaction: Interaction) -> tuple[Step, ...]:
    """What an agent has done since somebody last spoke to it."""
    steps = interaction.steps
    inputs = [number for number, step in enumerate(steps, 1) if isinstance(step, UserInput)]
    return steps[inputs[-1] if inputs else 0 :]


class _Draft:
    def __init__(self, reference: str) -> None:
        self._prefix = f"{reference}-" if reference else ""
        self.words: list[str] = []
        self.markdown: list[str] = []
        self.sources: dict[str, Source] = {}
        self.figures: list[Figure] = []

    def begin_passage(self) -> None:
        _separate(self.words)
        _separate(self.markdown)

    def add(self, block: OutputContent) -> None:
        match block:
            case TextOutput():
                self._add_text(block)
            case MediaOutput(type="image"):
                self._add_figure(block)
            case _:
                pass

    def finish(self, question: str, created: datetime, note: str) -> Report:
        words = "".join(self.words)
        if note:
            self.markdown = [close_fence("".join(self.markdown))]
            _separate(self.markdown)
            self.markdown.append(f"{note}\n")
        sources = tuple(self.sources.values())
        if sources and not lists_them_all(words, sources):
            _separate(self.markdown)
            self.markdown.append(render_sources(sources))
        return Report(
            title=find_title(words) or " ".join(_whole(question).split()),
            words=words,
            markdown=_title_first("".join(self.markdown)),
            created=created,
            note=note,
            sources=sources,
            figures=tuple(self.figures),
        )

    def _add_text(self, block: TextOutput) -> None:
        citations = read_citations(block)
        inside = sorted((item for item in citations if item.end is not None), key=lambda item: item.end or 0)
        markers = [Marker(item.end or 0, number) for item in inside if (number := self._number(item))]
        for item in citations:
            if item.end is None:  # a source, though nothing says of what
                self._number(item)
        text = _whole(block.text)
        self.words.append(text)
        self.markdown.append(insert_markers(text, markers))

    def _number(self, citation: Citation) -> int | None:
        url, title = (_whole(value) for value in address(citation))
        if not url and not title:
            return None
        known = self.sources.get(url or title)
        source = Source(known.number if known else len(self.sources) + 1, url, (known and known.title) or title)
        self.sources[url or title] = source
        return source.number

    def _add_figure(self, block: MediaOutput) -> None:
        number = len(self.figures) + 1
        extension = EXTENSIONS.get(block.mime_type, block.mime_type.rpartition("/")[2]) or "png"
        name = f"{self._prefix}figure-{number}.{re.sub('[^a-z0-9]', '', extension.lower()) or 'png'}"
        self.figures.append(Figure(number, name, block.mime_type, block.data, block.uri))
        _separate(self.markdown)
        self.markdown.append(f"![Figure {number}]({name})\n\n")
        _separate(self.words)


def address(citation: Citation) -> tuple[str, str]:
    """Where a source is, and what it is called; both empty for what is no source."""
    match citation:
        case UrlCitation(url=url, title=title):
            return url, title
        case PlaceCitation(url=url, name=name):
            return url, f"{name} (Google Maps)"
        case FileCitation(document_uri=uri, file_name=name, source=source):
            return uri, name or source
        case _:
            return "", ""


def _title_first(markdown: str) -> str:
    """The figures that come before the heading with which the words begin stand below it."""
    figures = FIGURES.match(markdown)
    words = markdown[figures.end() :] if figures else ""
    blocks = read_blocks(words)
    if figures is None or not blocks or blocks[0].type != "heading_open" or blocks[0].map is None:
        return markdown
    lines = words.splitlines(keepends=True)
    title, rest = "".join(lines[: blocks[0].map[1]]), "".join(lines[blocks[0].map[1] :])
    return f"{title.rstrip()}\n\n{figures[0].strip()}\n\n{rest.lstrip()}"


def _separate(pieces: list[str]) -> None:
    """Go on with a new paragraph."""
    end = "".join(pieces[-2:])[-2:]
    if end and end != "\n\n":
        pieces.append("\n" if end.endswith("\n") else "\n\n")


def _whole(text: str) -> str:
    return SURROGATE.sub("\ufffd", text)
