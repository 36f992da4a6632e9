"""From a request's body to a message that is about to be, and to a change of one that is."""

from typing import TypeVar

from bot.simulators.discord import message_rules
from bot.simulators.discord.bodies import AllowedMentions, EditBody, Embed, MessageBody
from bot.simulators.discord.errors import refused
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Channel, Message, MessageFlag, Upload, User
from bot.simulators.discord.posting import Change, Draft

Value = TypeVar("Value")
SETTABLE = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_VOICE_MESSAGE
    | MessageFlag.IS_COMPONENTS_V2
)


def draft_of(
    channel: Channel, author: User, body: MessageBody, uploads: list[Upload], *, default: AllowedMentions | None = None
) -> Draft:
    """`default` is the mention rule for a body that has none."""
    return Draft(
        channel,
        author,
        body.content or "",
        flags=MessageFlag(body.flags or 0) & SETTABLE,
        embeds=_embeds(body.embeds or []),
        components=body.components or [],
        uploads=uploads,
        allowed=body.allowed_mentions or default,
        nonce=body.nonce,
    )


def change_of(
    message: Message, body: EditBody, uploads: list[Upload], *, default: AllowedMentions | None = None
) -> Change:
    """What an edit of this message comes to. Raises 50035, 40005, or 50006 when nothing would be left to see."""
    flags = int(message.flags) | (body.flags or 0)
    message_rules.check_body(body, layout=message_rules.is_layout(flags))
    change = Change(
        content=_replaced(body, "content", body.content or ""),
        flags=MessageFlag(body.flags) if body.flags is not None else None,
        embeds=_replaced(body, "embeds", _embeds(body.embeds or [])),
        components=_replaced(body, "components", body.components or []),
        kept=_replaced(body, "attachments", [one.id for one in body.attachments or []]),
        uploads=uploads,
        allowed=body.allowed_mentions or default,
    )
    kept = [one for one in message.attachments if change.kept is None or one.id in change.kept]
    message_rules.check_files(uploads, kept=len(kept))
    _check_not_emptied(message, change, has_files=bool(kept or uploads))
    return change


def _check_not_emptied(message: Message, change: Change, *, has_files: bool) -> None:
    text = message.content if change.content is None else change.content
    embeds = message.embeds if change.embeds is None else change.embeds
    parts = message.components if change.components is None else change.components
    if not (text or embeds or parts or has_files):
        raise refused(50006)


def _replaced(body: EditBody, name: str, value: Value) -> Value | None:
    """A field that the request has, even as null, replaces; one it has not stays."""
    return value if name in body.model_fields_set else None


def _embeds(embeds: list[Embed]) -> list[Payload]:
    return [embed.as_json() for embed in embeds]
