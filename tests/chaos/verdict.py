"""What people saw, judged: one whole answer to each question, once, in order, in its own thread, and nothing else.

Only the simulators' ledgers and what stands in their channels count; nothing of the service is asked.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.simulators.gemini import RecordedRequest
from tests.chaos.people import LINE, Line, Place, Question, Shown, lines_in

Kind = Literal["lost", "twice", "out of order", "foreign", "left", "refused", "too fast", "asked again", "process"]
QUESTION = re.compile(r"echo \d+ times: ([SD]\d+Q\d+)")


@dataclass(frozen=True)
class Violation:
    """A promise that was broken, and in which history."""

    seed: str
    kind: Kind
    where: str  # a question, a thread, a platform or a process
    what: str


@dataclass(frozen=True)
class Finding:
    kind: Kind
    where: str
    what: str


def judged(place: Place, questions: Sequence[Question]) -> Iterator[Finding]:
    """What is wrong in one thread, whose questions these are."""
    asked = [question for question in questions if question.said is not None]
    if not asked or asked[0].said is None:
        return
    thread, said = asked[0].thread, asked[0].said
    history = list(place.shown(said))
    last = standing(history)
    seen = [line for text in last.values() for line in lines_in(text)]
    yield from _not_whole(place, asked, seen)
    yield from _twice(thread, history)
    yield from _out_of_order(thread, seen)
    yield from (Finding("foreign", thread, f"{line}") for line in seen if line.thread != thread)
    yield from _left(thread, last)
    if buttons := place.platform.buttons(said):
        yield Finding("left", thread, f"buttons {buttons}")
    if place.is_waiting(said):
        yield Finding("left", thread, "it still says that the bot is at work")


def asked_again(requests: Sequence[RecordedRequest], *, interruptions: int) -> Iterator[Finding]:
    """Questions that the model was asked more often than interruptions of workers can excuse."""
    creates = (json.dumps(request.body.get("input")) for request in requests if request.method == "POST")
    counted = Counter(asked[-1] for create in creates if (asked := QUESTION.findall(create)))
    for name, times in counted.items():
        if times > 1 + interruptions:
            yield Finding("asked again", name, f"{times} times, with {interruptions} interruptions")


def standing(history: Sequence[Shown]) -> dict[str, str]:
    """The bot's messages as they stand in the end, oldest first."""
    last: dict[str, str] = {}
    for shown in history:
        if shown.text is None:
            last.pop(shown.message, None)
        else:
            last[shown.message] = shown.text
    return last


def is_whole(question: Question, seen: Sequence[Line]) -> bool:
    ours = {line.number for line in seen if (line.thread, line.question) == (question.thread, question.number)}
    return ours == set(range(1, question.asking.lines + 1))


def _not_whole(place: Place, asked: Sequence[Question], seen: Sequence[Line]) -> Iterator[Finding]:
    for question in asked:
        if not place.accepted(question):
            yield Finding("refused", question.name, "no delivery of it was ever accepted")
        elif not is_whole(question, seen):
            count = sum(line.question == question.number for line in seen)
            yield Finding("lost", question.name, f"{count} of {question.asking.lines} lines are there")


def _twice(thread: str, history: Sequence[Shown]) -> Iterator[Finding]:
    """Whatever line stood there more than once at any moment."""
    reported: set[Line] = set()
    for upto in range(1, len(history) + 1):
        counted = Counter(line for text in standing(history[:upto]).values() for line in lines_in(text))
        for line, times in counted.items():
            if times > 1 and line not in reported:
                reported.add(line)
    for question in sorted({line.question for line in reported}):
        lines = [line.number for line in reported if line.question == question]
        yield Finding("twice", f"{thread}Q{question}", f"lines {sorted(lines)}")


def _out_of_order(thread: str, seen: Sequence[Line]) -> Iterator[Finding]:
    places = [(line.question, line.number) for line in seen if line.thread == thread]
    for before, after in pairwise(places):
        if after < before:
            yield Finding("out of order", thread, f"question and line {after} after {before}")
            return


def _left(thread: str, last: dict[str, str]) -> Iterator[Finding]:
    for text in last.values():
        rest = LINE.sub("", text).strip()
        if rest:
            yield Finding("left", thread, f"a message says {rest[:200]!r}")
        elif not text.strip():
            yield Finding("left", thread, "an empty message")
