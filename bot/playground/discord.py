"""The simulated Discord guild as a place on the page. The person is Mina, a member of the guild.

On Discord a channel is one row of messages; only some of them have a thread under them, and a thread is a channel of
its own with the id of the message it grew from. Here each message of a channel is a thread, open or not.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

from bot.playground import discord_parts
from bot.playground.discord_activity import TYPING_SECONDS
from bot.playground.discord_commands import SLASH_COMMAND, Typed, fitted, parse_command
from bot.playground.discord_messages import FROM_MENU, Messages
from bot.playground.place import DELETE, OCTAGONAL_SIGN, THREADS_SHOWN, Channel, Command, File, Refused, Thread, Upload
from bot.simulators.discord import DiscordSimulator, Entry, Interaction, nouns
from bot.simulators.discord.bodies import MESSAGE_CHARACTERS
from bot.simulators.discord.errors import ApiError
from bot.simulators.discord.nouns import ChannelType, MessageType

PERSON = "Mina"
QUESTIONS = ("/ask What is 12*7?", "/research What do otters eat?")
OF_MESSAGES = frozenset({"post", "edit", "delete", "typing"})
OF_CHANNELS = frozenset({"thread_created", "channel_edited"})
SYSTEM = (MessageType.THREAD_CREATED, MessageType.THREAD_STARTER_MESSAGE)
GONE = "This conversation is not there any more. Reload the page."


class DiscordPlace:
    key = "discord"
    platform = "Discord"
    person = PERSON

    def __init__(self, discord: DiscordSimulator) -> None:
        self._discord = discord
        self._guild = discord.guild
        self.bot = discord.bot.display_name
        known = [member for member in self._guild.members.values() if member.display_name == PERSON]
        self._person = known[0] if known else discord.add_member(PERSON.lower())
        self._direct = discord.direct(self._person.id)
        self._messages = Messages(discord, self._person)

    def channels(self) -> Sequence[Channel]:
        texts = [one for one in self._guild.channels.values() if one.type == ChannelType.TEXT]
        return [self._channel(one) for one in (*texts, self._direct)]

    def _channel(self, channel: nouns.Channel) -> Channel:
        if channel is self._direct:
            how = f"Whatever you write here, {self.bot} answers, and it remembers what was said."
            label, examples = f"Conversation with {self.bot}", ("hello", *QUESTIONS)
            return Channel(channel.id, self.bot, label, must_mention=False, how=how, examples=examples)
        how = f"Mention @{self.bot} and it answers in a thread under what you wrote; there you need not mention it"
        how += " again. Begin with / for its commands."
        name, examples = f"#{channel.name}", (f"@{self.bot} hello", *QUESTIONS)
        return Channel(channel.id, name, f"Channel {name}", must_mention=True, how=how, examples=examples)

    def threads(self, channel_id: str) -> Sequence[Thread]:
        channel = self._found(channel_id)
        ids = {*channel.messages, *(thread.id for thread in self._guild.threads if thread.parent_id == channel_id)}
        newest = sorted(ids, key=int, reverse=True)
        shown = (thread for one in newest if (thread := self.thread(channel_id, one)))
        return [thread for thread, _ in zip(shown, range(THREADS_SHOWN), strict=False)][::-1]

    def thread(self, channel_id: str, thread_id: str) -> Thread | None:
        root = self._found(channel_id).messages.get(thread_id)
        under = self._under(channel_id, thread_id)
        below = list(under.messages.values()) if under else []
        seen = [one for one in (root, *below) if one and self._is_seen(one)]
        if not (seen or under):
            return None
        began = any(one.type == MessageType.THREAD_STARTER_MESSAGE for one in below)
        gone = [self._messages.gone(under)] if under and began and not root else []
        return Thread(
            thread_id,
            under.name if under else "",
            (*gone, *map(self._messages.shown, seen)),
            self.status(under.id) if under else "",
            is_open=under is not None,
        )

    def status(self, channel_id: str) -> str:
        typist = self._messages.activity.typist(channel_id)
        return f"{self._messages.name(typist)} is typing…" if typist else ""

    def commands(self) -> Sequence[Command]:
        return [Command(one["name"], one["description"]) for one in self._messages.registered(SLASH_COMMAND)]

    async def changes(self, channel_id: str) -> AsyncIterator[str]:
        last_typing = 0
        with self._discord.ledger.reader() as entries:
            while (entry := await entries.get()) is not None:
                if entry.kind == "typing" and entry.number > last_typing:
                    last_typing = entry.number  # nobody says when it is over, so it is looked at again then
                    asyncio.get_running_loop().call_later(TYPING_SECONDS + 0.1, entries.put_nowait, entry)
                for thread_id in self._touched(entry, channel_id):
                    yield thread_id

    async def say(
        self, channel_id: str, thread_id: str | None, text: str, files: Sequence[Upload], reply_to: str | None = None
    ) -> None:
        channel = self._under(channel_id, thread_id) if thread_id else self._found(channel_id)
        if channel is None:
            raise Refused(GONE)
        uploads = [nouns.Upload(file.name, file.content, file.media_type) for file in files]
        if typed := parse_command(text):
            await self._use(typed, channel.id, uploads)
            return
        if reply_to and reply_to not in channel.messages:
            raise Refused("The message you reply to is not there any more.")
        await self._discord.say(channel.id, text, user_id=self._person.id, reply_to=reply_to, files=uploads)

    async def press(self, channel_id: str, message_id: str, action: str) -> None:  # noqa: ARG002 - ids are unique here
        try:
            pressed = await self._discord.press(message_id, action, user_id=self._person.id)
        except (ApiError, ValueError) as error:
            raise Refused("This button is not there any more.") from error
        await self._taken(pressed)

    async def edit(self, channel_id: str, message_id: str, text: str) -> None:  # noqa: ARG002 - ids are unique here
        message = self._messages.find(message_id)
        if message is None or message.author_id != self._person.id:
            raise Refused("Only your own messages can be edited, while they are there.")
        if len(text) > MESSAGE_CHARACTERS:
            raise Refused(f"Discord takes at most {MESSAGE_CHARACTERS:,} characters.")
        if text != self._messages.typed(message):
            await self._discord.edit(message_id, text)

    async def gesture(self, channel_id: str, message_id: str, key: str) -> None:  # noqa: ARG002 - ids are unique here
        message = self._messages.find(message_id)
        if message is None or key not in [one.key for one in self._messages.gestures(message)]:
            raise Refused("This cannot be done any more.")
        if key == DELETE:
            await self._discord.delete(message_id)
        elif key.startswith(FROM_MENU):
            name, mina = key.removeprefix(FROM_MENU), self._person.id
            await self._taken(await self._discord.message_command(name, message_id=message_id, user_id=mina))
        else:
            await self._discord.react(message_id, OCTAGONAL_SIGN, user_id=self._person.id)

    def file(self, file_id: str) -> tuple[File, bytes] | None:
        attachment = self._attachment(file_id)
        if attachment is None:
            return None
        content = self._discord.content_of(attachment)
        is_kept = len(content) == attachment.size_bytes
        return (discord_parts.file(attachment), content) if is_kept else None

    async def _use(self, typed: Typed, channel_id: str, uploads: list[nouns.Upload]) -> None:
        options = fitted(typed, self._messages.registered(SLASH_COMMAND), files=len(uploads))
        try:
            used = await self._discord.command(
                typed.name, options, channel_id=channel_id, user_id=self._person.id, files=uploads
            )
        except ValueError as error:
            raise Refused(f"Discord does not take it: {error}.") from error
        await self._taken(used)

    async def _taken(self, interaction: Interaction) -> None:
        """Wait for the bot's first answer, which is due in three seconds. Raises Refused when there is none."""
        try:
            await self._discord.wait_for(lambda: interaction.state != "waiting")
        except (ConnectionError, TimeoutError) as error:
            raise Refused(f"{self.bot} did not respond. Try again in a moment.") from error
        if interaction.state == "failed":
            raise Refused(f"{self.bot} did not respond. Try again in a moment.")

    def _attachment(self, file_id: str) -> nouns.Attachment | None:
        messages = (
            one for channel in self._messages.channels() for one in channel.messages.values() if self._is_seen(one)
        )
        return next((file for message in messages for file in message.attachments if file.id == file_id), None)

    def _found(self, channel_id: str) -> nouns.Channel:
        """One that the page shows."""
        return self._direct if channel_id == self._direct.id else self._guild.channels[channel_id]

    def _under(self, channel_id: str, thread_id: str) -> nouns.Channel | None:
        """The thread under a message, or one on its own, where Mina may read it."""
        thread = self._guild.channels.get(thread_id)
        if thread is None or thread.parent_id != channel_id:
            return None
        is_private = thread.type == ChannelType.PRIVATE_THREAD
        return None if is_private and self._person.id not in thread.member_ids else thread

    def _is_seen(self, message: nouns.Message) -> bool:
        return message.type not in SYSTEM and message.seen_by in (None, self._person.id)

    def _touched(self, entry: Entry, channel_id: str) -> Iterator[str]:
        """The thread that an entry is about, if it is of this channel."""
        message_id = entry["message_id"]
        if entry.kind in OF_CHANNELS:
            yield entry["channel_id"]
        elif entry.kind in OF_MESSAGES and entry["channel_id"] == channel_id:
            yield from ("", message_id) if message_id else ("",)
        elif entry.kind in OF_MESSAGES and self._under(channel_id, entry["channel_id"]):
            yield entry["channel_id"]
        elif entry.kind == "reaction":
            yield message_id
            yield from (one.id for one in self._guild.threads if message_id in one.messages)
