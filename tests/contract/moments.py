"""The moments of an answer at which its question may change under it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from bot.simulators.gemini import GeminiSimulator, HttpError, Queued, Silent
from tests.contract.platforms import Platform, Said, asked

QUESTION = "echo: one two three four"


class Asked(NamedTuple):
    root: Said
    question: Said
    number: int  # of the question's reply in its thread


class Moment(NamedTuple):
    """`ask` returns when a question has come that far."""

    ask: Callable[[Platform, GeminiSimulator], Awaitable[Asked]]


async def _waiting(platform: Platform, gemini: GeminiSimulator) -> Asked:
    gemini.fails(Silent(seconds=4, after_deltas=1))
    mention = await platform.mention("echo: slowly now")
    await platform.replied(mention, "slowly")
    return Asked(mention, await platform.write(QUESTION, under=mention), 2)


async def _refused_for_now(platform: Platform, gemini: GeminiSimulator) -> Asked:
    gemini.fails(HttpError(status=503, retry_after_seconds=15))
    return await _mention(platform, gemini)


async def _queued(platform: Platform, gemini: GeminiSimulator) -> Asked:
    gemini.fails(Queued(seconds=60))
    return await _mention(platform, gemini)


async def _thinking(platform: Platform, gemini: GeminiSimulator) -> Asked:
    gemini.fails(Silent(seconds=60, after_deltas=0))
    return await _mention(platform, gemini)


async def _growing(platform: Platform, gemini: GeminiSimulator) -> Asked:
    gemini.fails(Silent(seconds=60, after_deltas=2))
    asked = await _mention(platform, gemini)
    await platform.replied(asked.root, "one two")
    return asked


async def _ending(platform: Platform, gemini: GeminiSimulator) -> Asked:
    """The whole text is there, and the platform does not take it yet."""
    platform.limit_posts()
    asked = await _mention(platform, gemini)
    await platform.until(platform.refusals)
    return asked


async def _mention(platform: Platform, gemini: GeminiSimulator) -> Asked:
    """A question of which the API has heard."""
    mention = await platform.mention(QUESTION)
    await asked(gemini)
    return Asked(mention, mention, 1)


MOMENTS = [
    pytest.param(Moment(ask), id=ask.__name__.strip("_"))
    for ask in (_waiting, _refused_for_now, _queued, _thinking, _growing, _ending)
]
