"""Which addresses Discord's servers would fetch because of a message: a way out for data nobody meant to send."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.simulators.discord.ledger import Payload

URL = re.compile(r"(?<!<)\bhttps?://[^\s<>)\]|`]+")
FETCHED_KEYS = ("image", "thumbnail", "author", "footer", "media", "file")


def in_text(content: str) -> list[str]:
    """Links that would get a preview. One in angle brackets gets none."""
    return list(dict.fromkeys(URL.findall(content)))


def in_parts(parts: Iterable[Payload]) -> list[str]:
    """Pictures of embeds and components that Discord's media proxy would fetch."""
    return list(dict.fromkeys(_addresses(list(parts))))


def _addresses(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for inner in part:  # pyright: ignore[reportUnknownVariableType]
            yield from _addresses(inner)
    elif isinstance(part, dict):
        for key, inner in part.items():  # pyright: ignore[reportUnknownVariableType]
            if key in FETCHED_KEYS and isinstance(inner, dict):
                yield from _media(inner)  # pyright: ignore[reportUnknownArgumentType]
            yield from _addresses(inner)


def _media(media: Payload) -> Iterator[str]:
    for key in ("url", "icon_url"):
        address = media.get(key)
        if isinstance(address, str) and address.startswith("http") and not _is_link(media, key):
            yield address


def _is_link(media: Payload, key: str) -> bool:
    """An embed's author has a name and a link, which is only fetched when somebody clicks it."""
    return key == "url" and "name" in media
