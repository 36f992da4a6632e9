"""People on both platforms who ask what `plan` says, and what they see of the answers.

A question asks the model to say a mark again on so many numbered lines, such as `3/12 S1Q2`: so every line of an
answer tells whose it is, and which part of it.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from bot.simulators.discord import DiscordSimulator, Upload
from bot.simulators.slack import Message, SlackSimulator
from bot.simulators.slack.events import Deliveries
from bot.simulators.slack.ledger import Entry
from tests.chaos.plan import Asking, Talk
from tests.contract.on_discord import DiscordPlatform, in_words
from tests.contract.on_slack import SlackPlatform
from tests.contract.platforms import Platform, Said

LINE = re.compile(r"(\d+)/(\d+) ([SD]\d+)Q(\d+)o*")
LONG_LINES = 30  # from here on lines are padded, so that the answer takes several messages
SLACK_PADDING, DISCORD_PADDING = 420, 60
FILE = ("notes.txt", b"some notes", "text/plain")
RETRY_SECONDS = (0.15, 0.3, 0.5, 1.0, 1.0, 2.0, 2.0, 3.0)  # more and sooner than Slack's, as deaths here are
ACCEPTED_SECONDS = 20
OPENED_SECONDS = 40
LOOK_SECONDS = 0.02


class Line(NamedTuple):
    """One line of an answer, as it is visible."""

    number: int
    of: int
    thread: str
    question: int


def lines_in(text: str) -> list[Line]:
    return [Line(int(one[1]), int(one[2]), one[3], int(one[4])) for one in LINE.finditer(text)]


@dataclass
class Question:
    """One question, and what became of it."""

    thread: str
    number: int  # in its thread, from 1
    asking: Asking
    said: Said | None = None
    accepted_at: float | None = None  # seconds since 1970, as all moments here
    answered_at: float | None = None

    @property
    def name(self) -> str:
        return f"{self.thread}Q{self.number}"

    def text(self, padding: int) -> str:
        long = "o" * padding if self.asking.lines >= LONG_LINES else ""
        return f"echo {self.asking.lines} times: {self.name}{long}"


class Shown(NamedTuple):
    """A message of the bot's becomes visible, changes, or goes (no text)."""

    at: float
    message: str
    text: str | None


class Place(Protocol):
    """One platform with its people."""

    platform: Platform
    padding: int

    async def ask(self, question: Question, under: Question | None) -> None:
        """Say it, and return when it counts as accepted."""
        ...

    def accepted(self, question: Question) -> bool: ...

    def shown(self, said: Said) -> Iterator[Shown]:
        """All that the bot ever showed in the thread, in order."""
        ...

    def is_waiting(self, said: Said) -> bool:
        """Something other than a message says that the bot is at work."""
        ...


@dataclass
class SlackPlace:
    simulator: SlackSimulator
    mails: Sequence[Deliveries]  # one for each web process
    channels: dict[str, str] = field(default_factory=dict[str, str])
    padding: int = SLACK_PADDING

    def __post_init__(self) -> None:
        self.platform: Platform = SlackPlatform(self.simulator)

    async def ask(self, question: Question, under: Question | None) -> None:
        root = under.said.root if under and under.said else None
        message = await self.simulator.say(
            self._channel(question.thread),
            f"@Parley {question.text(self.padding)}",
            user_id="U0ADA",
            thread_ts=root,
            files=[FILE] if question.asking.has_file else [],
        )
        question.said = Said(message.channel_id, message.ts, message.root_ts)
        self._send(question, message)
        async with asyncio.timeout(ACCEPTED_SECONDS):
            while not self.accepted(question):
                await asyncio.sleep(LOOK_SECONDS)

    def _send(self, question: Question, message: Message) -> None:
        payloads = self.simulator.payloads
        events = {"message": payloads.message_event(message), "app_mention": payloads.mention_event(message)}
        for delivery in question.asking.deliveries:
            envelope = payloads.envelope(
                events[delivery.event], event_id=f"Ev{question.name}-{delivery.event}", event_time=int(time.time())
            )
            mail = self.mails[delivery.web]
            if delivery.lost:
                mail.lose(1)
            mail.send(envelope, after_seconds=delivery.after_seconds)

    def accepted(self, question: Question) -> bool:
        ours = f"Ev{question.name}-"
        deliveries = self.simulator.ledger.of("delivery")
        return any(str(one["event_id"]).startswith(ours) and one["outcome"] == "accepted" for one in deliveries)

    def shown(self, said: Said) -> Iterator[Shown]:
        for entry in self.simulator.ledger.of("post", "edit", "delete"):
            if entry["thread_ts"] == said.root and (entry["by_bot"] or entry.kind == "delete"):
                yield Shown(entry.at, str(entry["ts"]), None if entry.kind == "delete" else _visible(entry))

    def is_waiting(self, said: Said) -> bool:
        return bool(self.simulator.status(said.channel, said.root))

    def _channel(self, thread: str) -> str:
        if thread not in self.channels:
            self.channels[thread] = self.simulator.workspace.add_channel(f"place-{thread.lower()}").id
        return self.channels[thread]


def _visible(entry: Entry) -> str:
    """What a message shows: its Markdown blocks where it has some, for its text is then for notifications alone."""
    blocks: Any = entry["blocks"]
    texts = [str(block["text"]) for block in blocks if block["type"] == "markdown"]
    return "\n".join(texts) or str(entry["text"])


@dataclass
class DiscordPlace:
    simulator: DiscordSimulator
    padding: int = DISCORD_PADDING

    def __post_init__(self) -> None:
        self.platform: Platform = DiscordPlatform(self.simulator)
        self._ada = self.simulator.guild.member("ada").id

    async def ask(self, question: Question, under: Question | None) -> None:
        """In a channel, or in the thread that the bot opens for the first answer."""
        channel = self.simulator.guild.channel("general").id
        root = under.said.root if under and under.said else None
        if root is not None:
            await self.simulator.wait_for(lambda: self._is_open(root), OPENED_SECONDS)
        if question.asking.twice:
            self.simulator.repeat_events(1)
        message = await self.simulator.say(
            root or channel,
            f"@Parley {question.text(self.padding)}",
            user_id=self._ada,
            files=[Upload(*FILE)] if question.asking.has_file else [],
        )
        question.said = Said(channel, message.id, root or message.id)

    def accepted(self, question: Question) -> bool:
        return question.said is not None

    def shown(self, said: Said) -> Iterator[Shown]:
        for entry in self.simulator.ledger.of("post", "edit", "delete", channel_id=said.root):
            if entry["author_id"] == self.simulator.bot.id and entry["type"] != 21:  # the copy of a thread's root
                shown = None if entry.kind == "delete" else in_words(entry["content"], entry["embeds"])
                yield Shown(entry.at, entry["message_id"], shown)

    def _is_open(self, root: str) -> bool:
        return root in {thread.id for thread in self.simulator.guild.threads}

    def is_waiting(self, said: Said) -> bool:
        return False  # typing ends by itself


async def converse(place: Place, questions: Sequence[Question]) -> None:
    """Ask one after the other, each when the one before it was accepted."""
    first = questions[0]
    for question in questions:
        await asyncio.sleep(question.asking.after_seconds)
        await place.ask(question, None if question is first else first)
        question.accepted_at = time.time()


def asked_in(talk: Talk) -> list[Question]:
    return [Question(talk.name, number, asking) for number, asking in enumerate(talk.questions, 1)]
