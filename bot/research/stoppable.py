"""Work that ends when people want that, and a request that must not be cut off lightly, since then nobody knows what it
has done."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TypeVar

from redis.exceptions import RedisError

from bot.interactions.errors import OutcomeUnknown
from bot.interactions.types import Interaction
from bot.research.work import Work
from bot.state.tasks import Wish

WATCH_SECONDS = 1.5  # between two looks whether somebody wants it stopped
STOP_SECONDS = 3.0  # that it still has when somebody does
SHUTDOWN_SECONDS = 5.0  # and when this process has to end

Made = TypeVar("Made")


class Withdrawn(Exception):
    """Nobody asks for the task any more, since its message was edited or deleted."""


class CutOff(Exception):
    """What changes nothing was cut off, since somebody wants the task to end; its next step sees to that."""


async def unless_stopped(starting: Coroutine[None, None, None], work: Work) -> None:
    """Wait for such a request. Raises what it raises, and OutcomeUnknown when it took too long to stop."""
    task = asyncio.ensure_future(starting)
    try:
        await _watched(task, work)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.wait_for(asyncio.shield(task), SHUTDOWN_SECONDS)
        raise
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def unless_withdrawn(making: Coroutine[None, None, Made], work: Work) -> Made:
    """Wait for what may be cut off anywhere. Raises what it raises, and Withdrawn."""
    return await _while(lambda: still_asked(work), making)


async def unless_ended(making: Coroutine[None, None, Made], work: Work) -> Made:
    """Wait for what a stop may cut off too. Raises what it raises, and CutOff."""
    return await _while(lambda: _nobody_ends(work), making)


async def look_at(work: Work, interaction_id: str) -> Interaction:
    """How it stands, as the API tells, which may be long in telling. Raises InteractionError, and CutOff."""
    return await unless_ended(work.interactions.get(interaction_id), work)


async def _while(holds: Callable[[], Awaitable[None]], making: Coroutine[None, None, Made]) -> Made:
    """Wait for it as long as that holds, else cut it off and raise what that raises."""
    task = asyncio.ensure_future(making)
    try:
        while not (await asyncio.wait((task,), timeout=WATCH_SECONDS))[0]:
            await holds()
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def still_asked(work: Work) -> None:
    """Raises Withdrawn."""
    if Wish.WITHDRAW in await _wishes(work):
        raise Withdrawn


async def _nobody_ends(work: Work) -> None:
    """Raises CutOff. What the step began with it has seen to already."""
    wishes = await _wishes(work)
    if is_unwanted({wish: said for wish, said in wishes.items() if wish not in work.wishes}):
        raise CutOff


def is_unwanted(wishes: Mapping[str, str]) -> bool:
    return Wish.STOP in wishes or Wish.WITHDRAW in wishes


async def _wishes(work: Work) -> Mapping[str, str]:
    """Not to hear of any is no reason to cut something off; when Redis stays away, the run is lost by itself."""
    with suppress(RedisError, OSError):
        return await work.records.tasks.wishes(work.task)
    return {}


async def _watched(task: asyncio.Task[None], work: Work) -> None:
    while not (await asyncio.wait((task,), timeout=WATCH_SECONDS))[0]:
        if is_unwanted(await _wishes(work)):
            await asyncio.wait((task,), timeout=STOP_SECONDS)
            break
    if not task.done():
        raise OutcomeUnknown("stopped while it was to start")
    task.result()
