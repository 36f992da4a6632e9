"""Slack's own text, as people see it: tokens decoded, everything else literal.

Source: "Formatting message text", Slack developer docs.
"""

import re
from collections.abc import Iterator

from bot.playground.html import Html, element, join, text
from bot.playground.markup import ENTITY, Names, mention
from bot.playground.words import first_words

_TOKEN = re.compile(r"<[^<>\n]+>")
_LINK = re.compile(r"<((?:https?://|mailto:)[^<>|\s]+)(?:\|([^<>\n]*))?>")


def literal(source: str, names: Names) -> Html:
    """One paragraph; its line breaks are kept by the style sheet."""
    return element("p", inline(source, names), class_="literal")


def inline(source: str, names: Names) -> Html:
    return join([*_pieces(source, dict(names))])


def title(source: str, names: Names) -> str:
    """The first words of a message, for the name of its thread."""
    return first_words(typed(source, names))


def typed(source: str, names: Names) -> str:
    """A message as its author typed it."""
    known = dict(names)
    return _decode(_TOKEN.sub(lambda token: _in_words(token.group(), known), source))


def _pieces(source: str, names: dict[str, str]) -> Iterator[Html]:
    done = 0
    for token in _TOKEN.finditer(source):
        yield text(_decode(source[done : token.start()]))
        yield _shown(token.group(), names)
        done = token.end()
    yield text(_decode(source[done:]))


def _shown(token: str, names: dict[str, str]) -> Html:
    if link := _LINK.fullmatch(token):
        address, label = _decode(link[1]), _decode(link[2] or link[1])
        return element("a", label, href=address, rel="noopener noreferrer", target="_blank")
    if entity := ENTITY.fullmatch(token):
        return mention(entity, names)
    return text(_decode(token))


def _in_words(token: str, names: dict[str, str]) -> str:
    if link := _LINK.fullmatch(token):
        return link[2] or link[1]
    if entity := ENTITY.fullmatch(token):
        sign = "@" if entity[1] == "!" else ""  # <!channel>
        return names.get(entity[1] + entity[2]) or entity[3] or sign + entity[2]
    return token


def _decode(source: str) -> str:
    return source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
