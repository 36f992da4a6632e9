"""A platform as a test sees it: people who write, and what becomes visible to them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.ledger import RecordedRequest

Upload = tuple[str, bytes, str]  # name, content, media type

EDITED = "_This answers the edited question._"


@dataclass(frozen=True)
class Said:
    """A message somebody wrote: where, and under which root."""

    channel: str
    message: str
    root: str


class Platform(Protocol):
    """One platform with people on it; what it shows is what they would see."""

    message_chars: int
    pastes_are_files: bool

    async def mention(self, text: str, *, place: int = 0, files: Sequence[Upload] = ()) -> Said:
        """Somebody addresses the bot in a channel; places are channels, made when they are first named."""
        ...

    async def write(self, text: str, under: Said | None = None, *, by_another: bool = False) -> Said:
        """Who asks, or another, writes without naming the bot: in the channel, or in a thread."""
        ...

    async def edit(self, said: Said, text: str) -> None:
        """Its author changes a message; one that names the bot still does."""
        ...

    async def delete(self, said: Said) -> None: ...

    async def react(self, said: Said, *, number: int = 1) -> None:
        """Somebody puts an octagonal sign on the reply of that number in the message's thread."""
        ...

    def threads(self) -> list[Said]:
        """The threads the bot has begun by itself, oldest first."""
        ...

    async def other_bot_mentions(self, text: str) -> Said: ...

    async def comes_twice(self) -> None:
        """What is written from now on is delivered twice."""
        ...

    async def comes_late(self) -> None:
        """What is written next does not arrive at first, only with a later delivery."""
        ...

    @property
    def calls(self) -> list[str]:
        """Text that would call somebody's attention, if it were not made harmless."""
        ...

    def replies(self, said: Said) -> list[str]:
        """What the bot shows in the message's thread now, oldest first."""
        ...

    def message_ids(self, said: Said) -> list[str]:
        """Which messages those are."""
        ...

    def was_seen_at_work(self, said: Said) -> bool:
        """Something told people that the bot is at work, before its first message in the thread."""
        ...

    def buttons(self, said: Said) -> list[str]:
        """The labels of the buttons in the message's thread now."""
        ...

    async def press(self, said: Said, label: str, *, by_another: bool = False) -> None: ...

    def files(self, said: Said) -> dict[str, bytes]:
        """The files the bot has shown in the message's thread."""
        ...

    def lose_reply_to_post(self) -> None:
        """The next post becomes visible, and the bot does not hear of it."""
        ...

    def limit_posts(self) -> None:
        """The next post is refused for a second."""
        ...

    def limit_edits(self) -> None: ...

    def refuse_post(self) -> None:
        """The next post is refused for good."""
        ...

    def refusals(self) -> int:
        """How many calls of the bot were refused because it was to wait."""
        ...

    def violations(self) -> list[str]:
        """What the bot asked although it had been told to wait."""
        ...

    def notified(self) -> list[str]:
        """Whom the bot's messages have called."""
        ...

    @property
    def called_by_report(self) -> list[str]:
        """Whom a report calls: who asked for it, where having asked does not bring the news."""
        ...

    async def replied(self, said: Said, text: str, *, number: int = 1, seconds: float = 20) -> None:
        """Wait until the thread's reply of that number contains the text."""
        ...

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds, asking again with everything that happens on the platform."""
        ...


async def answered_at_length(platform: Platform, gemini: GeminiSimulator) -> Said:
    """A question whose answer takes three messages."""
    gemini.answers(*(f"word{number} " for number in range(platform.message_chars // 3)))
    mention = await platform.mention("tell me everything")
    await platform.until(lambda: len(platform.replies(mention)) == 3)
    return mention


async def asked(gemini: GeminiSimulator, times: int = 1) -> None:
    """Wait until so many interactions were to be created."""
    async with asyncio.timeout(10):
        while len(creates(gemini)) < times:
            await asyncio.sleep(0.01)


def creates(gemini: GeminiSimulator) -> list[RecordedRequest]:
    """Every request to create an interaction, oldest first."""
    return [one for one in gemini.requests if one.method == "POST" and one.path.endswith("/interactions")]


def polled(gemini: GeminiSimulator) -> list[str]:
    """The interactions that were looked at, each once, in the order of their first look."""
    paths = [one.path for one in gemini.requests if one.method == "GET" and "/interactions/" in one.path]
    return list(dict.fromkeys(path.rpartition("/")[2] for path in paths))


def cancelled(gemini: GeminiSimulator) -> list[str]:
    """The interactions that were to be cancelled, with repetitions."""
    return [one.path.split("/")[-2] for one in gemini.requests if one.path.endswith("/cancel")]


def makes_plan(request: RecordedRequest) -> bool:
    """Whether a request asks for no more than a plan."""
    config = request.body.get("agent_config")
    return isinstance(config, dict) and config.get("collaborative_planning") is True
