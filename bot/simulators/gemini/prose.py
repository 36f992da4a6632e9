"""Markdown to fill a screen with: every element a renderer has to cope with, and no claim about the world."""

from collections.abc import Iterator
from itertools import accumulate, count, takewhile

_INTRODUCTION = """# A long answer

This text was made by **Parley's simulator**, not by Gemini. It says nothing about the world; it is here so that
you can watch a long answer grow, being cut into messages and keeping its *formatting*.
"""

_SECTION = """
## Part {number}

Paragraph {number} is ordinary prose with **bold**, *italic*, `inline code` and a
[link](https://example.com/part/{number}). A sentence follows a sentence, as in a real answer, until there are enough
of them to fill a message and the next one has to begin.

- a first point
- a second point, which is somewhat longer than the first so that it wraps
  - a point below a point
- a third point

1. One thing
2. and another

| part | square | cube |
| --- | ---: | ---: |
| {number} | {square} | {cube} |
| {after} | {after_square} | {after_cube} |

```python
def part_{number}() -> int:
    \"\"\"A code fence: it must be reopened when it is cut.\"\"\"
    return sum(range({number} * 10))
```

> A quotation, for completeness.
"""


def render_long(at_least_chars: int) -> str:
    """Markdown of at least so many characters, ending with a whole section and a last line that says so."""
    sizes = accumulate((len(section) for section in _sections()), initial=len(_INTRODUCTION))
    needed = sum(1 for _ in takewhile(lambda size: size < at_least_chars, sizes))
    text = _INTRODUCTION + "".join(section for section, _ in zip(_sections(), range(needed), strict=False))
    return f"{text}\nThat was all of it: {needed} parts."


def _sections() -> Iterator[str]:
    for number in count(1):
        yield _section(number)


def _section(number: int) -> str:
    after = number + 1
    return _SECTION.format(
        number=number,
        square=number**2,
        cube=number**3,
        after=after,
        after_square=after**2,
        after_cube=after**3,
    )
