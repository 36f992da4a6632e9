"""Embeds of a message on Discord. Their titles, descriptions and fields are Markdown, their footers are not.

Source: "Message Resource", embed object, Discord developer docs.
"""

import re
from collections.abc import Sequence

from bot.playground.discord_markup import markdown
from bot.playground.html import NOTHING, Html, element
from bot.playground.icons import ARC, CIRCLE, CROSS, OCTAGON, TICK
from bot.playground.markup import Names, clean
from bot.simulators.discord.ledger import Payload

MARKS = {
    "⬜": ("waiting", CIRCLE, "Not done"),
    "⏳": ("running", ARC, "At work"),
    "✅": ("done", TICK, "Done"),
    "❌": ("failed", CROSS, "Failed"),
    "⏹️": ("stopped", OCTAGON, "Stopped"),
}
_MARK = re.compile(rf"(?P<before>^<p>|<br ?/?>\n)(?P<mark>{'|'.join(MARKS)}) ")


def embed(shown: Payload, names: Names) -> Html:
    """One element. Its colour is a drawing, since the page takes no styles from its markup."""
    fields: list[Payload] = shown.get("fields") or []
    footer: Payload = shown.get("footer") or {}
    return element(
        "div",
        _bar(shown.get("color")),
        *_title(shown, names),
        *(_with_marks(block) for block in markdown(shown.get("description") or "", names)),
        *([element("dl", *(_field(field, names) for field in fields))] if fields else []),
        *([element("small", footer["text"])] if footer.get("text") else []),
        class_="embed",
    )


def _bar(color: int | None) -> Html:
    if color is None:
        return NOTHING
    filled = element("rect", width="100%", height="100%", fill=f"#{color:06x}")
    return element("svg", filled, class_="bar", aria_hidden="true", focusable="false")


def _title(shown: Payload, names: Names) -> Sequence[Html]:
    if not shown.get("title"):
        return ()
    if shown.get("url"):
        linked = clean(element("a", element("strong", shown["title"]), href=shown["url"]))
        return [element("p", linked, class_="title")]
    return [element("div", *markdown(shown["title"], names), class_="title")]


def _field(field: Payload, names: Names) -> Html:
    name, value = element("dt", field["name"]), element("dd", *markdown(field["value"], names))
    return element("div", name, value, class_="inline" if field.get("inline") else None)


def _with_marks(block: Html) -> Html:
    """Marks at the beginning of a line are drawn, since not every machine has pictures in its fonts."""
    return Html(_MARK.sub(lambda found: found["before"] + _mark(found["mark"]), block))


def _mark(emoji: str) -> Html:
    state, icon, words = MARKS[emoji]
    return element("span", icon, element("span", f"{words}: ", class_="unseen"), class_=f"mark {state}")
