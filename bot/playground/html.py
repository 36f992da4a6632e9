"""Markup built from calls: whatever is not `Html` already is text, and escaped."""

from html import escape

VOID = frozenset({"br", "img", "input", "link", "meta"})
Attribute = str | int | bool | None


class Html(str):
    """Markup that is safe to show as it is."""

    __slots__ = ()


NOTHING = Html()


def text(words: str) -> Html:
    return Html(escape(words))


def join(pieces: "list[Html] | tuple[Html, ...]") -> Html:
    return Html("".join(pieces))


def element(tag: str, *children: str, **attributes: Attribute) -> Html:
    """One element. `aria_label` is written aria-label, `class_` class; True is a bare name, None and False nothing."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Html(f"<{tag}{written}>")
    inner = "".join(child if isinstance(child, Html) else escape(child) for child in children)
    return Html(f"<{tag}{written}>{inner}</{tag}>")


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
