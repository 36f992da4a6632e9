"""Buttons, selects and layout of a message, judged by Discord's limits.

Source: "Component Reference", Discord developer docs.
"""

from collections.abc import Iterator
from typing import cast

from bot.simulators.discord.errors import Mistake, Path, bad_length, required, too_long
from bot.simulators.discord.ledger import Payload

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 2, 3, 4, 10, 18
SELECTS = (3, 5, 6, 7, 8)
LAYOUT = (9, 10, 11, 12, 13, 14, 17)  # section, text, thumbnail, gallery, file, separator, container
LINK_STYLE, PREMIUM_STYLE = 5, 6
ROWS, BUTTONS_IN_ROW, OPTIONS = 5, 5, 25
ALL, CHARACTERS = 40, 4000  # of a components v2 message


def mistakes(components: list[Payload], *, layout: bool) -> list[Mistake]:
    """What is wrong with a message's components. `layout` is components v2, where rows may be left out."""
    found = [*walk(components)]
    wrong = _over_all(components, [part for _, part in found], layout=layout)
    for path, part in found:
        wrong += _one(path, part, layout=layout, top=len(path) == 2)
    return wrong + _doubled(found)


def walk(components: list[Payload], path: Path = ("components",)) -> Iterator[tuple[Path, Payload]]:
    """Every component with its place, outer ones first."""
    for index, part in enumerate(components):
        here = (*path, index)
        yield here, part
        yield from walk(_children(part), (*here, "components"))
        for key in ("accessory", "component"):
            if isinstance(part.get(key), dict):
                yield (*here, key), part[key]


def numbered(components: list[Payload]) -> list[Payload]:
    """The components as Discord gives them back: each with a number of its own."""
    for number, (_, part) in enumerate(walk(components), start=1):
        part.setdefault("id", number)
    return components


def find(components: list[Payload], custom_id: str) -> Payload | None:
    return next((part for _, part in walk(components) if part.get("custom_id") == custom_id), None)


def _children(part: Payload) -> list[Payload]:
    return _objects(part, "components")


def _objects(part: Payload, key: str) -> list[Payload]:
    """The JSON objects under a key; anything else there is as good as missing."""
    found: list[object] = part[key] if isinstance(part.get(key), list) else []
    return [cast("Payload", one) for one in found if isinstance(one, dict)]


def _over_all(components: list[Payload], parts: list[Payload], *, layout: bool) -> list[Mistake]:
    path: Path = ("components",)
    if not layout:
        return [bad_length(path, 1, ROWS)] if len(components) > ROWS else []
    wrong = [too_long(path, ALL)] if len(parts) > ALL else []
    if sum(len(str(part.get("content", ""))) for part in parts if part.get("type") == TEXT_DISPLAY) > CHARACTERS:
        wrong.append(Mistake(path, "COMPONENT_TEXT_MAX_LENGTH", f"Must be {CHARACTERS} or fewer in length."))
    return wrong


def _one(path: Path, part: Payload, *, layout: bool, top: bool) -> list[Mistake]:
    kind = part.get("type")
    known = (ROW, *((*LAYOUT,) if layout else ())) if top else (ROW, BUTTON, *SELECTS, *(LAYOUT if layout else ()))
    if kind not in known:
        return [Mistake((*path, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be a known component.')]
    if kind == ROW:
        return _row(path, part)
    if kind == BUTTON:
        return _button(path, part)
    return _select(path, part) if kind in SELECTS else []


def _row(path: Path, part: Payload) -> list[Mistake]:
    inside = _children(part)
    widths = sum(BUTTONS_IN_ROW if child.get("type") in SELECTS else 1 for child in inside)
    if 1 <= widths <= BUTTONS_IN_ROW:
        return []
    return [
        Mistake((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the width.")
    ]


def _button(path: Path, part: Payload) -> list[Mistake]:
    wrong = _longest(path, part, "label", 80)
    if part.get("style") not in range(1, 7):
        wrong.append(Mistake((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}."))
    if part.get("style") == LINK_STYLE:
        return wrong + (_longest(path, part, "url", 512) if part.get("url") else [required((*path, "url"))])
    if part.get("style") == PREMIUM_STYLE:
        return wrong
    if not (part.get("label") or part.get("emoji")):
        wrong.append(required((*path, "label")))
    return wrong + _custom_id(path, part)


def _select(path: Path, part: Payload) -> list[Mistake]:
    wrong = _custom_id(path, part) + _longest(path, part, "placeholder", 150)
    if part.get("type") != STRING_SELECT:
        return wrong
    options = _objects(part, "options")
    if not 1 <= len(options) <= OPTIONS:
        wrong.append(bad_length((*path, "options"), 1, OPTIONS))
    for index, option in enumerate(options):
        for key in ("label", "value", "description"):
            wrong += _longest((*path, "options", index), option, key, 100)
    return wrong


def _custom_id(path: Path, part: Payload) -> list[Mistake]:
    custom_id = part.get("custom_id")
    if not isinstance(custom_id, str):
        return [required((*path, "custom_id"))]
    return [] if 1 <= len(custom_id) <= 100 else [bad_length((*path, "custom_id"), 1, 100)]


def _longest(path: Path, part: Payload, key: str, most: int) -> list[Mistake]:
    return [too_long((*path, key), most)] if len(str(part.get(key) or "")) > most else []


def _doubled(found: list[tuple[Path, Payload]]) -> list[Mistake]:
    seen: set[str] = set()
    wrong: list[Mistake] = []
    for path, part in found:
        custom_id = part.get("custom_id")
        if isinstance(custom_id, str) and custom_id in seen:
            wrong.append(
                Mistake(
                    (*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
                )
            )
        seen.add(str(custom_id))
    return wrong
