"""A request that must not be cut off lightly, since then nobody knows what it has done."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

from redis.exceptions import RedisError

from bot.interactions.errors import OutcomeUnknown
from bot.research.work import Work
from bot.state.tasks import Wish

WATCH_SECONDS = 1.5  # between two looks whether somebody wants it stopped
STOP_SECONDS = 3.0  # that it still has when somebody does
SHUTDOWN_SECONDS = 5.0  # and when this process has to end


async def unless_stopped(starting: Coroutine[None, None, None], work: Work) -> None:
    """Wait for it. Raises what it raises, and OutcomeUnknown when it took too long to stop."""
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


async def _is_unwanted(work: Work) -> bool:
    """Not to be asked is no reason to cut it off; when Redis stays away, the run is lost by itself."""
    with suppress(RedisError, OSError):
        return Wish.STOP in await work.records.tasks.wishes(work.task)
    return False


async def _watched(task: asyncio.Task[None], work: Work) -> None:
    while not (await asyncio.wait((task,), timeout=WATCH_SECONDS))[0]:
        if await _is_unwanted(work):
            await asyncio.wait((task,), timeout=STOP_SECONDS)
            break
    if not task.done():
        raise OutcomeUnknown("stopped while it was to start")
    task.result()
