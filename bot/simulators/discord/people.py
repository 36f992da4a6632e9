"""What people do on this Discord: write, reply, edit, react, use commands, press buttons, fill in forms."""

from collections.abc import Sequence

from bot.simulators.discord import previews
from bot.simulators.discord.bodies import MESSAGE_CHARACTERS, AllowedMentions
from bot.simulators.discord.errors import refused
from bot.simulators.discord.invocations import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, focused
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.mentions import as_typed
from bot.simulators.discord.nouns import Channel, ChannelType, Interaction, Message, MessageType, Upload
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.posting import Change, Draft

SLASH_COMMAND, MESSAGE_COMMAND = 1, 3
LEAST_TOGETHER, MOST_TOGETHER = 2, 100


class People:
    """Raises ValueError for what a person's client would not let them do, ApiError for what does not exist."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._world = platform.world

    def say(
        self,
        channel_id: str,
        text: str,
        *,
        user_id: str,
        reply_to: str | None = None,
        ping: bool = True,
        files: Sequence[Upload] = (),
    ) -> Message:
        """Write a message. `@Parley` becomes a mention; a text that is too long becomes a file, as clients do it.

        `ping` is the switch beside a reply that notifies whom it answers.
        """
        content, uploads = as_typed(text, self._world).strip(), list(files)
        if len(content) > MESSAGE_CHARACTERS:
            content, uploads = "", [*uploads, Upload("message.txt", text.encode())]
        if not (content or uploads):
            raise ValueError("a message needs a text or a file")
        channel = self._world.channel(channel_id)
        replied = self._world.message(channel_id, reply_to) if reply_to else None
        allowed = None if ping else AllowedMentions(parse=["roles", "users", "everyone"], replied_user=False)
        kind = MessageType.REPLY if replied else MessageType.DEFAULT
        draft = Draft(channel, self._world.user(user_id), content, type=kind, reply_to=replied, allowed=allowed)
        draft.uploads = uploads
        return self._platform.posting.post(draft)

    def edit(self, message_id: str, text: str) -> Message:
        return self._platform.posting.edit(self.message(message_id), Change(content=as_typed(text, self._world)))

    def delete(self, message_id: str) -> None:
        self._platform.posting.delete(self.message(message_id))

    def delete_together(self, message_ids: Sequence[str]) -> None:
        """What a moderator does with 2 to 100 messages of one channel, all of which everybody may see."""
        messages = [self.message(message_id) for message_id in message_ids]
        together = len({one.channel_id for one in messages}) == 1 and all(one.visible_to_all for one in messages)
        if not (together and MOST_TOGETHER >= len({*message_ids}) == len(messages) >= LEAST_TOGETHER):
            raise ValueError("2 to 100 different messages of one channel can be deleted together")
        self._platform.posting.delete_together(messages)

    def unfurl(self, message_id: str) -> None:
        """What Discord does some time after a link was posted. Raises ValueError when there is none."""
        message = self.message(message_id)
        links = previews.in_text(message.content)
        if not links:
            raise ValueError(f"message {message_id} has no link to preview")
        message.embeds = [{"type": "link", "url": url, "title": url} for url in links]
        self._platform.posting.announce(message)

    def react(self, message_id: str, emoji: str, *, user_id: str, added: bool = True) -> None:
        self._platform.places.react(self.message(message_id), emoji, self._world.user(user_id), added=added)

    def direct(self, user_id: str) -> Channel:
        """The person's direct messages with the bot."""
        return self._platform.places.direct(self._world.user(user_id))

    def open_thread(self, channel_id: str, name: str, *, user_id: str, message_id: str | None = None) -> Channel:
        """A thread a person makes, under a message or on its own."""
        places, owner = self._platform.places, self._world.user(user_id)
        if message_id is not None:
            return places.thread_from(
                self._world.message(channel_id, message_id), name, owner, auto_archive_minutes=1440
            )
        parent = self._world.channel(channel_id)
        return places.thread(parent, name, owner, kind=ChannelType.PUBLIC_THREAD, auto_archive_minutes=1440)

    def command(
        self,
        name: str,
        options: Payload,
        *,
        channel_id: str,
        user_id: str,
        files: Sequence[Upload] = (),
        user_installed: bool = False,
    ) -> Interaction:
        """Use a slash command; subcommands follow its name after a space. Files fill attachment options in order."""
        registered, path = self._registered(name.split(" ", maxsplit=1)[0]), name.split(" ")[1:]
        data = self._platform.invocations.command(registered, path, options, list(files), channel_id)
        return self._platform.interactions.start(
            COMMAND, data, channel_id=channel_id, user_id=user_id, name=name, user_installed=user_installed
        )

    def autocomplete(self, name: str, options: Payload, *, focus: str, channel_id: str, user_id: str) -> Interaction:
        """Type into an option that asks the bot for choices; they arrive in the interaction."""
        registered, path = self._registered(name.split(" ", maxsplit=1)[0]), name.split(" ")[1:]
        data = self._platform.invocations.command(registered, path, options, [], channel_id, complete=False)
        data = focused(data, focus)
        return self._platform.interactions.start(AUTOCOMPLETE, data, channel_id=channel_id, user_id=user_id, name=name)

    def message_command(self, name: str, *, message_id: str, user_id: str) -> Interaction:
        """Choose a message command from the menu of a message."""
        message = self.message(message_id)
        data = self._platform.invocations.message_command(self._registered(name, kind=MESSAGE_COMMAND), message)
        return self._platform.interactions.start(
            COMMAND,
            data,
            channel_id=message.channel_id,
            user_id=user_id,
            name=name,
            source_message_id=message.id,
        )

    def press(self, message_id: str, custom_id: str, *, user_id: str, values: list[str] | None = None) -> Interaction:
        """Press a button, or choose values in a select."""
        message = self.message(message_id)
        if message.seen_by not in (None, user_id):
            raise ValueError("that message is shown to somebody else alone")
        return self._platform.interactions.start(
            COMPONENT,
            self._platform.invocations.component(message, custom_id, values),
            channel_id=message.channel_id,
            user_id=user_id,
            name=custom_id,
            source_message_id=message.id,
        )

    def submit(self, interaction_id: str, values: dict[str, str]) -> Interaction:
        """Fill in the form with which an interaction was answered, by the custom_ids of its fields."""
        opened = self._world.interaction(interaction_id)
        if opened.modal is None:
            raise ValueError(f"interaction {interaction_id} was not answered with a form")
        return self._platform.interactions.start(
            MODAL,
            self._platform.invocations.modal(opened.modal, values),
            channel_id=opened.channel_id,
            user_id=opened.user_id,
            name=opened.modal["custom_id"],
            source_message_id=opened.source_message_id,
        )

    def message(self, message_id: str) -> Message:
        """Raises ApiError 10008."""
        message = self._world.find_message(message_id)
        if message is None:
            raise refused(10008)
        return message

    def _registered(self, name: str, *, kind: int = SLASH_COMMAND) -> Payload:
        command = self._platform.commands.find(name, kind)
        if command is None:
            raise ValueError(f"no command {name!r} is registered")
        return command
