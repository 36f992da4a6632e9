"""What a message on Discord has besides its text: embeds, components, files."""

import mimetypes
from collections.abc import Iterator
from pathlib import PurePath

from bot.playground.discord_embeds import embed
from bot.playground.discord_markup import markdown
from bot.playground.html import Html
from bot.playground.markup import Names
from bot.playground.place import Button, File
from bot.simulators.discord import components
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Attachment, Message

STYLES = {1: "primary", 4: "danger"}
ANY_TYPE = "application/octet-stream"


def body(message: Message, names: Names) -> tuple[Html, ...]:
    """Its text, the texts among its components, its embeds: one element each."""
    texts = [
        part["content"] for _, part in components.walk(message.components) if part["type"] == components.TEXT_DISPLAY
    ]
    shown = [block for source in (message.content, *texts) for block in markdown(source, names)]
    return (*shown, *(embed(one, names) for one in message.shown_embeds))


def buttons(message: Message) -> Iterator[Button]:
    for _, part in components.walk(message.components):
        if part["type"] == components.BUTTON and "custom_id" in part:
            style = STYLES.get(part["style"], "")
            yield Button(part["custom_id"], _label(part), style, is_disabled=bool(part.get("disabled")))


def _label(button: Payload) -> str:
    emoji: Payload = button.get("emoji") or {}
    return button.get("label") or emoji.get("name") or "Button"


def file(attachment: Attachment) -> File:
    """Under the name it had before Discord took the unusual characters out."""
    suffix = PurePath(attachment.filename).suffix
    name = f"{attachment.title}{suffix}" if attachment.title else attachment.filename
    media_type = (attachment.content_type or "").partition(";")[0]
    if media_type in ("", ANY_TYPE):
        media_type = mimetypes.guess_type(attachment.filename)[0] or ANY_TYPE
    return File(attachment.id, name, media_type, attachment.size_bytes)
