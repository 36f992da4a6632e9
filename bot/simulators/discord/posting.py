"""Messages come into being, change and go; everybody who may know is told.

The one place where messages are written, for people, for the bot over REST, and for answers to interactions.
"""

from dataclasses import dataclass, field

from bot.simulators.discord import components, mentions, previews
from bot.simulators.discord.bodies import AllowedMentions
from bot.simulators.discord.files import Files
from bot.simulators.discord.gateway import Gateway
from bot.simulators.discord.ledger import Ledger, Payload
from bot.simulators.discord.mentions import Mentions
from bot.simulators.discord.message_payloads import MessagePayloads
from bot.simulators.discord.nouns import (
    NO_FLAGS,
    Attachment,
    Channel,
    ChannelType,
    Message,
    MessageFlag,
    MessageType,
    Upload,
    User,
)
from bot.simulators.discord.sessions import Intent
from bot.simulators.discord.world import World


@dataclass
class Draft:
    """A message before it is one."""

    channel: Channel
    author: User
    content: str = ""
    type: MessageType = MessageType.DEFAULT
    flags: MessageFlag = NO_FLAGS
    embeds: list[Payload] = field(default_factory=list[Payload])
    components: list[Payload] = field(default_factory=list[Payload])
    uploads: list[Upload] = field(default_factory=list[Upload])
    allowed: AllowedMentions | None = None  # None: everything in the text counts
    reply_to: Message | None = None
    nonce: str | None = None
    interaction_id: str | None = None
    seen_by: str | None = None


@dataclass
class Change:
    """What an edit replaces; None leaves it as it is."""

    content: str | None = None
    flags: MessageFlag | None = None
    embeds: list[Payload] | None = None
    components: list[Payload] | None = None
    kept: list[str] | None = None  # ids of the files that stay
    uploads: list[Upload] = field(default_factory=list[Upload])
    allowed: AllowedMentions | None = None


