"""What bots write, as HTML that is safe to show: everything in it is hostile until it has passed here.

Two walls. The parser knows no raw HTML, so markup in a text stays text; and what it makes goes through an allow list,
so a mistake in the first wall is not a hole. Pictures become links: the page fetches nothing from elsewhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import cast

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from bot.playground.html import Html, element

Names = tuple[tuple[str, str], ...]  # "@U1" or "#C1" and how people see it; a tuple because results are kept by it

ENTITY = re.compile(r"<([@#!])([^<>|\s]+)(?:\|([^<>\n]*))?>")  # a mention as platforms write it: <@U1>, <#C1|general>
HEADINGS_BELOW = 3  # the page itself uses h1 to h3
RENDERED_KEPT = 1_024

_CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code"),
        *("em", "strong", "s", "u", "a", "span", "div", "table", "thead", "tbody", "tr", "th", "td"),
        *("small", "time"),
    },
    clean_content_tags={"script", "style"},
    attributes={"a": {"href", "title"}, "ol": {"start"}, "time": {"datetime"}},
    tag_attribute_values={"span": {"tabindex": {"0"}}},
    allowed_classes={
        "span": {"mention", "spoiler"},
        "div": {"scroll"},
        "th": {"right", "center"},
        "td": {"right", "center"},
    },
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)


@lru_cache(maxsize=RENDERED_KEPT)
def markdown(source: str, names: Names = ()) -> tuple[Html, ...]:
    """CommonMark with tables as its top-level blocks, one element each; a growing text changes only the last ones."""
    return rendered(_PARSER, source, names)


def rendered(parser: MarkdownIt, source: str, names: Names) -> tuple[Html, ...]:
    """The top-level blocks that a parser finds; its renderer has the names in its environment."""
    env: dict[str, object] = {"names": dict(names)}
    tokens = parser.parse(source, env)
    blocks = (parser.renderer.render(group, parser.options, env) for group in _top_level(tokens))
    return tuple(clean(block) for block in blocks)


def clean(markup: str) -> Html:
    return Html(_CLEANER.clean(markup).strip())


def mention(entity: re.Match[str], names: Mapping[str, str]) -> Html:
    """A mention as people read it; unknown ids by their label, else as they are."""
    sign, target, label = entity.groups()
    shown = names.get(sign + target) or label or target.partition("^")[0]
    sign = "#" if sign == "#" else "@"
    return element("span", sign + shown.lstrip("@#"), class_="mention")


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


class Renderer(RendererHTML):
    """The methods are rules, found by the names of the tokens they render; all have one signature."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].tag = f"h{min(6, int(tokens[idx].tag[1:]) + HEADINGS_BELOW)}"
        return self.renderToken(tokens, idx, options, env)

    heading_close = heading_open

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="scroll">' + self.renderToken(tokens, idx, options, env)

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderToken(tokens, idx, options, env) + "</div>"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The alignment as a class, because the page allows no style in its markup."""
        style = str(tokens[idx].attrs.pop("style", ""))
        if style:
            tokens[idx].attrSet("class", style.removeprefix("text-align:"))
        return self.renderToken(tokens, idx, options, env)

    td_open = th_open

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        address = str(tokens[idx].attrs.get("src", ""))
        return element("a", tokens[idx].content or address, href=address)

    def mention(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        entity = ENTITY.fullmatch(tokens[idx].content)
        return mention(entity, cast("Mapping[str, str]", env["names"])) if entity else ""


def _mention_rule(state: StateInline, silent: bool) -> bool:
    entity = ENTITY.match(state.src, state.pos)
    if entity is None:
        return False
    if not silent:
        state.push("mention", "", 0).content = entity.group()
    state.pos = entity.end()
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable(["table", "strikethrough"])
    parser.inline.ruler.before("autolink", "mention", _mention_rule)
    return parser


_PARSER = _parser()
