"""Text between Discord and the conversation, both ways. Pure.

In: Discord's tokens for people, channels, emoji and times become what the writer saw.
Out: Markdown in Discord's dialect, which has no tables, no deep headings and its own meaning of `__` and `||`,
without anything that would call people's attention.

Source: "API Reference", message formatting, Discord developer docs.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.discord.tables import render_tables, table_as_list, table_as_text
from bot.models import Action

MESSAGE_CHARS = 2_000
TITLE_CHARS = 80

TOKEN = re.compile(
    r"<(?:(?P<kind>@[!&]?|#)(?P<id>[0-9]+)|a?(?P<emoji>:\w+:)[0-9]+|(?P<command>/[^:<>]+):[0-9]+"
    r"|t:(?P<time>-?[0-9]{1,12})(?::[A-Za-z])?)>"
)
CONTROL = re.compile(r"\\?<(?=@[!&]?[0-9]|#[0-9]|/[^:<>\n]+:[0-9]|id:)")
BROADCAST = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
HARMLESS_BRACKET, HARMLESS_AT = "‹", "＠"
SAYS = "says:"  # begins the custom id of a button that is as good as a message
ROW, BUTTON = 1, 2  # kinds of components
STYLES = {"plain": 2, "primary": 1, "danger": 4}

FENCE = re.compile(r"^( *)(`{3,}(?=[^`]*$)|~{3,})(.*)$")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
DEEP_HEADING = re.compile(r"^ {0,3}#{4,6} +(.*?\S) *#* *$")
RULE = re.compile(r"^ {0,3}([-*_])(?: *\1){2,} *$")
OPEN_TASK = re.compile(r"^( *[-*+] )\[ \] ")
DONE_TASK = re.compile(r"^( *[-*+] )\[[xX]\] ")
IMAGE = re.compile(r"!(?=\[[^\]]*\]\([^()\s]+\))")
URL_AS_TEXT = re.compile(r"\[https?://[^\]\s]*\]\(<?(https?://[^()\s<>]+)>?\)")
UNDERLINED = re.compile(r"(?<![\w\\])__(?=\S)(.+?)(?<=\S)__(?!\w)")
SPOILER = re.compile(r"(?<!\\)\|\|")
MARK = re.compile(r"[\\*_~|`<>\[\]]|:(?=//)")
MARK_AT_START = re.compile(r"^(\d*)([.)#+-])")  # of a list, a heading, subtext
HALF_MARK = re.compile(r"\\+…$")
LINK = re.compile(r"<?(https?://[^\s<>)]+)>?")


def parse_text(text: str, *, own: Collection[str], names: Mapping[str, str]) -> str:
    """What a person wrote, without mentions of the bot: `own` are its user id and role ids, `names` are people's."""

    def decode(match: re.Match[str]) -> str:
        kind, identity, time = match["kind"], match["id"], match["time"]
        if kind and identity in own:
            return ""
        if kind:
            return f"{kind[0]}{names.get(identity, identity)}"
        return _moment(match, int(time)) if time else match["emoji"] or match["command"]

    return TOKEN.sub(decode, text).strip()


