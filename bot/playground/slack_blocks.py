"""What a message on Slack is made of: text, plans with their cards, buttons."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from bot.playground import mrkdwn
from bot.playground.html import NOTHING, Html, element, text
from bot.playground.icons import ARC, CIRCLE, CROSS, TICK
from bot.playground.markup import ENTITY, Names, clean, markdown, mention
from bot.playground.place import Button

STATES = {
    "pending": (CIRCLE, "Not done"),
    "in_progress": (ARC, "At work"),
    "complete": (TICK, "Done"),
    "error": (CROSS, "Failed"),
}


def drawn(block: JsonValue, names: Names) -> Sequence[Html]:
    """What a block says; kinds that say nothing by themselves give nothing, and the message's text stands for them."""
    match block:
        case {"type": "markdown", "text": str(source)}:
            return markdown(source, names)
        case {"type": "section" | "header", "text": {"text": str(source)}}:
            return [mrkdwn.literal(source, names)]
        case {"type": "context", "elements": list(elements)}:
            return [element("small", *(element("span", _context(one, names)) for one in elements))]
        case {"type": "rich_text"}:
            return [element("p", *_runs(block, names), class_="literal")]
        case {"type": "plan", "title": str(title)}:
            cards = block.get("tasks")
            return [_plan(title, cards if isinstance(cards, list) else (), names)]
        case _:
            return ()


def buttons(blocks: Sequence[JsonValue]) -> Iterator[Button]:
    for block in blocks:
        match block:
            case {"type": "actions", "elements": list(elements)}:
                yield from (button for one in elements for button in _button(one))
            case {"accessory": accessory}:
                yield from _button(accessory)
            case _:
                pass


def _button(part: JsonValue) -> Iterator[Button]:
    match part:
        case {"type": "button", "action_id": str(action), "text": {"text": str(label)}}:
            yield Button(action, label, str(part.get("style", "")))
        case _:
            pass


def _context(part: JsonValue, names: Names) -> Html:
    match part:
        case {"type": "plain_text", "text": str(words)}:
            return text(words)
        case {"text": str(source)}:
            return mrkdwn.inline(source, names)
        case _:
            return NOTHING


def _plan(title: str, cards: Sequence[JsonValue], names: Names) -> Html:
    listed = [element("li", *_card(card, names), class_=_status(card)) for card in cards if isinstance(card, dict)]
    return element("div", element("strong", title), element("ol", *listed), class_="plan")


def _card(card: dict[str, JsonValue], names: Names) -> Iterator[Html]:
    icon, words = STATES[_status(card)]
    yield icon
    yield element("b", element("span", f"{words}: ", class_="unseen"), str(card.get("title", "")))
    for name in ("details", "output"):
        if name in card:
            yield element("p", *_runs(card[name], names))


def _status(card: dict[str, JsonValue]) -> str:
    status = str(card.get("status"))
    return status if status in STATES else "pending"


def _runs(rich_text: JsonValue, names: Names) -> Iterator[Html]:
    """The words of a rich text, without its layout."""
    match rich_text:
        case {"type": "user", "user_id": str(user)}:
            entity = ENTITY.fullmatch(f"<@{user}>")
            yield mention(entity, dict(names)) if entity else text(user)
        case {"type": "link", "url": str(url)}:
            yield clean(element("a", str(rich_text.get("text", url)), href=url))
        case {"type": "text", "text": str(words)}:
            yield text(words)
        case {"elements": list(elements)}:
            for one in elements:
                yield from _runs(one, names)
        case _:
            pass
