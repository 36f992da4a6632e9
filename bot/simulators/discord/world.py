"""One guild, its people and one bot: the state everything else reads and changes."""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.simulators.discord.clock import Clock
from bot.simulators.discord.errors import refused
from bot.simulators.discord.nouns import (
    EVERYTHING,
    Channel,
    ChannelType,
    Guild,
    Interaction,
    Message,
    MessageType,
    Permission,
    Role,
    User,
)
from bot.simulators.discord.snowflakes import Snowflakes

MESSAGES_KEPT = 5_000  # per channel
INTERACTIONS_KEPT = 10_000
BOT_ID = "1100000000000000001"  # the same each time, since it is part of the token
PEOPLE = (("ada", "Ada"), ("grace", "Grace"), ("linus", "Linus"))


@dataclass(frozen=True)
class Portal:
    """What the application's owner set on its page: the switches of the privileged intents."""

    message_content: bool = True
    guild_members: bool = False
    presences: bool = False


class World:
    def __init__(self, clock: Clock, *, portal: Portal) -> None:
        self.clock = clock
        self.portal = portal
        self.snowflakes = Snowflakes(clock)
        self.bot = User(BOT_ID, "parley", "Parley", is_bot=True)
        self.application_id = self.bot.id
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.direct: dict[str, Channel] = {}  # by the other person's id
        self.interactions: OrderedDict[str, Interaction] = OrderedDict()
        self.guild = self._guild()
        self._people()
        for name in ("general", "random"):
            self.add_channel(name)

    def add_member(self, username: str, display_name: str | None = None, *, is_bot: bool = False) -> User:
        user = self.add_stranger(username, display_name, is_bot=is_bot)
        self.guild.members[user.id] = user
        return user

    def add_stranger(self, username: str, display_name: str | None = None, *, is_bot: bool = False) -> User:
        """Somebody on Discord who shares no guild with the bot."""
        user = User(self.snowflakes.next(), username, display_name or username.title(), is_bot=is_bot)
        self.users[user.id] = user
        return user

    def add_channel(self, name: str) -> Channel:
        now = self.clock.now()
        channel = Channel(self.snowflakes.next(), ChannelType.TEXT, name, now, guild_id=self.guild.id)
        self.guild.channels[channel.id] = channel
        return channel

    def channels(self) -> Iterator[Channel]:
        yield from self.guild.channels.values()
        yield from self.direct.values()

    def channel(self, channel_id: str) -> Channel:
        """Raises 10003 for a channel that does not exist."""
        channel = self.guild.channels.get(channel_id)
        if channel is None:
            channel = next((direct for direct in self.direct.values() if direct.id == channel_id), None)
        if channel is None:
            raise refused(10003)
        return channel

    def message(self, channel_id: str, message_id: str) -> Message:
        """Raises 10003 or 10008."""
        message = self.channel(channel_id).messages.get(message_id)
        if message is None:
            raise refused(10008)
        return message

    def find_message(self, message_id: str) -> Message | None:
        return next((found for c in self.channels() if (found := c.messages.get(message_id))), None)

    def user(self, user_id: str) -> User:
        """Raises 10013."""
        if user_id not in self.users:
            raise refused(10013)
        return self.users[user_id]

    def interaction(self, interaction_id: str) -> Interaction:
        """Raises 10062."""
        if interaction_id not in self.interactions:
            raise refused(10062)
        return self.interactions[interaction_id]

    def keep_message(self, message: Message) -> None:
        """Store it, and forget the oldest of a channel that has grown too long."""
        channel = self.channel(message.channel_id)
        channel.messages[message.id] = message
        channel.messages_sent += message.type != MessageType.THREAD_STARTER_MESSAGE
        if len(channel.messages) > MESSAGES_KEPT:
            del channel.messages[next(iter(channel.messages))]

    def keep_interaction(self, interaction: Interaction) -> None:
        self.interactions[interaction.id] = interaction
        if len(self.interactions) > INTERACTIONS_KEPT:
            self.interactions.popitem(last=False)

    def new_token(self) -> str:
        return secrets.token_urlsafe(48)

    def bot_permissions(self, channel: Channel) -> Permission:
        """What the bot may do there; a thread inherits from its channel."""
        if channel.type == ChannelType.DIRECT:
            return EVERYTHING
        parent = self.guild.channels[channel.parent_id] if channel.parent_id else channel
        return EVERYTHING & ~parent.denied & ~channel.denied

    def audience(self, channel: Channel) -> list[User]:
        """Everybody who can read along in a channel."""
        if channel.recipient_id:
            return [self.users[channel.recipient_id], self.bot]
        if channel.type == ChannelType.PRIVATE_THREAD:
            return [self.users[member_id] for member_id in channel.member_ids]
        return list(self.guild.members.values())

    def _guild(self) -> Guild:
        guild = Guild(self.snowflakes.next(), "Parley's guild", owner_id="", created_at=self.clock.now())
        guild.roles[guild.id] = Role(guild.id, "@everyone", permissions=EVERYTHING & ~Permission.MANAGE_MESSAGES)
        own = Role(self.snowflakes.next(), "Parley", permissions=EVERYTHING, bot_id=self.bot.id)
        guild.roles[own.id] = own
        guild.members[self.bot.id] = self.bot
        self.bot.role_ids.append(own.id)
        return guild

    def _people(self) -> None:
        people = [self.add_member(username, shown) for username, shown in PEOPLE]
        self.guild.owner_id = people[0].id
        self.add_member("otherbot", "Other Bot", is_bot=True)
        team = Role(self.snowflakes.next(), "team", mentionable=True)
        self.guild.roles[team.id] = team
        for person in people[:2]:
            person.role_ids.append(team.id)
