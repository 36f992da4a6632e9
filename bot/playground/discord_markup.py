"""Discord's dialect of Markdown, as HTML that is safe to show.

It is CommonMark without tables, pictures, rules and entities, with its line breaks kept, and with some things of its
own: underline, spoilers, subtext, quotes that end with their line, times and mentions.

Source: "API Reference", message formatting, Discord developer docs.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, heading
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from bot.playground.html import Html, element, text
from bot.playground.markup import RENDERED_KEPT, Names, Renderer, rendered
from bot.playground.words import first_words

TOKEN = re.compile(
    r"<(?P<sign>@[!&]?|#)(?P<id>\d+)>|<a?(?P<emoji>:\w+:)\d+>|<(?P<command>/[^:<>\n]+):\d+>"
    r"|<t:(?P<time>-?\d{1,12})(?::(?P<style>[tTdDfFR]))?>|(?P<all>@everyone|@here)"
)
TIME_FORMATS = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%d/%m/%Y", "D": "%d %B %Y", "F": "%A, %d %B %Y %H:%M"}
LONG_TIME = "%d %B %Y %H:%M"
UNKNOWN = {"@": "@unknown-user", "@!": "@unknown-user", "@&": "@unknown-role", "#": "#unknown"}

_HEADING = re.compile(r"#{1,3} +\S")
_SPOILER = re.compile(r"\|\|(.+?)(?<!\\)\|\|", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?<![a-z0-9])https?$", re.IGNORECASE)
_AFTER_ADDRESS = ".,:;!?*_~'\""
_MARKS = re.compile(r"\*\*|__|~~|\|\||`+|^ *(?:#{1,3}|-#|>>>|>) +", re.MULTILINE)


@lru_cache(maxsize=RENDERED_KEPT)
def markdown(source: str, names: Names = ()) -> tuple[Html, ...]:
    """A message's top-level blocks, one element each. `names` are under `@`, `@&` or `#` and the id."""
    return rendered(_PARSER, source, names)


def title(source: str, names: Names) -> str:
    """The first words of a message, without marks."""
    known = dict(names)
    return first_words(_MARKS.sub("", TOKEN.sub(lambda token: _shown(token, known), source)))


def typed(source: str, names: Names) -> str:
    """A message as its author typed it: with names where Discord keeps ids."""
    known = dict(names)
    return TOKEN.sub(
        lambda token: known.get((token["sign"] or "").rstrip("!") + (token["id"] or "")) or token[0], source
    )


def _shown(token: re.Match[str], names: Mapping[str, str]) -> str:
    if sign := token["sign"]:
        return names.get(sign.rstrip("!") + token["id"], UNKNOWN[sign])
    moment = _moment(token)
    if moment is not None:
        return f"{moment:{TIME_FORMATS.get(token['style'] or '', LONG_TIME)}}"
    return token["emoji"] or token["command"] or token["all"] or token.group()


def _moment(token: re.Match[str]) -> datetime | None:
    """In the zone of this machine; None for what is no time, or one that no calendar has."""
    try:
        return datetime.fromtimestamp(int(token["time"]), UTC).astimezone() if token["time"] else None
    except (OverflowError, OSError, ValueError):
        return None


class _Renderer(Renderer):
    """The methods are rules, found by the names of the tokens they render; all have one signature."""

    def token(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        found = TOKEN.fullmatch(tokens[idx].content)
        if found is None:
            return text(tokens[idx].content)
        shown = _shown(found, cast("Mapping[str, str]", env["names"]))
        if moment := _moment(found):
            return element("time", shown, datetime=moment.isoformat())
        is_mention = found["sign"] or found["command"] or found["all"]
        return element("span", shown, class_="mention") if is_mention else text(shown)

    def strong_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].tag = "u" if tokens[idx].markup == "__" else "strong"
        return self.renderToken(tokens, idx, options, env)

    strong_close = strong_open

    def spoiler_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrs = {"class": "spoiler", "tabindex": 0}
        return self.renderToken(tokens, idx, options, env)


def _token(state: StateInline, silent: bool) -> bool:
    found = TOKEN.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("token", "", 0).content = found.group()
    state.pos = found.end()
    return True


def _spoiler(state: StateInline, silent: bool) -> bool:
    found = _SPOILER.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end_of_all, state.pos, state.posMax = state.posMax, *found.span(1)
        state.push("spoiler_open", "span", 1)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "span", -1)
        state.posMax = end_of_all
    state.pos = found.end()
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    """Begins at the colon, where the parser looks up; what stands before it is already pending."""
    scheme = _SCHEME.search(state.pending)
    if silent or scheme is None or state.linkLevel > 0:
        return False
    found = _ADDRESS.match(state.src, state.pos - len(scheme.group()), state.posMax)
    if found is None:
        return False
    address = found.group().rstrip(_AFTER_ADDRESS)
    address = address if "(" in address else address.rstrip(")")
    state.pending = state.pending[: scheme.start()]
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(address)}
    state.push("text", "", 0).content = address
    state.push("link_close", "a", -1)
    state.pos += len(address) - len(scheme.group())
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Discord has three levels; with more signs it is a paragraph."""
    return bool(_HEADING.match(_line(state, start))) and heading(state, start, end, silent)


def _subtext(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - every rule's signature
    words = _line(state, start).removeprefix("-# ").strip()
    if not words or not _line(state, start).startswith("-# "):
        return False
    if not silent:
        state.line = start + 1
        state.push("subtext_open", "small", 1)
        inline = state.push("inline", "", 0)
        inline.content, inline.children = words, []
        state.push("subtext_close", "small", -1)
    return True


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`> ` quotes its line and `>>> ` all that follows. There are no quotes in quotes."""
    quoted = _quoted([_line(state, number) for number in range(start, end)])
    if not quoted or state.env.get("is_quote"):
        return False
    if not silent:
        state.line = start + len(quoted)
        state.push("blockquote_open", "blockquote", 1)
        state.md.block.parse("\n".join(quoted), state.md, {**state.env, "is_quote": True}, state.tokens)
        state.push("blockquote_close", "blockquote", -1)
    return True


def _quoted(lines: list[str]) -> list[str]:
    """The lines of a quote at the beginning of these, without their marks."""
    if lines[0].startswith(">>> "):
        return [lines[0].removeprefix(">>> "), *lines[1:]]
    count = next((index for index, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    return [line.removeprefix("> ") for line in lines[:count]]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    parser.enable("strikethrough")
    parser.disable(["code", "hr", "lheading", "reference", "html_block", "image", "html_inline", "entity"])
    ends_others: RuleOptionsType = {"alt": ["paragraph", "list"]}
    parser.block.ruler.at("blockquote", _quote, ends_others)
    parser.block.ruler.at("heading", _heading, ends_others)
    parser.block.ruler.before("list", "subtext", _subtext, ends_others)
    parser.inline.add_terminator_char("|")
    parser.inline.ruler.before("autolink", "token", _token)
    parser.inline.ruler.before("escape", "spoiler", _spoiler)
    parser.inline.ruler.before("escape", "bare_address", _bare_address)
    return parser


_PARSER = _parser()
