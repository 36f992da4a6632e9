"""What of a message goes to the API."""

from collections.abc import Iterable

from bot.content import Content, TextContent
from bot.conversation import notices

QUESTION_CHARS = 40_000  # Slack's own limit for one message; far inside every model's window


def clip(content: Iterable[Content]) -> tuple[tuple[Content, ...], str | None]:
    """The content with its text cut to `QUESTION_CHARS` in total, and a note when something was cut."""
    left, all_chars = QUESTION_CHARS, 0
    clipped: list[Content] = []
    for item in content:
        if isinstance(item, TextContent):
            all_chars += len(item.text)
            item = TextContent(text=item.text[:left])  # noqa: PLW2901 (the same text, cut)
            left -= len(item.text)
        clipped.append(item)
    return tuple(clipped), notices.clipped(QUESTION_CHARS, all_chars) if all_chars > QUESTION_CHARS else None
