"""Deep Research, simulated in seconds: a plan on request, stages with thoughts, a report with citations.

The report is built from the question alone and says so. Its sources are addresses reserved for examples.

Source: "Gemini Deep Research Agent", Gemini API docs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.simulators.gemini import wire
from bot.simulators.gemini.formats import ImageFormat
from bot.simulators.gemini.media.picture import draw
from bot.simulators.gemini.mind import deltas
from bot.simulators.gemini.pieces import Medium, Output, Piece, Thought, ToolUse
from bot.simulators.gemini.tools.search import suggestions
from bot.simulators.gemini.wire import JsonObject

_STAGES = (
    ("Planning the research", "I split the question into parts: {parts}."),
    ("Searching for sources", "A real agent would go on searching the web; I only pretend to, and take my time."),
    ("Reading what was found", "A real agent would open each page; I prepare {sources} as examples."),
    ("Comparing the sources", "They agree, because I made them up from the question."),
    ("Writing the report", "I put the parts in order and number the sources."),
)
_PLANNING_SHARE = 0.2  # of the research's time, when only a plan is wanted
_MOST_PARTS = 4
_ASKING = {"what", "when", "where", "which", "whom", "whose", "does", "have", "will", "would", "about", "with"}
_QUOTED_CHARS = 300
_LUMP_WORDS = 5
_PART = """A real report would say here what is known about it.

This paragraph stands for that: its length is about that of a real one, so that you can see how a report of several
pages is shown in a chat, how its summary is made, and what its files look like. It holds no fact, since none was looked
up.

A second paragraph would go on with what is less certain about {part}, and with whom that is disputed:

- what most sources say, and since when;
- what only some of them say, and why the others do not;
- what none of them says, though the question asks for it.

| What about {part} | Found | Sources |
| --- | --- | --- |
| Known for sure | nothing, this is simulated | 0 |
| Disputed | nothing, this is simulated | 0 |
"""
_REST = """
## What remains open

Everything, since this was simulated. A real report would end with what it could not find out, and why: because nobody
has looked into it, because the sources contradict each other, or because they are not to be had on the web. It would
also say how sure it is of its main findings, and what would change them.
"""
_PICTURE = ImageFormat((16, 9), 512)


@dataclass(frozen=True)
class Assignment:
    """What to look into: the question, and what was added while its plan was discussed."""

    question: str
    changes: Sequence[str] = ()
    illustrated: bool = True

    @property
    def title(self) -> str:
        return " ".join(self.question.split())[:_QUOTED_CHARS] or "nothing in particular"

    @property
    def parts(self) -> list[str]:
        """The longest words of the question: the nearest thing to subjects that a simulator can find."""
        words = dict.fromkeys(re.findall(r"[^\W\d_]{4,40}", self.title))
        subjects = [word for word in words if word.lower() not in _ASKING]
        return sorted(subjects, key=len, reverse=True)[:_MOST_PARTS] or ["the question"]


def research(assignment: Assignment, seconds: float) -> list[Piece]:
    """A whole research that takes about `seconds`: thoughts, searches, pages that are read, then the report."""
    facts = {"parts": ", ".join(assignment.parts), "sources": _count(len(assignment.parts), "source")}
    each = seconds / len(_STAGES)
    thoughts = [Thought(f"**{title}**\n\n{text.format(**facts)}", each) for title, text in _STAGES]
    planning, searching, reading, *others = thoughts
    first, *more = [_search(number, part) for number, part in enumerate(assignment.parts, 1)]
    return [planning, first, searching, *more, reading, _read(assignment), *others, _report(assignment)]


def _search(number: int, part: str) -> ToolUse:
    """One that finds the source of a part and a page that nobody reads."""
    chip: JsonObject = {"search_suggestions": suggestions(part)}
    found: JsonObject = {"url": _url(number), "title": _source(part)}
    other: JsonObject = {"url": f"{_url(number)}/other", "title": f"Another {_source(part).lower()}"}
    call: JsonObject = {"arguments": {"queries": [part]}, "search_type": "web_search"}
    return ToolUse("google_search", call, {"result": wire.plain([chip | found, other]), "is_error": False})


def _read(assignment: Assignment) -> ToolUse:
    urls = [_url(number) for number, _ in enumerate(assignment.parts, 1)]
    pages: list[JsonObject] = [{"url": url, "status": "success"} for url in urls]
    return ToolUse("url_context", {"arguments": {"urls": [*urls]}}, {"result": wire.plain(pages), "is_error": False})


def plan(assignment: Assignment, seconds: float) -> list[Piece]:
    """A plan to be approved or changed before the research itself."""
    thought = Thought("**Drafting a plan**\n\nI list what a research into this would do.", seconds * _PLANNING_SHARE)
    steps = [f"{number}. Look into **{part}**" for number, part in enumerate(assignment.parts, 1)]
    steps.append(f"{len(steps) + 1}. Compare what was found and write a report with numbered sources")
    listed = "\n".join(steps)
    text = f"## Research plan: {assignment.title}\n\n{listed}\n{_changes(assignment)}\nThis plan is simulated."
    return [thought, Output(deltas(text))]


def _report(assignment: Assignment) -> Output:
    text = (
        f"# Simulated research: {assignment.title}\n\n"
        "> This report was made by **Parley’s simulator** — not by Gemini — from the question alone. Nothing was "
        "looked up, and the sources are placeholders.\n\n"
        f"## Summary\n\n{_summary(assignment)}\n{_changes(assignment)}"
    )
    citations: list[JsonObject] = []
    for number, part in enumerate(assignment.parts, 1):
        text += f"\n## {number}. {part.capitalize()}\n\n"
        start = len(text)
        text += f"The question asks about “{part}” [{number}]"
        citations.append(wire.citation(text, start, len(text), url=_url(number), title=_source(part)))
        text += f". {_PART.format(part=part)}"
    sources = "\n".join(f"{n}. [{_source(part)}]({_url(n)})" for n, part in enumerate(assignment.parts, 1))
    text += _REST
    return Output(_lumps(f"{text}\n## Sources\n\n{sources}\n"), citations, before=_illustrations(assignment))


def _summary(assignment: Assignment) -> str:
    """As long as a summary is, without anything that could be taken for a finding."""
    words, parts = _count(len(assignment.title.split()), "word"), _count(len(assignment.parts), "part")
    lines = [
        f"The question has {words} and was split into {parts}.",
        f"Those are named after its longest words: {', '.join(assignment.parts)}.",
        "Each part has one source, which is a placeholder, and a table that is empty.",
        "A real report would put its main findings here, the most certain of them first.",
        "It would also say what could not be found out, which for this one is everything.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _lumps(text: str) -> list[str]:
    """A report comes in larger pieces than an answer, which people read as it grows."""
    words = deltas(text)
    return ["".join(words[start : start + _LUMP_WORDS]) for start in range(0, len(words), _LUMP_WORDS)]


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _illustrations(assignment: Assignment) -> list[Medium]:
    """One picture, before the text, so that the text is the last thing of the report."""
    if not assignment.illustrated:
        return []
    return [Medium(lambda: draw(assignment.title, _PICTURE))]


def _changes(assignment: Assignment) -> str:
    if not assignment.changes:
        return ""
    listed = "\n".join(f"- {' '.join(change.split())[:_QUOTED_CHARS]}" for change in assignment.changes)
    return f"\nWhat you asked to change:\n\n{listed}\n"


def _source(part: str) -> str:
    return f"Example source on {part}"


def _url(number: int) -> str:
    return f"https://example.com/simulated-source/{number}"