def _moment(match: re.Match[str], seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return match[0]


def render_title(text: str) -> str:
    """The beginning of a text as the name of a thread; empty for an empty text."""
    return shorten(text, limit_chars=TITLE_CHARS)


def shorten(text: str, *, limit_chars: int) -> str:
    """The beginning of a text in one line, of at most so many characters.

    It ends with a whole word, unless that would leave less than half: some languages write without spaces.
    """
    line = " ".join(text.split())
    if len(line) <= limit_chars:
        return line
    words = line[:limit_chars].rpartition(" ")[0]
    return f"{words if len(words) >= limit_chars // 2 else line[: limit_chars - 1]}…"


def render_markdown(text: str) -> str:
    """Markdown as Discord shows it, notifying nobody. Never longer than a message, if the text is not.

    Rendering may lengthen a text, most of all its tables: where that does not fit they become lists, and where
    those do not fit either the text goes as it is. Mentions lose their first character to a look-alike in every
    case, in code too, because a visible look-alike is more honest than an invisible character. A backslash that
    escaped one goes with it, since before a look-alike it would show.
    """
    harmless = BROADCAST.sub(HARMLESS_AT, CONTROL.sub(HARMLESS_BRACKET, text))
    for table in (table_as_text, table_as_list):
        rendered = _render(harmless, table)
        if len(rendered) <= MESSAGE_CHARS:
            return rendered
    return harmless


def render_plain(text: str, *, limit_chars: int) -> str:
    """Plain text in one line that Markdown leaves as it is: no marks, links or mentions come of it.

    At most so many characters, with what is added to escape it; a longer text is cut and ends with "…".
    """
    harmless = BROADCAST.sub(HARMLESS_AT, CONTROL.sub(HARMLESS_BRACKET, " ".join(text.split())))
    escaped = MARK_AT_START.sub(r"\1\\\2", MARK.sub(r"\\\g<0>", harmless))
    return HALF_MARK.sub("…", shorten(escaped, limit_chars=limit_chars))


def without_previews(text: str) -> str:
    """Markdown whose links Discord does not fetch, for messages that show embeds of their own."""
    return LINK.sub(r"<\1>", text)


def render_components(actions: Iterable[Action]) -> list[dict[str, Any]]:
    """One row of at most five buttons; nothing for no actions.

    Source: "Component Reference", Discord developer docs.
    """
    buttons = [render_button(action) for action in actions]
    return [{"type": ROW, "components": buttons}] if buttons else []


def render_button(action: Action) -> dict[str, Any]:
    """A label has at most 80 characters, what it says at most 95."""
    return {"type": BUTTON, "style": STYLES[action.kind], "label": action.label, "custom_id": f"{SAYS}{action.says}"}


def _render(text: str, table: Callable[[list[list[str]]], list[str]]) -> str:
    rendered: list[str] = []
    prose: list[str] = []
    fence: str | None = None  # with which the code began that we are in
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence is None and mark:
            rendered += _prose(prose, table)
            prose, fence = [], mark[2]
            rendered.append(f"{mark[1]}```{mark[3].replace('`', '')}")
        elif fence is None:
            prose.append(line)
        elif mark and mark[2].startswith(fence) and not mark[3].strip():
            fence = None
            rendered.append(f"{mark[1]}```")
        else:
            rendered.append(line.replace("```", "`\u200b`\u200b`"))  # it would end the code here
    closing = ["```"] if fence else []
    return "\n".join(rendered + _prose(prose, table) + closing)


def _prose(lines: list[str], table: Callable[[list[list[str]]], list[str]]) -> list[str]:
    inside_code = False
    rendered: list[str] = []
    for line in render_tables(lines, table):
        is_fence = line == "```"  # of a table
        inside_code ^= is_fence
        rendered.append(line if inside_code or is_fence else _line(line))
    return rendered


def _line(line: str) -> str:
    if RULE.match(line):
        return "───"
    heading = DEEP_HEADING.match(line)
    if heading:
        line = f"**{heading[1].replace('**', '')}**"
    return _outside_code(DONE_TASK.sub(r"\1☑ ", OPEN_TASK.sub(r"\1☐ ", line)), _inline)


def _inline(text: str) -> str:
    without_images = IMAGE.sub("", text)
    bare = URL_AS_TEXT.sub(r"\1", without_images)
    return SPOILER.sub(r"\\|\\|", UNDERLINED.sub(r"**\1**", bare))


def _outside_code(line: str, change: Callable[[str], str]) -> str:
    pieces: list[str] = []
    at = 0
    for span in CODE_SPAN.finditer(line):
        pieces += [change(line[at : span.start()]), span.group()]
        at = span.end()
    return "".join([*pieces, change(line[at:])])
