"""A platform as a test sees it: people who write, and what becomes visible to them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.ledger import RecordedRequest
from bot.simulators.slack import Message, Person, SlackSimulator

Upload = tuple[str, bytes, str]  # name, content, media type


@dataclass(frozen=True)
class Said:
    """A message somebody wrote: where, and under which root."""

    channel: str
    message: str
    root: str


class Platform(Protocol):
    """One platform with people on it; what it shows is what they would see."""

    message_chars: int

    async def mention(self, text: str, *, place: int = 0, files: Sequence[Upload] = ()) -> Said:
        """Somebody addresses the bot in a channel; places are channels, made when they are first named."""
        ...

    async def write(self, text: str, under: Said | None = None) -> Said:
        """Somebody writes without naming the bot: in the channel, or in a thread."""
        ...

    async def other_bot_mentions(self, text: str) -> Said: ...

    async def deliver_again(self) -> None:
        """Every event so far comes once more."""
        ...

    def lose_next_delivery(self) -> None: ...

    def replies(self, said: Said) -> list[str]:
        """What the bot shows in the message's thread now, oldest first."""
        ...

    def shown_before_reply(self, said: Said) -> list[str]:
        """What told people that the bot is at work, before its first message in the thread."""
        ...

    def notified(self) -> list[str]:
        """Whom the bot's messages have called."""
        ...

    async def replied(self, said: Said, text: str, *, number: int = 1) -> None:
        """Wait until the thread's reply of that number contains the text."""
        ...


class SlackPlatform:
    message_chars = 12_000

    def __init__(self, simulator: SlackSimulator) -> None:
        self.simulator = simulator
        self._channels = ["C0GENERAL"]

    async def mention(self, text: str, *, place: int = 0, files: Sequence[Upload] = ()) -> Said:
        return await self._say(self._channel(place), f"@Parley {text}", None, files)

    async def write(self, text: str, under: Said | None = None) -> Said:
        return await self._say(under.channel if under else "C0GENERAL", text, under.root if under else None)

    async def _say(self, channel: str, text: str, root: str | None, files: Sequence[Upload] = ()) -> Said:
        message = await self.simulator.say(
            channel, text, user_id="U0ADA", thread_ts=root, files=files, until_delivered=True
        )
        return Said(channel, message.ts, message.root_ts)

    def _channel(self, place: int) -> str:
        while place >= len(self._channels):
            self._channels.append(self.simulator.workspace.add_channel(f"place-{len(self._channels)}").id)
        return self._channels[place]

    async def other_bot_mentions(self, text: str) -> Said:
        workspace = self.simulator.workspace
        message = Message("C0GENERAL", workspace.next_ts(), "U0OTHER", f"<@U0PARLEY> {text}", bot_id="B0OTHER")
        workspace.people.setdefault("U0OTHER", Person("U0OTHER", "Other", "Other", is_bot=True))
        await asyncio.gather(*self.simulator.timeline.post(message))
        return Said("C0GENERAL", message.ts, message.root_ts)

    async def deliver_again(self) -> None:
        deliveries = self.simulator.ledger.of("delivery")
        for event_id in {str(entry["event_id"]) for entry in deliveries if entry["event_id"]}:
            await self.simulator.redeliver(event_id)

    def lose_next_delivery(self) -> None:
        self.simulator.loses(1)

    def replies(self, said: Said) -> list[str]:
        bot = self.simulator.workspace.bot.user.id
        return [m.text for m in self.simulator.thread(said.channel, said.root) if m.user_id == bot]

    def shown_before_reply(self, said: Said) -> list[str]:
        entries = [e for e in self.simulator.ledger.of("post", "status") if e["thread_ts"] == said.root]
        first = next((i for i, entry in enumerate(entries) if entry["by_bot"]), len(entries))
        return [str(entry["text"]) for entry in entries[:first] if entry.kind == "status"]

    def notified(self) -> list[str]:
        return [str(entry["target"]) for entry in self.simulator.ledger.of("notification")]

    async def replied(self, said: Said, text: str, *, number: int = 1) -> None:
        await self.simulator.wait_for(
            lambda: any(text in reply for reply in self.replies(said)[number - 1 : number]), 10
        )


def creates(gemini: GeminiSimulator) -> list[RecordedRequest]:
    """Every request to create an interaction, oldest first."""
    return [request for request in gemini.requests if request.method == "POST"]
