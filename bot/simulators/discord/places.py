"""Channels, threads and direct messages: opened, changed, entered; typing and reactions in them."""

from bot.simulators.discord import payloads
from bot.simulators.discord.errors import refused
from bot.simulators.discord.gateway import Gateway
from bot.simulators.discord.ledger import Ledger, Payload
from bot.simulators.discord.nouns import Channel, ChannelType, Message, MessageFlag, MessageType, User
from bot.simulators.discord.posting import Draft, Posting
from bot.simulators.discord.sessions import Intent
from bot.simulators.discord.world import World

ACTIVE_THREADS = 1000


class Places:
    def __init__(self, world: World, posting: Posting, gateway: Gateway, ledger: Ledger) -> None:
        self._world = world
        self._posting = posting
        self._gateway = gateway
        self._ledger = ledger

    def direct(self, person: User) -> Channel:
        """The channel between the bot and a person, made when it is first needed."""
        if person.id not in self._world.direct:
            now = self._world.clock.now()
            channel_id = self._world.snowflakes.next()
            channel = Channel(channel_id, ChannelType.DIRECT, person.display_name, now, recipient_id=person.id)
            self._world.direct[person.id] = channel
            self._ledger.record("channel_created", channel_id=channel_id, recipient_id=person.id)
        return self._world.direct[person.id]

    def thread_from(self, message: Message, name: str, owner: User, *, auto_archive_minutes: int) -> Channel:
        """A thread under a message; it has the message's id. Raises 160004 when there is one."""
        if message.id in self._world.guild.channels:
            raise refused(160004)
        parent = self._world.channel(message.channel_id)
        thread = self._thread(message.id, ChannelType.PUBLIC_THREAD, name, parent, owner, auto_archive_minutes)
        message.flags |= MessageFlag.HAS_THREAD
        self._posting.announce(message)
        starter = MessageType.THREAD_STARTER_MESSAGE
        self._posting.post(Draft(thread, self._world.users[message.author_id], type=starter, reply_to=message))
        return thread

    def thread(
        self, parent: Channel, name: str, owner: User, *, kind: ChannelType, auto_archive_minutes: int
    ) -> Channel:
        """A thread without a message it grew from; a public one is announced in its channel."""
        thread = self._thread(self._world.snowflakes.next(), kind, name, parent, owner, auto_archive_minutes)
        if kind == ChannelType.PUBLIC_THREAD:
            self._posting.post(Draft(parent, owner, name, type=MessageType.THREAD_CREATED))
        return thread

    def change(self, channel: Channel, changes: Payload) -> None:
        """New name, archived or locked."""
        for key, value in changes.items():
            setattr(channel, key, value)
        if changes.get("archived"):
            channel.archived_at = self._world.clock.now()
        self._ledger.record("channel_edited", channel_id=channel.id, **changes)
        self._tell("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)

    def remove(self, channel: Channel) -> None:
        """Delete a channel of the guild with its threads."""
        for thread in [one for one in self._world.guild.threads if one.parent_id == channel.id]:
            self.remove(thread)
        del self._world.guild.channels[channel.id]
        self._ledger.record("channel_edited", channel_id=channel.id, deleted=True)
        self._tell("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel)

    def join(self, thread: Channel, person: User) -> None:
        if person.id not in thread.member_ids:
            thread.member_ids.append(person.id)

    def type_in(self, channel: Channel, person: User) -> None:
        self._ledger.record("typing", channel_id=channel.id, user_id=person.id)
        direct = channel.guild_id is None
        now = int(self._world.clock.now())
        typing: Payload = {"channel_id": channel.id, "user_id": person.id, "timestamp": now}
        if not direct:
            typing |= {"guild_id": channel.guild_id, "member": payloads.full_member(person)}
        intent = Intent.DIRECT_MESSAGE_TYPING if direct else Intent.GUILD_MESSAGE_TYPING
        self._gateway.dispatch("TYPING_START", lambda _: typing, intent=intent, guild_id=channel.guild_id)

    def react(self, message: Message, emoji: str, person: User, *, added: bool) -> None:
        """Add or take back one person's reaction; a second time changes nothing."""
        who = message.reactions.setdefault(emoji, [])
        if (person.id in who) == added:
            return
        who.append(person.id) if added else who.remove(person.id)
        if not who:
            del message.reactions[emoji]
        self._ledger.record("reaction", message_id=message.id, user_id=person.id, emoji=emoji, added=added)
        self._tell_reaction(message, emoji, person, added=added)

    def _thread(
        self, thread_id: str, kind: ChannelType, name: str, parent: Channel, owner: User, auto_archive_minutes: int
    ) -> Channel:
        if parent.type != ChannelType.TEXT:
            raise refused(50024)
        if sum(not thread.archived for thread in self._world.guild.threads) >= ACTIVE_THREADS:
            raise refused(160006)
        thread = Channel(
            thread_id,
            kind,
            name,
            self._world.clock.now(),
            guild_id=parent.guild_id,
            parent_id=parent.id,
            owner_id=owner.id,
            auto_archive_minutes=auto_archive_minutes,
            member_ids=[owner.id],
        )
        self._world.guild.channels[thread_id] = thread
        self._ledger.record("thread_created", channel_id=thread_id, parent_id=parent.id, name=name, owner_id=owner.id)
        self._tell("THREAD_CREATE", thread, newly_created=True)
        return thread

    def _tell(self, name: str, channel: Channel, **extra: object) -> None:
        payload = payloads.channel(channel, self._world) | extra
        self._gateway.dispatch(name, lambda _: payload, intent=Intent.GUILDS, guild_id=channel.guild_id)

    def _tell_reaction(self, message: Message, emoji: str, person: User, *, added: bool) -> None:
        channel = self._world.channel(message.channel_id)
        name, _, emoji_id = emoji.partition(":")
        payload: Payload = {
            "user_id": person.id,
            "channel_id": channel.id,
            "message_id": message.id,
            "message_author_id": message.author_id,
            "emoji": {"id": emoji_id or None, "name": name, "animated": False},
            "burst": False,
            "type": 0,
        }
        direct = channel.guild_id is None
        if not direct:
            payload |= {"guild_id": channel.guild_id, "member": payloads.full_member(person)}
        event = "MESSAGE_REACTION_ADD" if added else "MESSAGE_REACTION_REMOVE"
        intent = Intent.DIRECT_MESSAGE_REACTIONS if direct else Intent.GUILD_MESSAGE_REACTIONS
        self._gateway.dispatch(event, lambda _: payload, intent=intent, guild_id=channel.guild_id)
