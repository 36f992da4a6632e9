"""Whom a message would notify and which addresses Slack would fetch for previews.

This is the judge of the adapter's sanitizer, so it reads text by its own rules and rather sees too much: a spelling
that Slack shows as plain text today (inside code, written with entities, in other case, in a task card) is still
reported, marked `certain=False`.

Sources: "Formatting text for app surfaces", "Unfurling links in messages", "chat.postMessage method", Slack developer
docs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from bot.simulators.slack.blocks import texts

TargetKind = Literal["broadcast", "person", "group"]

_BROADCAST = re.compile(r"<!(channel|here|everyone|group)(?:\|[^<>]*)?>", re.IGNORECASE)
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^<>]*)?>", re.IGNORECASE)
_PERSON = re.compile(r"<@([UWB][A-Z0-9]+)(?:\|[^<>]*)?>", re.IGNORECASE)
_PLAIN = re.compile(r"(?<![\w.@])@([\w.-]+)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>|\"')\]`]+", re.IGNORECASE)
_LESS = re.compile(r"&(?:lt|#0*60|#x0*3c);?", re.IGNORECASE)
_GREATER = re.compile(r"&(?:gt|#0*62|#x0*3e);?", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:amp|#0*38|#x0*26);?", re.IGNORECASE)
_BROADCAST_NAMES = frozenset({"channel", "here", "everyone"})


@dataclass(frozen=True, slots=True)
class Notified:
    kind: TargetKind
    target: str  # "channel", "here", "everyone", a user id or a user group id
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    url: str
    certain: bool = True


def who_is_notified(
    text: str, blocks: list[JsonValue], *, names: Mapping[str, str] | None = None, links_names: bool = False
) -> list[Notified]:
    """Everybody a message with this text and these blocks would notify, once each, certain ones first.

    `links_names` stands for `link_names` or `parse=full`; then a plain "@name" counts too, `names` giving the user ids.
    """
    found: dict[tuple[TargetKind, str], bool] = {}
    for certain, candidate in _all_readings(text, blocks):
        for kind, target in _targets(candidate):
            found[kind, target] = found.get((kind, target), False) or certain
        if links_names:
            for kind, target in _plain_targets(candidate, names or {}):
                found[kind, target] = found.get((kind, target), False) or certain
    for kind, target in _elements_of(blocks):
        found[kind, target] = True
    notified = [Notified(kind, target, certain) for (kind, target), certain in found.items()]
    return sorted(notified, key=lambda one: not one.certain)


def what_is_fetched(
    text: str, blocks: list[JsonValue], *, unfurl_links: bool | None, unfurl_media: bool | None, is_update: bool
) -> list[Fetched]:
    """The addresses Slack's servers would ask, once each.

    A post can switch previews off (media previews are on by default, and to know what is media it must fetch); an
    update has no switch. Pictures in blocks are always fetched.
    """
    pictures = dict.fromkeys(_pictures_of(blocks), True)
    if is_update or unfurl_links is True or unfurl_media is not False:
        pictures |= dict.fromkeys(_links_of(blocks), True)
        for certain, candidate in _all_readings(text, blocks):
            for match in _ADDRESS.finditer(candidate):
                url = match.group().rstrip(".,;:!?*_~")
                pictures[url] = pictures.get(url, False) or certain
    return [Fetched(url, certain) for url, certain in pictures.items()]


def _all_readings(text: str, blocks: list[JsonValue]) -> Iterator[tuple[bool, str]]:
    yield from _readings([text, *_texts_of(blocks)])
    for _, candidate in _readings(_texts_of_cards(blocks)):
        yield False, candidate


def _readings(texts: list[str]) -> Iterator[tuple[bool, str]]:
    for text in texts:
        yield True, _CODE.sub(" ", text)
        yield False, text
        if "&" in text:
            yield False, _decode(_decode(_decode(text)))  # entities of entities of entities


def _decode(text: str) -> str:
    return _AMPERSAND.sub("&", _GREATER.sub(">", _LESS.sub("<", text)))


def _targets(text: str) -> Iterator[tuple[TargetKind, str]]:
    for match in _BROADCAST.finditer(text):
        yield "broadcast", match.group(1).lower()
    for match in _GROUP.finditer(text):
        yield "group", match.group(1).upper()
    for match in _PERSON.finditer(text):
        yield "person", match.group(1).upper()


def _plain_targets(text: str, names: Mapping[str, str]) -> Iterator[tuple[TargetKind, str]]:
    by_name = {name.lower(): user_id for name, user_id in names.items()}
    for match in _PLAIN.finditer(text):
        name = match.group(1).lower()
        if name in _BROADCAST_NAMES:
            yield "broadcast", name
        elif name in by_name:
            yield "person", by_name[name]


def _objects(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _texts_of(blocks: list[JsonValue]) -> list[str]:
    """What blocks say as mrkdwn or Markdown; `plain_text` and rich text runs stay literal in Slack."""
    kinds = ("mrkdwn", "markdown")
    return [
        str(part["text"])
        for part in _objects(blocks)
        if part.get("type") in kinds and isinstance(part.get("text"), str)
    ]


def _texts_of_cards(blocks: list[JsonValue]) -> list[str]:
    """What plans and their cards say: plain text by its description, which does not say what is made of it."""
    return [text for one in _objects(blocks) if one.get("type") in ("plan", "task_card") for text in texts(one)]


def _links_of(blocks: list[JsonValue]) -> list[str]:
    """The addresses of links in rich text and of a card's sources."""
    kinds = ("link", "url")
    return [str(part["url"]) for part in _objects(blocks) if part.get("type") in kinds and "url" in part]


def _elements_of(blocks: list[JsonValue]) -> Iterator[tuple[TargetKind, str]]:
    for part in _objects(blocks):
        match part:
            case {"type": "user", "user_id": str(user_id)}:
                yield "person", user_id
            case {"type": "usergroup", "usergroup_id": str(group_id)}:
                yield "group", group_id
            case {"type": "broadcast", "range": str(whom)}:
                yield "broadcast", whom
            case _:
                pass


def _pictures_of(blocks: list[JsonValue]) -> list[str]:
    return [str(part["image_url"]) for part in _objects(blocks) if isinstance(part.get("image_url"), str)]
