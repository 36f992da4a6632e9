"""A content block that is not text, as one line that says what really arrived."""

from collections.abc import Mapping

from bot.simulators.gemini.facts import Facts, look_at
from bot.simulators.gemini.request import decoded
from bot.simulators.gemini.wire import JsonObject

_NONE: Mapping[str, Facts] = {}


def render_attachment(block: JsonObject, opened: Mapping[str, Facts] = _NONE) -> str:
    """One line of Markdown; `opened` is what was found at addresses, by address."""
    named = f"{block.get('type')} ({block.get('mime_type') or 'no MIME type'})"
    facts = look_at(decoded(block)) if "data" in block else opened.get(str(block.get("uri")))
    if facts is None:
        return f"{named} at an address, which I did not fetch"
    return f"**{named}**, {facts.render()}"
