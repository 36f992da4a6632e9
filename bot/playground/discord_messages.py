"""Messages of the simulated Discord as the page shows them, and what Mina can do with each."""

from collections.abc import Iterator

from bot.playground import discord_markup, discord_parts
from bot.playground.discord_activity import Activity
from bot.playground.discord_commands import MESSAGE_COMMAND, is_offered
from bot.playground.html import element
from bot.playground.markup import Names
from bot.playground.place import DELETE, OCTAGONAL_SIGN, STOP_SIGN, Gesture, Message
from bot.simulators.discord import DiscordSimulator, nouns
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import MessageFlag, MessageType

FROM_MENU = "menu:"  # begins the key of a gesture that is a command of the bot's
GONE = "The message that this thread began with was deleted."


class Messages:
    def __init__(self, discord: DiscordSimulator, person: nouns.User) -> None:
        self._discord = discord
        self._guild = discord.guild
        self._person = person
        self._direct = discord.direct(person.id)
        self.activity = Activity(discord.ledger)

    def channels(self) -> Iterator[nouns.Channel]:
        yield self._direct
        yield from self._guild.channels.values()

    def find(self, message_id: str) -> nouns.Message | None:
        return next((found for one in self.channels() if (found := one.messages.get(message_id))), None)

    def registered(self, kind: int) -> list[Payload]:
        """The bot's commands of that kind."""
        commands: list[Payload] = self._discord.state()["commands"]
        return [one for one in commands if one["type"] == kind]

    def name(self, user_id: str) -> str:
        member = self._guild.members.get(user_id)
        return member.display_name if member else "Somebody"

    def typed(self, message: nouns.Message) -> str:
        return discord_markup.typed(message.content, self._names())

    def shown(self, message: nouns.Message) -> Message:
        author = self._guild.members.get(message.author_id)
        is_bot = author is not None and author.is_bot
        is_pending = MessageFlag.LOADING in message.flags
        return Message(
            id=message.id,
            author=self.name(message.author_id),
            is_bot=is_bot,
            sent_at=message.created_at,
            body=discord_parts.body(message, self._names()),
            above=" · ".join(self._above(message)),
            files=tuple(discord_parts.file(one) for one in message.attachments),
            buttons=tuple(discord_parts.buttons(message)),
            reactions=tuple((_emoji(emoji), len(people)) for emoji, people in message.reactions.items()),
            is_edited=message.edited_at is not None and not is_bot,
            is_pending=is_pending,
            takes_replies=is_bot and not is_pending,
            typed=self.typed(message) if message.author_id == self._person.id else None,
            gestures=tuple(self.gestures(message)),
        )

    def gone(self, thread: nouns.Channel) -> Message:
        """What stands in a thread for the message it began with, whose id it has, once that is deleted."""
        words = element("p", GONE)
        return Message(thread.id, "", is_bot=False, sent_at=thread.created_at, body=(words,), is_gone=True)

    def gestures(self, message: nouns.Message) -> Iterator[Gesture]:
        if message.author_id == self._person.id:
            yield Gesture(DELETE, "Delete")
        elif message.author_id == self._discord.bot.id and message.visible_to_all:
            if self._person.id not in message.reactions.get(OCTAGONAL_SIGN, []):
                yield Gesture(STOP_SIGN, "Add stop sign")
            yield from (Gesture(FROM_MENU + name, name) for name in self._menu(message))

    def _menu(self, message: nouns.Message) -> Iterator[str]:
        is_direct = message.channel_id == self._direct.id
        commands = self.registered(MESSAGE_COMMAND)
        return (one["name"] for one in commands if is_offered(one, is_direct=is_direct))

    def _names(self) -> Names:
        people = [("@" + one.id, "@" + one.display_name) for one in self._guild.members.values()]
        roles = [("@&" + one.id, "@" + one.name) for one in self._guild.roles.values()]
        return (*people, *roles, *(("#" + one.id, "#" + one.name) for one in self._guild.channels.values()))

    def _above(self, message: nouns.Message) -> Iterator[str]:
        use = self.activity.use(message.interaction_id) if message.interaction_id else None
        if use and message.type == MessageType.CHAT_INPUT_COMMAND:
            yield f"{self.name(use.user_id)} used /{use.name}"
        elif use and message.type == MessageType.CONTEXT_MENU_COMMAND:
            yield f"{self.name(use.user_id)} used “{use.name}”"
        elif message.reply_to and message.type == MessageType.REPLY:
            yield self._replied(message)
        if not message.visible_to_all:
            yield f"Only {self._person.display_name} can see this"

    def _replied(self, message: nouns.Message) -> str:
        channel = next((one for one in self.channels() if one.id == message.referenced_channel_id), None)
        original = channel.messages.get(message.reply_to or "") if channel else None
        if original is None:
            return "Replying to a deleted message"
        words = discord_markup.title(original.content, self._names())
        return f"Replying to {self.name(original.author_id)}: {words or 'a file'}"


def _emoji(emoji: str) -> str:
    """Custom ones are written with their id."""
    name, _, custom = emoji.partition(":")
    return f":{name}:" if custom else name
