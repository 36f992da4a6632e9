"""People, roles, channels and the guild as JSON, every documented key filled in.

Source: "User", "Guild" and "Channels Resource", Discord developer docs.
"""

from bot.simulators.discord.clock import iso
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import EVERYTHING, Channel, ChannelType, Guild, Role, User
from bot.simulators.discord.snowflakes import created_at
from bot.simulators.discord.world import World

LOCALE = "en-US"
ABSENT_OF_GUILD = (
    "icon",
    "icon_hash",
    "splash",
    "discovery_splash",
    "afk_channel_id",
    "application_id",
    "system_channel_id",
    "rules_channel_id",
    "vanity_url_code",
    "description",
    "banner",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "incidents_data",
    "home_header",
    "widget_channel_id",
    "max_presences",
    "hub_type",
)
ZEROS_OF_GUILD = (
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "mfa_level",
    "system_channel_flags",
    "premium_tier",
    "premium_subscription_count",
    "nsfw_level",
)


def user(person: User) -> Payload:
    return {
        "id": person.id,
        "username": person.username,
        "discriminator": "0001" if person.is_bot else "0",
        "global_name": None if person.is_bot else person.display_name,
        "avatar": None,
        "bot": person.is_bot,
        "system": False,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }


def member(person: User) -> Payload:
    """A member without the user, as messages carry it."""
    return {
        "roles": person.role_ids,
        "flags": 0,
        "joined_at": iso(created_at(person.id)),
        "premium_since": None,
        "nick": person.display_name if person.is_bot else None,
        "avatar": None,
        "banner": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "communication_disabled_until": None,
    }


def full_member(person: User) -> Payload:
    return member(person) | {"user": user(person)}


def role(one: Role) -> Payload:
    return {
        "id": one.id,
        "name": one.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0 if one.name == "@everyone" else 1,
        "permissions": str(int(one.permissions)),
        "managed": one.bot_id is not None,
        "mentionable": one.mentionable,
        "flags": 0,
        "tags": {"bot_id": one.bot_id} if one.bot_id else {},
    }


def channel(place: Channel, world: World) -> Payload:
    if place.is_thread:
        return thread(place, world)
    return _direct(place, world) if place.type == ChannelType.DIRECT else _text(place, world)


def thread(place: Channel, world: World) -> Payload:
    joined = [thread_member(place, world.bot.id)] if world.bot.id in place.member_ids else []
    return _common(place) | {
        "guild_id": place.guild_id,
        "name": place.name,
        "parent_id": place.parent_id,
        "owner_id": place.owner_id,
        "rate_limit_per_user": 0,
        "message_count": place.messages_sent,
        "total_message_sent": place.messages_sent,
        "member_count": min(len(place.member_ids), 50),
        "thread_metadata": {
            "archived": place.archived,
            "auto_archive_duration": place.auto_archive_minutes,
            "archive_timestamp": iso(place.archived_at or place.created_at),
            "locked": place.locked,
            "create_timestamp": iso(place.created_at),
        },
        **({"member": joined[0]} if joined else {}),
    }


def thread_member(place: Channel, user_id: str) -> Payload:
    return {"id": place.id, "user_id": user_id, "join_timestamp": iso(place.created_at), "flags": 1}


def guild(one: Guild, world: World) -> Payload:
    """As GUILD_CREATE brings it, without the people: those take a privileged intent, so only the bot is listed."""
    channels = [channel(place, world) for place in one.channels.values() if not place.is_thread]
    active = [thread(place, world) for place in one.threads if not place.archived]
    return bare_guild(one) | {
        "joined_at": iso(one.created_at),
        "large": len(one.members) > 50,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [full_member(world.bot)],
        "channels": channels,
        "threads": active,
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def bare_guild(one: Guild) -> Payload:
    """As the REST route gives it."""
    return {
        **dict.fromkeys(ABSENT_OF_GUILD),
        **dict.fromkeys(ZEROS_OF_GUILD, 0),
        "id": one.id,
        "name": one.name,
        "owner_id": one.owner_id,
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [role(found) for found in one.roles.values()],
        "emojis": [],
        "features": [],
        "stickers": [],
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "preferred_locale": LOCALE,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
    }


def application(world: World) -> Payload:
    owner = world.users[world.guild.owner_id]
    return {
        "id": world.application_id,
        "name": world.bot.display_name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(owner),
        "bot": user(world.bot),
        "verify_key": "0" * 64,
        "team": None,
        "summary": "",
        "type": None,
        "hook": True,
        "flags": application_flags(world),
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "redirect_uris": [],
        "tags": [],
        "integration_types_config": {"0": {}, "1": {}},
    }


def application_flags(world: World) -> int:
    """Which privileged intents the portal has switched on, for an app that is not verified."""
    portal = world.portal
    switches = ((portal.presences, 1 << 13), (portal.guild_members, 1 << 15), (portal.message_content, 1 << 19))
    return sum(flag for on, flag in switches if on)


def _common(place: Channel) -> Payload:
    return {
        "id": place.id,
        "type": int(place.type),
        "last_message_id": next(reversed(place.messages), None),
        "flags": 0,
        "last_pin_timestamp": None,
    }


def _text(place: Channel, world: World) -> Payload:
    own_role = world.bot.role_ids[0]
    denied = [{"id": own_role, "type": 0, "allow": "0", "deny": str(int(place.denied))}] if place.denied else []
    return _common(place) | {
        "guild_id": place.guild_id,
        "name": place.name,
        "position": list(world.guild.channels).index(place.id),
        "permission_overwrites": denied,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "default_auto_archive_duration": 1440,
    }


def _direct(place: Channel, world: World) -> Payload:
    return _common(place) | {"recipients": [user(world.users[place.recipient_id or ""])], "name": None}


def interaction_channel(place: Channel, world: World) -> Payload:
    """A channel as an interaction carries it, with what the person and the app may do there."""
    permissions = {"permissions": str(int(EVERYTHING)), "app_permissions": str(int(world.bot_permissions(place)))}
    return channel(place, world) | permissions
