"""Who a message names, and who of them would be notified.

Where the documentation is silent the cautious reading is taken: a mention inside code or behind a backslash
counts too, since whoever relies on it being harmless cannot be sure. Source: "Message Resource", allowed mentions,
Discord developer docs.
"""

import re
from dataclasses import dataclass

from bot.simulators.discord.bodies import AllowedMentions
from bot.simulators.discord.nouns import Channel, Permission, User
from bot.simulators.discord.world import World

USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@everyone|@here")
AS_TYPED = re.compile(r"(?<![<\w])@([\w.]+)")


@dataclass(frozen=True)
class Mentions:
    user_ids: tuple[str, ...] = ()
    role_ids: tuple[str, ...] = ()
    everyone: bool = False
    here: bool = False

    @property
    def all(self) -> bool:
        return self.everyone or self.here


def in_text(content: str) -> Mentions:
    """Everything a text names, whether or not it exists."""
    words = set(EVERYONE.findall(content))
    return Mentions(
        tuple(dict.fromkeys(USER.findall(content))),
        tuple(dict.fromkeys(ROLE.findall(content))),
        everyone="@everyone" in words,
        here="@here" in words,
    )


def allowed(named: Mentions, rule: AllowedMentions | None) -> Mentions:
    """What is left of the names under `allowed_mentions`; without a rule everything is."""
    if rule is None:
        return named
    users = "users" in rule.parse
    roles = "roles" in rule.parse
    everyone = "everyone" in rule.parse
    return Mentions(
        tuple(user for user in named.user_ids if users or user in rule.users),
        tuple(role for role in named.role_ids if roles or role in rule.roles),
        everyone=named.everyone and everyone,
        here=named.here and everyone,
    )


def effective(named: Mentions, author: User, channel: Channel, world: World) -> Mentions:
    """Without ids that do not exist and without what the author may not mention."""
    may = author.id != world.bot.id or Permission.MENTION_EVERYONE in world.bot_permissions(channel)
    in_guild = channel.guild_id is not None
    roles = world.guild.roles
    return Mentions(
        tuple(user for user in named.user_ids if user in world.users),
        tuple(r for r in named.role_ids if in_guild and r in roles and (may or roles[r].mentionable)),
        everyone=named.everyone and may and in_guild,
        here=named.here and may and in_guild,
    )


def notified(mentions: Mentions, author: User, channel: Channel, world: World) -> dict[str, str]:
    """User ids, each with the widest reason for which they are notified. Nobody is notified of their own message."""
    reasons: dict[str, str] = {}
    for person in world.audience(channel):
        if person.id != author.id and (reason := _reason(person, mentions, channel)):
            reasons[person.id] = reason
    return reasons


def _reason(person: User, mentions: Mentions, channel: Channel) -> str | None:
    if mentions.everyone:
        return "everyone"
    if mentions.here and person.online:
        return "here"
    if set(person.role_ids) & set(mentions.role_ids):
        return "role"
    if person.id in mentions.user_ids:
        return "user"
    return "direct" if channel.recipient_id else None


def as_typed(text: str, world: World) -> str:
    """A person's text with `@Parley` turned into a mention, as the client does when a name is chosen."""
    named = {name.lower(): user for user in world.users.values() for name in (user.username, user.display_name)}

    def mention(match: re.Match[str]) -> str:
        user = named.get(match[1].lower())
        return f"<@{user.id}>" if user else match[0]

    return AS_TYPED.sub(mention, text)
