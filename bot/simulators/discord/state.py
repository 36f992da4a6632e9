"""Everything a page needs to show this Discord, as JSON."""

from dataclasses import asdict

from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Channel, Interaction, Message, MessageFlag, User
from bot.simulators.discord.platform import Platform

MESSAGES_SHOWN = 200  # per channel, the newest


def snapshot(platform: Platform) -> Payload:
    """`last_number` is the last ledger entry it includes: the changes after it are what is new."""
    world = platform.world
    return {
        "last_number": platform.ledger.last_number,
        "connected": platform.gateway.connected,
        "guild": {"id": world.guild.id, "name": world.guild.name},
        "bot": _user(world.bot),
        "users": [_user(person) for person in world.users.values()],
        "commands": [*platform.commands.all(world.guild.id), *platform.commands.all(None)],
        "channels": [_channel(channel, platform) for channel in world.channels()],
        "interactions": [_interaction(one) for one in world.interactions.values() if one.state != "answered"],
    }


def message(one: Message, platform: Platform) -> Payload:
    shown = asdict(one)
    del shown["interaction_id"], shown["nonce"]
    shown["type"], shown["flags"] = int(one.type), int(one.flags)
    shown["attachments"] = [platform.posting.payloads.attachment(attachment) for attachment in one.attachments]
    shown["author"] = platform.world.users[one.author_id].display_name
    shown["loading"] = MessageFlag.LOADING in one.flags
    shown["thread_id"] = one.id if one.id in platform.world.guild.channels else None
    interaction = platform.world.interactions.get(one.interaction_id or "")
    return shown | {"interaction": _interaction(interaction) if interaction else None}


def _channel(channel: Channel, platform: Platform) -> Payload:
    newest = list(channel.messages.values())[-MESSAGES_SHOWN:]
    kind = "thread" if channel.is_thread else "text" if channel.guild_id else "direct"
    return {
        "id": channel.id,
        "kind": kind,
        "name": channel.name,
        "parent_id": channel.parent_id,
        "recipient_id": channel.recipient_id,
        "archived": channel.archived,
        "messages": [message(one, platform) for one in newest],
    }


def _user(person: User) -> Payload:
    return {
        "id": person.id,
        "username": person.username,
        "display_name": person.display_name,
        "is_bot": person.is_bot,
    }


def _interaction(one: Interaction) -> Payload:
    """Without its token, which would let any reader answer."""
    kept = ("id", "type", "name", "channel_id", "user_id", "created_at", "state", "original_id", "choices", "modal")
    return {key: getattr(one, key) for key in kept}