class Posting:
    def __init__(self, world: World, files: Files, gateway: Gateway, ledger: Ledger) -> None:
        self._world = world
        self._files = files
        self._gateway = gateway
        self._ledger = ledger
        self.payloads = MessagePayloads(world, files)

    def post(self, draft: Draft) -> Message:
        """Make the message, ring the phones it rings, and tell the gateway."""
        named = self._named(draft.content, draft.allowed, draft.author, draft.channel)
        message = self._message(draft, self._with_replied(named, draft))
        self._store(message, draft.channel)
        self._ledger.record("post", **self._facts(message))
        self._notify(message, self._with_replied(named, draft))
        self._preview(message)
        if message.visible_to_all:
            self._dispatch("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, change: Change) -> Message:
        """Change it in place. Nobody is notified of an edit, unless it fills in a deferred answer."""
        channel = self._world.channel(message.channel_id)
        was_loading = MessageFlag.LOADING in message.flags
        self._apply(message, change, channel)
        message.edited_at = self._world.clock.now()
        self._ledger.record("edit", **self._facts(message))
        self._preview(message)
        if was_loading:
            self._notify(message, Mentions(tuple(message.mention_ids)))
        self.announce(message)
        return message

    def announce(self, message: Message) -> None:
        """MESSAGE_UPDATE, also when something beside the text changed, such as a thread that grew from it."""
        if message.visible_to_all:
            self._dispatch("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        channel = self._world.channel(message.channel_id)
        self._remove(message, channel)
        if message.visible_to_all:
            self._tell_of_deletion("MESSAGE_DELETE", {"id": message.id}, channel)

    def delete_together(self, messages: list[Message]) -> None:
        """Delete several of one channel, of which everybody hears at once."""
        channel = self._world.channel(messages[0].channel_id)
        for message in messages:
            self._remove(message, channel)
        self._tell_of_deletion("MESSAGE_DELETE_BULK", {"ids": [message.id for message in messages]}, channel)

    def _remove(self, message: Message, channel: Channel) -> None:
        del channel.messages[message.id]
        self._ledger.record("delete", message_id=message.id, channel_id=channel.id, author_id=message.author_id)

    def _tell_of_deletion(self, name: str, what: Payload, channel: Channel) -> None:
        gone = what | {"channel_id": channel.id} | ({"guild_id": channel.guild_id} if channel.guild_id else {})
        self._gateway.dispatch(name, lambda _: gone, intent=intent(channel), guild_id=channel.guild_id)

    def _named(self, content: str, allowed: AllowedMentions | None, author: User, channel: Channel) -> Mentions:
        named = mentions.allowed(mentions.in_text(content), allowed)
        return mentions.effective(named, author, channel, self._world)

    def _with_replied(self, named: Mentions, draft: Draft) -> Mentions:
        """A reply pings whom it answers, unless told otherwise."""
        if draft.reply_to is None or draft.type != MessageType.REPLY:
            return named
        if draft.allowed is not None and not draft.allowed.replied_user:
            return named
        users = dict.fromkeys((*named.user_ids, draft.reply_to.author_id))
        return Mentions(tuple(users), named.role_ids, everyone=named.everyone, here=named.here)

    def _message(self, draft: Draft, named: Mentions) -> Message:
        return Message(
            id=self._world.snowflakes.next(),
            channel_id=draft.channel.id,
            author_id=draft.author.id,
            created_at=self._world.clock.now(),
            content=draft.content,
            type=draft.type,
            flags=draft.flags,
            embeds=draft.embeds,
            components=components.numbered(draft.components),
            attachments=self._attach(draft.uploads, draft.channel, ephemeral=draft.seen_by is not None),
            mention_ids=list(named.user_ids),
            mention_role_ids=list(named.role_ids),
            mention_everyone=named.all,
            reply_to=draft.reply_to.id if draft.reply_to else None,
            referenced_channel_id=draft.reply_to.channel_id if draft.reply_to else None,
            nonce=draft.nonce,
            interaction_id=draft.interaction_id,
            seen_by=draft.seen_by,
        )

    def _attach(self, uploads: list[Upload], channel: Channel, *, ephemeral: bool) -> list[Attachment]:
        return [self._files.add(upload, channel.id, ephemeral=ephemeral) for upload in uploads]

    def _store(self, message: Message, channel: Channel) -> None:
        self._world.keep_message(message)
        if channel.is_thread:
            channel.archived = False
            if message.author_id not in channel.member_ids:
                channel.member_ids.append(message.author_id)

    def _apply(self, message: Message, change: Change, channel: Channel) -> None:
        if change.content is not None:
            author = self._world.users[message.author_id]
            named = self._named(change.content, change.allowed, author, channel)
            message.content = change.content
            message.mention_ids = list(named.user_ids)
            message.mention_role_ids = list(named.role_ids)
            message.mention_everyone = named.all
        if change.embeds is not None:
            message.embeds = change.embeds
        if change.components is not None:
            message.components = components.numbered(change.components)
        if change.flags is not None:
            changeable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2
            message.flags = (message.flags & ~MessageFlag.SUPPRESS_EMBEDS) | (change.flags & changeable)
        if change.kept is not None:
            message.attachments = [one for one in message.attachments if one.id in change.kept]
        message.attachments += self._attach(change.uploads, channel, ephemeral=not message.visible_to_all)
        message.flags &= ~MessageFlag.LOADING

    def _notify(self, message: Message, named: Mentions) -> None:
        if not message.visible_to_all or MessageFlag.LOADING in message.flags:
            return
        author, channel = self._world.users[message.author_id], self._world.channel(message.channel_id)
        for user_id, reason in mentions.notified(named, author, channel, self._world).items():
            self._ledger.record(
                "notification",
                message_id=message.id,
                channel_id=channel.id,
                author_id=author.id,
                user_id=user_id,
                reason=reason,
                silent=MessageFlag.SUPPRESS_NOTIFICATIONS in message.flags,
            )

    def _preview(self, message: Message) -> None:
        texts = [] if MessageFlag.SUPPRESS_EMBEDS in message.flags else previews.in_text(message.content)
        for url in texts + previews.in_parts([*message.shown_embeds, *message.components]):
            self._ledger.record("preview", message_id=message.id, author_id=message.author_id, url=url)

    def _dispatch(self, name: str, message: Message) -> None:
        channel = self._world.channel(message.channel_id)
        render = self.payloads.event(message)
        self._gateway.dispatch(name, render, intent=intent(channel), guild_id=channel.guild_id)

    def _facts(self, message: Message) -> Payload:
        return {
            "message_id": message.id,
            "channel_id": message.channel_id,
            "author_id": message.author_id,
            "content": message.content,
            "type": int(message.type),
            "flags": int(message.flags),
            "reply_to": message.reply_to,
            "nonce": message.nonce,
            "files": [attachment.filename for attachment in message.attachments],
            "embeds": list(message.shown_embeds),
            "interaction_id": message.interaction_id,
            "seen_by": message.seen_by,
        }


def intent(channel: Channel) -> Intent:
    """Which intent a channel's messages fall under."""
    return Intent.DIRECT_MESSAGES if channel.type == ChannelType.DIRECT else Intent.GUILD_MESSAGES
