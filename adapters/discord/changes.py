"""What becomes of messages besides being edited: they are deleted, and people react to them. Pure: no call, no state.

Source: "Gateway Events", Discord developer docs.
"""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ValidationError

from adapters.discord.events import Member, Snowflake, thread_in
from bot.content import TextContent
from bot.models import Inbound, MessageId, UserId

STOP_SIGN: Final = "\N{OCTAGONAL SIGN}"
DELETED = "deleted"  # comes after all times of edits, which are digits
NOBODY = UserId("")
VARIATION = "\N{VARIATION SELECTOR-16}"  # which some clients put after an emoji


class Deletion(BaseModel):
    """The fields of MESSAGE_DELETE, which has one id, and of MESSAGE_DELETE_BULK, which has several."""

    channel_id: Snowflake
    guild_id: Snowflake | None = None
    id: Snowflake | None = None
    ids: list[Snowflake] | None = None


class Emoji(BaseModel):
    name: str | None = None


class Reaction(BaseModel):
    """The fields of MESSAGE_REACTION_ADD that matter here."""

    user_id: Snowflake
    channel_id: Snowflake
    message_id: Snowflake
    emoji: Emoji
    guild_id: Snowflake | None = None
    member: Member | None = None
    message_author_id: Snowflake | None = None


def parse_deletions(payload: Mapping[str, object], *, in_thread: bool = False) -> list[Inbound]:
    """The messages that are gone, oldest first; Discord tells their ids and their channel, not whose they were.

    In a thread or a direct channel that channel is the conversation. In a text channel a message that the bot
    answers has a conversation of its own, named after it, so each is taken for such a one. One that went on with
    an earlier message there belongs to that one's conversation: only who stored it knows, under its own id, and
    therefore `continues` has that.
    """
    try:
        deletion = Deletion.model_validate(payload)
    except ValidationError:
        return []
    apart = in_thread or deletion.guild_id is None
    ids = {*(deletion.ids or ()), *((deletion.id,) if deletion.id else ())}
    return [_deleted(deletion, message, apart=apart) for message in sorted(ids, key=int)]


def parse_reaction(payload: Mapping[str, object], *, bot: str, in_thread: bool = False) -> Inbound | None:
    """The word "stop" that an octagonal sign on a message of the bot's is, or None for any other reaction.

    Where Discord does not say whose message it is, the sign counts only in a conversation the bot takes part in.
    Taken back and given again it is the same message: what comes by this event bears no time.
    """
    try:
        reaction = Reaction.model_validate(payload)
    except ValidationError:
        return None
    by_a_bot = reaction.user_id == bot or bool(reaction.member and reaction.member.user.bot)
    if (reaction.emoji.name or "").removesuffix(VARIATION) != STOP_SIGN or by_a_bot:
        return None
    if reaction.message_author_id not in (bot, None):
        return None
    return _stop(reaction, addressed=reaction.message_author_id == bot, in_thread=in_thread)


def _deleted(deletion: Deletion, message: str, *, apart: bool) -> Inbound:
    own = deletion.channel_id if apart else message
    return Inbound(
        thread=thread_in(deletion.guild_id, own, own),
        message=MessageId(message),
        author=NOBODY,
        content=(),
        addressed=False,
        continues=MessageId(own),
        place=None if apart else deletion.channel_id,
        revision=DELETED,
        deleted=True,
        handle={"reply_in" if apart else "open_in": deletion.channel_id},
    )


def _stop(reaction: Reaction, *, addressed: bool, in_thread: bool) -> Inbound:
    channel, message = reaction.channel_id, reaction.message_id
    apart = in_thread or reaction.guild_id is None
    return Inbound(
        thread=thread_in(reaction.guild_id, channel, channel if apart else message),
        message=MessageId(f"{message}-stop-{reaction.user_id}"),
        author=UserId(reaction.user_id),
        content=(TextContent(text="stop"),),
        addressed=addressed,
        continues=MessageId(message),
        silent=True,
        handle={"reply_in": channel},
    )
