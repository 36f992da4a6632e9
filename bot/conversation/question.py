"""What of a message goes to the API, and what its writer should know about the rest."""

import hashlib
from typing import NamedTuple

from bot.content import Content, TextContent
from bot.conversation import notices
from bot.conversation.adapter import Channel
from bot.conversation.attachments import opened
from bot.models import Inbound
from bot.state.turns import REMEMBERED_CHARS

DIGEST_CHARS = 16
QUESTION_CHARS = 40_000  # that somebody writes; Slack's own limit for one message


class Question(NamedTuple):
    content: tuple[Content, ...]
    notes: list[str]  # for its writer


async def prepared(message: Inbound, channel: Channel) -> Question:
    """The message with its text cut to the limit and its files opened."""
    content, cut = clip(message.content)
    opened_content, notes = await opened(content, channel)
    return Question(tuple(opened_content), [*notes, *cut])


def in_words(message: Inbound) -> str:
    """A question as it is told again later: its text, and which files came with it."""
    return _words(message)[:REMEMBERED_CHARS]


def digest(message: Inbound) -> str:
    """The same for two messages that say the same; addresses of files change by themselves and do not count."""
    return hashlib.sha256(_words(message).encode()).hexdigest()[:DIGEST_CHARS]


def _words(message: Inbound) -> str:
    return "\n".join(item.text if isinstance(item, TextContent) else f"[{item.type}]" for item in message.content)


def clip(content: tuple[Content, ...]) -> tuple[list[Content], list[str]]:
    """The content with its text cut to `QUESTION_CHARS` in total, and a note when something was cut."""
    left, all_chars = QUESTION_CHARS, 0
    clipped: list[Content] = []
    for item in content:
        if isinstance(item, TextContent):
            all_chars += len(item.text)
            item = TextContent(text=item.text[:left])  # noqa: PLW2901 (the same text, cut)
            left -= len(item.text)
        if not isinstance(item, TextContent) or item.text:
            clipped.append(item)
    return clipped, [notices.clipped(QUESTION_CHARS, all_chars)] if all_chars > QUESTION_CHARS else []
