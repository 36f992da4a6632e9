"""Messages as JSON, as the bot may see them. Source: "Message Resource", Discord developer docs."""

from collections.abc import Callable

from bot.simulators.discord import payloads
from bot.simulators.discord.clock import iso
from bot.simulators.discord.files import Files
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Attachment, Interaction, Message, MessageType, User
from bot.simulators.discord.world import World

Render = Callable[[bool], Payload]  # whether the receiver may read what everybody writes, to JSON


class MessagePayloads:
    def __init__(self, world: World, files: Files) -> None:
        self._world = world
        self._files = files

    def message(self, message: Message, *, reads_all: bool, nested: bool = False) -> Payload:
        """One message; `reads_all` is the message content intent, without which most content is empty."""
        shown = reads_all or self.is_for_bot(message)
        author = self._world.users[message.author_id]
        payload: Payload = {
            "id": message.id,
            "channel_id": message.channel_id,
            "type": int(message.type),
            "author": payloads.user(author),
            "content": message.content if shown else "",
            "timestamp": iso(message.created_at),
            "edited_timestamp": iso(message.edited_at) if message.edited_at else None,
            "tts": False,
            "mention_everyone": message.mention_everyone,
            "mentions": [self._mentioned(self._world.users[one], message) for one in message.mention_ids],
            "mention_roles": message.mention_role_ids,
            "attachments": [self.attachment(one) for one in message.attachments] if shown else [],
            "embeds": message.shown_embeds if shown else [],
            "components": message.components if shown else [],
            "pinned": False,
            "flags": int(message.flags),
        }
        payload |= self._optional(message)
        if not nested:
            payload |= self._reference(message, reads_all=reads_all)
        return payload

    def event(self, message: Message) -> Render:
        """MESSAGE_CREATE and MESSAGE_UPDATE: a message of a guild comes with guild and member."""
        channel = self._world.channel(message.channel_id)
        extra: Payload = {}
        if channel.guild_id:
            member = payloads.member(self._world.users[message.author_id])
            extra = {"guild_id": channel.guild_id, "member": member}
        extra["channel_type"] = int(channel.type)
        return lambda reads_all: self.message(message, reads_all=reads_all) | extra

    def rest(self, message: Message) -> Payload:
        return self.message(message, reads_all=self._world.portal.message_content)

    def is_for_bot(self, message: Message) -> bool:
        """Whether the bot may read a message even without the intent: its own, direct, or naming it."""
        bot_id = self._world.bot.id
        direct = self._world.channel(message.channel_id).guild_id is None
        return direct or message.author_id == bot_id or bot_id in message.mention_ids

    def attachment(self, attachment: Attachment) -> Payload:
        url = self._files.url(attachment)
        payload: Payload = {
            "id": attachment.id,
            "filename": attachment.filename,
            "size": attachment.size_bytes,
            "url": url,
            "proxy_url": url,
        }
        optional = ("content_type", "title", "description")
        payload |= {key: value for key in optional if (value := getattr(attachment, key)) is not None}
        return payload | ({"ephemeral": True} if attachment.ephemeral else {})

    def _mentioned(self, person: User, message: Message) -> Payload:
        in_guild = self._world.channel(message.channel_id).guild_id
        return payloads.user(person) | ({"member": payloads.member(person)} if in_guild else {})

    def _optional(self, message: Message) -> Payload:
        payload: Payload = {}
        if message.nonce is not None:
            payload["nonce"] = message.nonce
        if message.reactions:
            payload["reactions"] = [self._reaction(emoji, who) for emoji, who in message.reactions.items()]
        thread = self._world.guild.channels.get(message.id)
        if thread is not None:
            payload["thread"] = payloads.thread(thread, self._world)
        interaction = self._world.interactions.get(message.interaction_id or "")
        if interaction is not None:
            payload |= self._interaction(interaction)
        return payload

    def _reaction(self, emoji: str, who: list[str]) -> Payload:
        name, _, emoji_id = emoji.partition(":")
        return {
            "emoji": {"id": emoji_id or None, "name": name},
            "count": len(who),
            "count_details": {"burst": 0, "normal": len(who)},
            "me": self._world.bot.id in who,
            "me_burst": False,
            "burst_colors": [],
        }

    def _interaction(self, interaction: Interaction) -> Payload:
        person = payloads.user(self._world.users[interaction.user_id])
        owners = integration_owners(interaction, self._world)
        common: Payload = {"id": interaction.id, "type": interaction.type, "user": person}
        about: Payload = {
            "application_id": self._world.application_id,
            "webhook_id": self._world.application_id,
            "interaction_metadata": common | {"authorizing_integration_owners": owners},
        }
        if interaction.type == 2:
            about["interaction_metadata"]["command_type"] = interaction.data.get("type", 1)
            about["interaction_metadata"]["name"] = interaction.name
            about["interaction"] = common | {"name": interaction.name}
        return about

    def _reference(self, message: Message, *, reads_all: bool) -> Payload:
        if message.reply_to is None and message.type != MessageType.THREAD_CREATED:
            return {}
        channel_id = message.referenced_channel_id or message.channel_id
        guild_id = self._world.channel(message.channel_id).guild_id
        reference: Payload = {"type": 0, "channel_id": channel_id}
        reference |= {"guild_id": guild_id} if guild_id else {}
        if message.reply_to is None:
            return {"message_reference": reference}
        found = self._world.channel(channel_id).messages.get(message.reply_to)
        referenced = self.message(found, reads_all=reads_all, nested=True) if found else None
        reference["message_id"] = message.reply_to
        return {"message_reference": reference, "referenced_message": referenced}


def integration_owners(interaction: Interaction, world: World) -> Payload:
    """Who installed the app that answers: the guild (0) or only this person (1)."""
    if interaction.user_installed:
        return {"1": interaction.user_id}
    in_guild = world.channel(interaction.channel_id).guild_id
    return {"0": in_guild or "0"}
