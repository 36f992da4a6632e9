"""The programs of the guide to the Interactions API, put together again from its text.

The guide is not ours, so nothing of it is kept here: only, in `guide.toml`, where each program stands and how it is
indented, since the text is flat, without the indentation that Python needs. The text itself lies in a folder outside of
the repository, one file per edition.
"""

import hashlib
import io
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from string import Template

from pydantic import BaseModel, ConfigDict

RECIPE = Path(__file__).with_name("guide.toml")
CLIENT = "from google import genai\nclient = genai.Client()\n"
INDENT = "    "

Lines = tuple[int, int]  # the first and the last, counted from 1


class NotInTheText(LookupError):
    """The folder has no such text, or the text is not the one that the recipe was made for."""


class Section(BaseModel):
    """Where a program stands and what is done to it before it can run; `guide.toml` explains the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    lines: Lines
    sha256: str
    indents: str = ""
    after: str | None = None
    needs_client: bool = False
    pieces: dict[str, Lines] = {}
    program: str = ""


class Guide:
    """A folder with the guide's text, read by the recipe."""

    def __init__(self, folder: Path, recipe: Path = RECIPE) -> None:
        self._folder = folder
        self._recipe = recipe

    @cached_property
    def sections(self) -> dict[str, Section]:
        """By name, in the order of the guide."""
        recipe = tomllib.loads(self._recipe.read_text(encoding="utf-8"))
        return {name: Section.model_validate(fields) for name, fields in recipe.items()}

    def program(self, name: str) -> str:
        """The section's program, ready to be compiled. Raises `NotInTheText`."""
        section = self.sections[name]
        flat = self._cut(section.text, section.lines)
        if not hashlib.sha256(flat.encode()).hexdigest().startswith(section.sha256):
            first, last = section.lines
            raise NotInTheText(
                f"lines {first} to {last} of text {section.text} are not those that the recipe was made for"
            )
        if section.pieces:
            pieces = {piece: self._cut(section.text, lines) for piece, lines in section.pieces.items()}
            return Template(section.program).substitute(pieces)
        return (CLIENT if section.needs_client else "") + indented(flat, section.indents)

    def _cut(self, text: str, lines: Lines) -> str:
        files = list(self._folder.glob(f"{text}_*.txt"))
        if len(files) != 1:
            raise NotInTheText(f"the folder with the guide's text has {len(files)} files for text {text}, not one")
        first, last = lines
        return "\n".join(files[0].read_text(encoding="utf-8").split("\n")[first - 1 : last])


def indented(flat: str, levels: str) -> str:
    """The program with each logical line at its level, one digit each; lines that are only a comment are left out.

    Raises ValueError when there are more or fewer logical lines than levels.
    """
    statements = zip(logical_lines(flat), levels, strict=True)
    return "".join(f"{INDENT * int(level)}{statement}\n" for statement, level in statements)


def logical_lines(flat: str) -> Iterator[str]:
    """Statements, or headers of blocks, each with all the lines that its brackets and quotes span."""
    lines = flat.split("\n")
    first = None
    for token in tokenize.generate_tokens(io.StringIO(f"{flat}\n").readline):
        if token.type == tokenize.NEWLINE and first is not None:
            yield "\n".join(lines[first - 1 : token.start[0]])
            first = None
        elif first is None and token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER):
            first = token.start[0]
