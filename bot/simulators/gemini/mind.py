"""The simulator's model: a few simple rules, and honest about it.

It knows only what its conversation holds, so an answer proves what really arrived: the chain, the system
instruction, the attachments. It never pretends to know a fact or to be Gemini.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.simulators.gemini import wire
from bot.simulators.gemini.arithmetic import calculate
from bot.simulators.gemini.attachments import render_attachment
from bot.simulators.gemini.facts import Facts
from bot.simulators.gemini.prose import render_long
from bot.simulators.gemini.wire import JsonObject

LONG_CHARS = 3_000
VERY_LONG_CHARS = 30_000
_MOST_COUNTED = 5_000

_TAGLINE = "*Parley's simulator, not Gemini: I only know what this conversation told me.*"
_INTRODUCTION = """Hello! I am **Parley's simulator**, not Gemini: a stand-in that answers by simple rules, so that
you can try everything without an account. I know no facts, but I do remember this conversation. Try:

- `my name is Phil`, and later `what is my name?`
- `remember that the launch is on Friday`, and later `what did I tell you?`
- a picture, a PDF or a recording: I tell you exactly what arrived
- `write a long answer`, `count to 20`, `what is 12*7`
- `echo: hello`, or `echo 3 times: hello`: then I number the lines"""

_NAME = re.compile(
    r"\b(?i:my name is|my name's|my name’s|i am called|i'm called|i’m called|call me)\s+"
    r"([^\W\d_][\w'’-]*(?: +[A-ZÀ-ÖØ-Þ][\w'’-]*){0,2})"
)
_FAVOURITE = re.compile(r"(?i)\bmy favou?rite\s+([\w '’-]{1,40}?)\s+is\s+([^.!?\n]{1,200})")
_REMEMBER = re.compile(r"(?i)\bremember(?:\s+that|:)\s+([^\n]{1,500})")
_ASKED_FAVOURITE = re.compile(r"(?i)\b(?:what|which)(?:'s|’s|\s+is|\s+was)?\s+my favou?rite\s+([\w '’-]{1,40})")
_SUM = re.compile(r"(?i)\b(?:what is|what's|what’s|calculate|compute)\s+([-−(\d][-−+*/×÷().\d\s]*[\d)])")
_ECHO = re.compile(r"(?i)\becho(?:\s+(\d{1,4})\s+times)?:\s*(\S[^\n]*)")
_COUNT = re.compile(r"(?i)\bcount\s+(?:up\s+)?to\s+(\d{1,9})\b")


@dataclass(frozen=True)
class Heard:
    """All that a model knows when it answers: its conversation, oldest step first, and how it is to behave."""

    steps: Sequence[JsonObject]
    latest: Sequence[JsonObject]  # those of this request, the end of `steps`
    system_instruction: str | None
    opened: Mapping[str, Facts] = field(default_factory=dict[str, Facts])  # what was found at addresses

    @property
    def messages(self) -> list[str]:
        """What the person wrote, oldest first."""
        return [wire.text(step) for step in self.steps if step.get("type") == "user_input"]

    @property
    def question(self) -> str:
        return self.messages[-1] if self.messages else ""

    @property
    def attachments(self) -> list[JsonObject]:
        """Everything that came with this request and is not text."""
        new = [step for step in self.latest if step.get("type") == "user_input"][-1:]
        return [block for step in new for block in wire.blocks(step) if block.get("type") != "text"]


def think(heard: Heard) -> str:
    """A thought that is true: what the rules are going to look at."""
    return f"**Reading the conversation**\n\nMessages so far: {len(heard.messages)}. I answer by simple rules."


def answer(heard: Heard) -> str:
    """Markdown in reply to the newest message. Never empty."""
    if heard.latest and heard.latest[-1].get("type") == "function_result":
        return _about_results(heard)
    if not heard.attachments:
        return _reply(heard) or _counts(heard)
    said = [_about_attachments(heard), _reply(heard) if heard.question.strip() else None]
    return "\n\n".join(part for part in said if part)


def recall(heard: Heard) -> str | None:
    """What the rules have to say to the newest message; None when there is nothing but counting it."""
    return _reply(heard)


def deltas(words: str) -> list[str]:
    """The text in pieces of about a word, which joined are the text again."""
    return re.findall(r"\s*\S+|\s+$", words)


def _reply(heard: Heard) -> str | None:
    for pattern, rule in _RULES:
        if (found := re.search(pattern, heard.question)) and (said := rule(heard, found)) is not None:
            return said
    return None


def _introduce(_heard: Heard, _found: re.Match[str]) -> str:
    return _INTRODUCTION


def _recall_name(heard: Heard, _found: re.Match[str]) -> str:
    if (name := _name(heard.messages)) is not None:
        return f"Your name is **{name}**, you told me so in this conversation."
    return f"You have not told me your name in this conversation.\n\n{_TAGLINE}"


def _greet(_heard: Heard, found: re.Match[str]) -> str:
    return f"Nice to meet you, **{found[1]}**. I will remember that for this conversation.\n\n{_TAGLINE}"


def _recall_favourite(heard: Heard, found: re.Match[str]) -> str:
    thing = found[1].strip()
    for name, value in reversed(_favourites(heard.messages)):
        if name.lower() == thing.lower():
            return f"Your favourite {thing} is **{value}**, as you told me."
    return f"You have not told me your favourite {thing} in this conversation.\n\n{_TAGLINE}"


def _note_favourite(_heard: Heard, found: re.Match[str]) -> str:
    return f"Noted: your favourite {found[1].strip()} is **{found[2].strip()}**.\n\n{_TAGLINE}"


def _note(_heard: Heard, found: re.Match[str]) -> str:
    return f"I will remember: {found[1].strip()}\n\n{_TAGLINE}"


def _recall_all(heard: Heard, _found: re.Match[str]) -> str:
    told = _told(heard.messages)
    if not told:
        return f"Nothing yet that I could tell apart: {_messages(heard)} so far.\n\n{_TAGLINE}"
    return "You told me:\n\n" + "\n".join(f"- {fact}" for fact in told)


def _count_messages(heard: Heard, _found: re.Match[str]) -> str:
    return f"You have sent {_messages(heard)} in this conversation, this one included."


def _show_instruction(heard: Heard, _found: re.Match[str]) -> str:
    if heard.system_instruction is None:
        return "No system instruction came with this request."
    quoted = "\n".join(f"> {line}" for line in heard.system_instruction.splitlines())
    return f"This system instruction came with this request:\n\n{quoted}"


def _about_report(heard: Heard, _found: re.Match[str]) -> str | None:
    outputs = [wire.text(step) for step in heard.steps if step.get("type") == "model_output"]
    reports = [output for output in outputs if output.startswith("# ")]
    if not reports:
        return None
    title, _, rest = reports[-1].removeprefix("# ").partition("\n")
    headings = re.findall(r"(?m)^## (.+)$", rest)
    listed = "\n".join(f"- {heading}" for heading in headings)
    size = _counted(len(rest.split()), "word")
    return f"This conversation has the report **{title}**, {size}:\n\n{listed}\n\n{_TAGLINE}"


def _write_long(_heard: Heard, found: re.Match[str]) -> str:
    return render_long(VERY_LONG_CHARS if found[1] else LONG_CHARS)


def _echo(_heard: Heard, found: re.Match[str]) -> str:
    """The words again, as many times as asked; which line it is stands before each."""
    times, words = min(int(found[1] or 0), _MOST_COUNTED), found[2].strip()
    return "\n".join(f"{number}/{times} {words}" for number in range(1, times + 1)) or words


def _count(_heard: Heard, found: re.Match[str]) -> str:
    last = min(int(found[1]), _MOST_COUNTED)
    counted = ", ".join(str(number) for number in range(1, last + 1))
    return counted if last == int(found[1]) else f"{counted} and there I stop: {_MOST_COUNTED:,} is as far as I count."


def _calculate(_heard: Heard, found: re.Match[str]) -> str | None:
    value = calculate(found[1])
    return None if value is None else f"{found[1].strip().replace('*', '×')} = **{value}**"


def _about_results(heard: Heard) -> str:
    results = [step for step in heard.latest if step.get("type") == "function_result"]
    return "These results reached me:\n\n" + "\n".join(_result(step, heard.opened) for step in results)


def _result(step: JsonObject, opened: Mapping[str, Facts]) -> str:
    """One result as a line: JSON as it came, or the parts of a list of content."""
    verb = " failed" if step.get("is_error") else ""
    parts = wire.objects(step["result"])
    if not parts:
        return f"- `{step['name']}`{verb}: {wire.compact(step['result'])}"
    said = [str(each["text"]) if each.get("type") == "text" else render_attachment(each, opened) for each in parts]
    return f"- `{step['name']}`{verb}: {'; '.join(said)}"


def _about_attachments(heard: Heard) -> str:
    return "I received:\n\n" + "\n".join(
        f"{n}. {render_attachment(b, heard.opened)}" for n, b in enumerate(heard.attachments, 1)
    )


def _counts(heard: Heard) -> str:
    question = heard.question
    sent = f"{_counted(len(question), 'character')} in {_counted(len(question.split()), 'word')}"
    return f"I received {sent}; this is message {len(heard.messages)} of our conversation.\n\n{_TAGLINE}"


def _messages(heard: Heard) -> str:
    return _counted(len(heard.messages), "message")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _name(messages: Sequence[str]) -> str | None:
    names = [found[1] for message in messages for found in _NAME.finditer(message)]
    return names[-1] if names else None


def _favourites(messages: Sequence[str]) -> list[tuple[str, str]]:
    return [(found[1].strip(), found[2].strip()) for message in messages for found in _FAVOURITE.finditer(message)]


def _told(messages: Sequence[str]) -> list[str]:
    name = _name(messages)
    facts = [] if name is None else [f"your name is **{name}**"]
    facts += [f"your favourite {thing} is **{value}**" for thing, value in dict(_favourites(messages)).items()]
    return facts + [found[1].strip() for message in messages for found in _REMEMBER.finditer(message)]


_Rule = Callable[[Heard, re.Match[str]], str | None]

# In this order: what is to be echoed may look like anything, questions come before the statements they look like,
# and greetings last, as they begin many messages.
_RULES: Sequence[tuple[str | re.Pattern[str], _Rule]] = (
    (_ECHO, _echo),
    (r"(?i)\b(?:what is|what's|what’s|do you (?:know|remember)) my name\b|\bwho am i\b", _recall_name),
    (_ASKED_FAVOURITE, _recall_favourite),
    (r"(?i)\bwhat (?:did|have) i (?:tell|told|say)|\bwhat do you (?:know|remember)\b", _recall_all),
    (r"(?i)\bhow many messages\b", _count_messages),
    (r"(?i)\b(?:system|your) instructions?\b", _show_instruction),
    (r"(?i)\b(very\s+)?long (?:answer|text|reply)\b", _write_long),
    (r"(?i)\breport\b|\bsummari[sz]e\b|\bshorten\b", _about_report),
    (_COUNT, _count),
    (_SUM, _calculate),
    (_NAME, _greet),
    (_FAVOURITE, _note_favourite),
    (_REMEMBER, _note),
    (r"(?i)\b(?:who|what) are you\b|\bare you (?:gemini|a simulator|real)\b|^\W*(?:hello|hi|hey|help)\b", _introduce),
)
