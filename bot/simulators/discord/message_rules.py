"""Whether Discord would take a message: the rules that concern a request as a whole.

Source: "Create Message", Discord developer docs; for missing permissions, issues 2601 and 5648 of discord-api-docs.
"""

from bot.simulators.discord import components
from bot.simulators.discord.bodies import EditBody, Embed, MessageBody
from bot.simulators.discord.errors import Mistake, invalid, refused
from bot.simulators.discord.nouns import MessageFlag, Upload

FILE_BYTES = 10 * 1024 * 1024
REQUEST_BYTES = 25 * 1024 * 1024
FILES = 10
EMBED_CHARACTERS = 6000  # over all embeds of a message


def check_body(body: EditBody, *, layout: bool) -> None:
    """Raises 50035 for what the fields allow one by one but not together."""
    wrong = body.allowed_mentions.mistakes() if body.allowed_mentions else []
    wrong += _embeds(body.embeds or [])
    wrong += components.mistakes(body.components or [], layout=layout)
    if layout:
        wrong += _layout(body)
    if wrong:
        raise invalid(*wrong)


def check_files(uploads: list[Upload], *, kept: int = 0) -> None:
    """Raises 40005 for a file that is too large, 50035 for too many together with those a message keeps."""
    if any(len(upload.data) > FILE_BYTES for upload in uploads):
        raise refused(40005)
    if len(uploads) + kept > FILES:
        raise invalid(Mistake(("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {FILES} or fewer in length."))


def check_not_empty(body: EditBody, uploads: list[Upload]) -> None:
    """Raises 50006 for a message in which nobody would see anything."""
    if not (body.content or body.embeds or body.components or uploads):
        raise refused(50006)


def leave_embeds_out(body: MessageBody, uploads: list[Upload]) -> None:
    """What becomes of a post by somebody who may not embed links. Raises 50013 where nothing else is in it."""
    if body.embeds and not (body.content or body.components or uploads):
        raise refused(50013)
    body.embeds = []


def is_layout(flags: int | None) -> bool:
    return bool(MessageFlag.IS_COMPONENTS_V2 & (flags or 0))


def _embeds(embeds: list[Embed]) -> list[Mistake]:
    if sum(embed.characters for embed in embeds) <= EMBED_CHARACTERS:
        return []
    sentence = f"Embed size exceeds maximum size of {EMBED_CHARACTERS}"
    return [Mistake(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", sentence)]


def _layout(body: EditBody) -> list[Mistake]:
    sentence = "The field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    used = [name for name in ("content", "embeds") if getattr(body, name)]
    return [Mistake((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", sentence) for name in used]
