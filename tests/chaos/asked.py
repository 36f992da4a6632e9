"""What was asked, and whether it has its one answer: complete, once, in its own thread."""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bot.simulators.gemini import GeminiSimulator
from tests.contract.platforms import Platform, Said, creates

LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Asked:
    """A question whose answer is known, and is no other question's."""

    platform: Platform
    said: Said
    answer: str

    @property
    def last(self) -> int:
        """How far it counts."""
        return self.answer.count(",") + 1

    @property
    def is_begun(self) -> bool:
        return bool(self.platform.replies(self.said))

    @property
    def is_answered(self) -> bool:
        """This answer and nothing else stands in the thread."""
        return self.platform.replies(self.said) == [self.answer]


async def count(platform: Platform, last: int, *, place: int = 0) -> Asked:
    """Ask for the numbers up to `last`: each is a delta, so the answer takes that many of the model's delays."""
    said = await platform.mention(f"count to {last}", place=place)
    return Asked(platform, said, ", ".join(str(number) for number in range(1, last + 1)))


async def ask(platforms: Sequence[Platform], places: Sequence[int], last: int) -> list[Asked]:
    """One question on each platform in each place, all at the same moment; they count to `last` and upwards."""
    asking = [(platform, place) for place in places for platform in platforms]
    return await asyncio.gather(
        *(count(platform, last + number, place=place) for number, (platform, place) in enumerate(asking))
    )


async def answered(asked: Sequence[Asked], seconds: float) -> list[float]:
    """When each was answered (seconds, time.monotonic()). Raises AssertionError with what is wrong after so long."""
    at: dict[int, float] = {}
    until = time.monotonic() + seconds
    while len(at) < len(asked) and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        at |= {number: time.monotonic() for number, each in enumerate(asked) if number not in at and each.is_answered}
    if problems := wrong(asked):
        raise AssertionError("\n".join(problems))
    return [at[number] for number in range(len(asked))]


def wrong(asked: Iterable[Asked]) -> list[str]:
    """Each thread that does not show its answer once: which, and what it shows (the ends of it)."""
    return [
        f"{type(each.platform).__name__} {each.said.message}, up to {each.last}: "
        f"{[_shortened(reply) for reply in each.platform.replies(each.said)]}"
        for each in asked
        if not each.is_answered
    ]


def _shortened(reply: str) -> str:
    return reply if len(reply) < 200 else f"{reply[:30]} … {reply[-160:]}"


def asked_at(gemini: GeminiSimulator, asked: Asked) -> list[float]:
    """When the API was asked this question (seconds, time.monotonic()), once for each create."""
    question = f"count to {asked.last}"
    return [request.at for request in creates(gemini) if question in _words(request.body.get("input"))]


def _words(value: JsonValue) -> list[str]:
    """Every text inside a request's input."""
    match value:
        case str():
            return [value.strip()]
        case dict():
            return [word for each in value.values() for word in _words(each)]
        case list():
            return [word for each in value for word in _words(each)]
        case _:
            return []


def report(name: str, **figures: float) -> None:
    """Print what was measured (pytest's -rP shows it)."""
    sys.stdout.write(f"{name}: {', '.join(f'{key} {value:.4g}' for key, value in figures.items())}\n")
