"""Which blocks Slack takes.

For the plan and the task card it names their fields and no lengths; the length of a title is the one it names for the
same field of a stream, and the number of cards is an assumption.

Sources: "Blocks", "Plan block", "Task card block", "Context block", "Actions block", "Button element", "Rich text
block", "URL source element", Slack developer docs.
"""

from collections.abc import Callable, Collection, Iterator
from typing import cast

from pydantic import JsonValue

BLOCK_TEXT_MAX = {"section": 3_000, "header": 150}
ID_MAX = 255
CARD_FIELD_MAX = 256
CARDS_MAX = 50
STATUSES = frozenset({"pending", "in_progress", "complete", "error"})
BUTTON_TEXT_MAX, BUTTON_VALUE_MAX, BUTTONS_MAX = 75, 2_000, 25
STYLES = frozenset({"primary", "danger"})
CONTEXT_MAX = 10
RICH_PARTS = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})

Fields = dict[str, JsonValue]


def is_taken(block: JsonValue, refused: Collection[str] = ()) -> bool:
    """Whether the block is well formed, and none of the kinds that the workspace refuses."""
    if not isinstance(block, dict) or not isinstance(block.get("type"), str) or block["type"] in refused:
        return False
    kind, characters = str(block["type"]), length(block.get("text"))
    if characters > BLOCK_TEXT_MAX.get(kind, characters) or len(str(block.get("block_id", ""))) > ID_MAX:
        return False
    return kind not in CHECKS or CHECKS[kind](block)


def texts(value: JsonValue) -> Iterator[str]:
    """Every text inside, such as those of buttons, and the titles of plans and cards."""
    match value:
        case {"text": str(text)}:
            yield text
        case dict():
            if isinstance(title := value.get("title"), str):
                yield title
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)
        case _:
            pass


def length(text: JsonValue) -> int:
    """The characters of a text or of a text object."""
    inner = text.get("text") if isinstance(text, dict) else text
    return len(inner) if isinstance(inner, str) else 0


def _is_markdown(block: Fields) -> bool:
    return length(block.get("text")) > 0


def _is_plan(block: Fields) -> bool:
    cards = _objects(block.get("tasks", []), CARDS_MAX)
    if cards is None or not all(card.get("type", "task_card") == "task_card" and _is_card(card) for card in cards):
        return False
    ids = [card["task_id"] for card in cards]
    return _is_name(block.get("title"), CARD_FIELD_MAX) and len({*map(str, ids)}) == len(ids)


def _is_card(card: Fields) -> bool:
    names = _is_name(card.get("task_id"), ID_MAX) and _is_name(card.get("title"), CARD_FIELD_MAX)
    rich = all(_is_rich_text(card[name]) for name in ("details", "output") if name in card)
    sources = _objects(card.get("sources", []), CARDS_MAX)
    return names and rich and card.get("status", "pending") in STATUSES and _are_sources(sources)


def _are_sources(sources: list[Fields] | None) -> bool:
    return sources is not None and all(
        one.get("type") == "url" and _is_name(one.get("url"), 3_000) and _is_name(one.get("text"), 3_000)
        for one in sources
    )


def _is_rich_text(value: JsonValue) -> bool:
    if not isinstance(value, dict) or value.get("type") != "rich_text":
        return False
    parts = _objects(value.get("elements"), CARDS_MAX)
    return bool(parts) and all(part.get("type") in RICH_PARTS and _has_elements(part) for part in parts)


def _has_elements(part: Fields) -> bool:
    elements = _objects(part.get("elements"), 1_000)
    return bool(elements) and all(one.get("type") != "text" or one.get("text") for one in elements)


def _is_context(block: Fields) -> bool:
    elements = _objects(block.get("elements"), CONTEXT_MAX)
    return bool(elements) and all(one.get("type") == "image" or length(one) > 0 for one in elements)


def _is_actions(block: Fields) -> bool:
    elements = _objects(block.get("elements"), BUTTONS_MAX)
    return bool(elements) and all(one.get("type") != "button" or _is_button(one) for one in elements)


def _is_button(button: Fields) -> bool:
    return (
        0 < length(button.get("text")) <= BUTTON_TEXT_MAX
        and len(str(button.get("value", ""))) <= BUTTON_VALUE_MAX
        and len(str(button.get("action_id", ""))) <= ID_MAX
        and button.get("style", "primary") in STYLES
    )


def _is_name(value: JsonValue, characters: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= characters


def _objects(value: JsonValue, most: int) -> list[Fields] | None:
    """The items of a list of objects, None where it is none or has too many."""
    if not isinstance(value, list) or len(value) > most or not all(isinstance(item, dict) for item in value):
        return None
    return cast("list[Fields]", value)


CHECKS: dict[str, Callable[[Fields], bool]] = {
    "markdown": _is_markdown,
    "plan": _is_plan,
    "task_card": _is_card,
    "rich_text": _is_rich_text,
    "context": _is_context,
    "actions": _is_actions,
}
