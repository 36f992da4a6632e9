"""The nouns of the simulated workspace: people, one bot app, channels, messages, files."""

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pydantic import JsonValue

JsonObject: TypeAlias = dict[str, JsonValue]
ChannelKind = Literal["channel", "group", "im"]

MESSAGES_KEPT = 20_000  # the oldest go first: a load run of days must not fill the memory
FILES_KEPT, FILE_BYTES_KEPT = 5_000, 128_000_000


class NotThere(LookupError):
    """No such person, channel, message or file in this workspace."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str  # what others type after "@"
    real_name: str
    is_bot: bool = False
    time_zone: str = "UTC"  # IANA name


@dataclass(frozen=True, slots=True)
class BotApp:
    """The one installed app: `user` is what people mention, the ids are what its messages carry."""

    user: Person
    bot_id: str
    app_id: str


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: ChannelKind = "channel"
    member_ids: set[str] = field(default_factory=set[str])
    is_archived: bool = False


@dataclass(slots=True)
class StoredFile:
    id: str
    name: str
    mimetype: str
    user_id: str
    created: int  # seconds since 1970
    content: bytes | None = None  # None until uploaded, and again when the oldest were dropped
    title: str = ""
    alt_text: str = ""
    size_bytes: int = 0
    shared_in: list[tuple[str, str]] = field(
        default_factory=list[tuple[str, str]]
    )  # channels and timestamps, by the bot


@dataclass(slots=True)
class Message:
    """One message as it stands now; `text` is mrkdwn, or the Markdown source when `markdown_text` was sent."""

    channel_id: str
    ts: str
    user_id: str
    text: str
    thread_ts: str | None = None  # of the root, on replies only
    bot_id: str | None = None
    subtype: str | None = None
    markdown_text: str | None = None
    blocks: list[JsonValue] = field(default_factory=list[JsonValue])
    metadata: JsonObject | None = None
    files: list[StoredFile] = field(default_factory=list[StoredFile])
    reactions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    edited_ts: str | None = None
    client_msg_id: str | None = None
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None

    @property
    def root_ts(self) -> str:
        return self.thread_ts or self.ts


class Workspace:
    """Everything one team has; starts with Ada, Grace, the bot, #general (bot inside) and #random (bot outside)."""

    def __init__(self, team_id: str = "T0PARLEY", *, clock: Callable[[], float] = time.time) -> None:
        self.team_id = team_id
        self.domain = "parley-simulated"
        self.bot = BotApp(
            user=Person("U0PARLEY", "Parley", "Parley", is_bot=True), bot_id="B0PARLEY", app_id="A0PARLEY"
        )
        self.people: dict[str, Person] = {self.bot.user.id: self.bot.user}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, StoredFile] = {}
        self.missing_scopes: set[str] = set()  # of the app's; empty: it has all it needs
        self.refused_blocks: set[str] = set()  # kinds that this workspace does not know yet
        self._messages: dict[tuple[str, str], Message] = {}
        self._replies: dict[tuple[str, str], list[str]] = {}
        self._clock = clock
        self._last_microsecond = 0
        # Ids start at the time, so that those of a second run or workspace are new to an app that remembers the first.
        self._numbers = itertools.count(int(clock() * 1_000_000))
        self._furnish()

    def _furnish(self) -> None:
        for person in (Person("U0ADA", "Ada", "Ada Lovelace"), Person("U0GRACE", "Grace", "Grace Hopper")):
            self.people[person.id] = person
        humans = {"U0ADA", "U0GRACE"}
        self.channels["C0GENERAL"] = Channel("C0GENERAL", "general", member_ids=humans | {self.bot.user.id})
        self.channels["C0RANDOM"] = Channel("C0RANDOM", "random", member_ids=set(humans))

    def next_ts(self) -> str:
        """A timestamp id, seconds and six decimals; each is greater than all before it."""
        self._last_microsecond = max(self._last_microsecond + 1, int(self._clock() * 1_000_000))
        seconds, microseconds = divmod(self._last_microsecond, 1_000_000)
        return f"{seconds}.{microseconds:06d}"

    def next_id(self, prefix: str) -> str:
        return f"{prefix}0{next(self._numbers):08X}"

    def add_person(self, name: str, real_name: str = "", *, time_zone: str = "UTC") -> Person:
        person = Person(self.next_id("U"), name, real_name or name, time_zone=time_zone)
        self.people[person.id] = person
        return person

    def set_time_zone(self, user_id: str, time_zone: str) -> None:
        """A person moves; `time_zone` is an IANA name."""
        self.people[user_id] = replace(self.person(user_id), time_zone=time_zone)

    def add_channel(
        self, name: str, *, kind: ChannelKind = "channel", members: Iterable[str] | None = None, with_bot: bool = True
    ) -> Channel:
        """Add a channel; without `members` everybody is in it."""
        everybody = {person.id for person in self.people.values() if not person.is_bot}
        inside = everybody if members is None else set(members)
        channel = Channel(self.next_id("C"), name, kind, inside | ({self.bot.user.id} if with_bot else set[str]()))
        self.channels[channel.id] = channel
        return channel

    def open_dm(self, user_id: str) -> Channel:
        """The direct conversation of that person with the bot; the same one each time."""
        members = {self.person(user_id).id, self.bot.user.id}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.member_ids == members:
                return channel
        channel = Channel(self.next_id("D"), user_id, "im", members)
        self.channels[channel.id] = channel
        return channel

    def person(self, user_id: str) -> Person:
        if user_id not in self.people:
            raise NotThere(f"nobody here has the id {user_id!r}")
        return self.people[user_id]

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise NotThere(f"no channel has the id {channel_id!r}")
        return self.channels[channel_id]

    def find(self, channel_id: str, ts: str) -> Message | None:
        return self._messages.get((channel_id, ts))

    def message(self, channel_id: str, ts: str) -> Message:
        found = self.find(channel_id, ts)
        if found is None:
            raise NotThere(f"no message {ts!r} in channel {channel_id!r}")
        return found

    def add(self, message: Message) -> None:
        self._messages[message.channel_id, message.ts] = message
        if message.thread_ts is not None:
            self._replies.setdefault((message.channel_id, message.thread_ts), []).append(message.ts)
        while len(self._messages) > MESSAGES_KEPT:
            self._forget(next(iter(self._messages.values())))

    def remove(self, message: Message) -> None:
        """Take a message away; a root with replies stays behind as a tombstone, as in Slack."""
        if not self._replies.get((message.channel_id, message.ts)):
            self._forget(message)
            return
        message.subtype, message.text, message.user_id = "tombstone", "This message was deleted.", "USLACKBOT"
        message.blocks, message.files, message.markdown_text, message.metadata = [], [], None, None
        message.bot_id = message.client_msg_id = message.edited_ts = None

    def _forget(self, message: Message) -> None:
        del self._messages[message.channel_id, message.ts]
        siblings = self._replies.get((message.channel_id, message.root_ts), [])
        if message.ts in siblings:
            siblings.remove(message.ts)
        if not siblings:
            self._replies.pop((message.channel_id, message.root_ts), None)

    def replies(self, channel_id: str, root_ts: str) -> list[Message]:
        stamps = self._replies.get((channel_id, root_ts), [])
        return [self._messages[channel_id, ts] for ts in stamps]

    def thread(self, channel_id: str, root_ts: str) -> list[Message]:
        """The root, if it is there, and its replies, oldest first."""
        root = self.find(channel_id, root_ts)
        return ([root] if root else []) + self.replies(channel_id, root_ts)

    def history(self, channel_id: str) -> list[Message]:
        """The messages of a channel itself, without replies, oldest first."""
        return [m for m in self._messages.values() if m.channel_id == channel_id and m.thread_ts is None]

    def add_file(self, name: str, mimetype: str, *, user_id: str, content: bytes | None = None) -> StoredFile:
        file = StoredFile(self.next_id("F"), name, mimetype, user_id, created=int(self._clock()), title=name)
        self.files[file.id] = file
        while len(self.files) > FILES_KEPT:
            del self.files[next(iter(self.files))]
        if content is not None:
            self.fill(file, content)
        return file

    def fill(self, file: StoredFile, content: bytes) -> None:
        file.content, file.size_bytes = content, len(content)
        held = sum(len(other.content or b"") for other in self.files.values())
        for other in self.files.values():
            if held <= FILE_BYTES_KEPT:
                break
            held -= len(other.content or b"")
            other.content = None
