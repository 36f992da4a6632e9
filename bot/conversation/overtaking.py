"""What stands behind a message in its thread's inbox may concern the message itself: it is stopped, edited, deleted.

So while it is being answered, the inbox is looked at whenever something comes in.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from bot.conversation.commands import parse_command
from bot.models import Inbound
from bot.state.run import Run


class How(Enum):
    STOPPED = auto()
    EDITED = auto()
    DELETED = auto()


@dataclass(frozen=True)
class Overtaken:
    how: How
    by: Inbound


def overtaken(message: Inbound, later: Iterable[Inbound]) -> Overtaken | None:
    """What makes an answer to the message needless. The last word on it counts, and a deletion more than any."""
    found: Overtaken | None = None
    for other in later:
        if other.message == message.message and other.deleted:
            return Overtaken(How.DELETED, other)
        if other.message == message.message and other.content != message.content:
            found = Overtaken(How.EDITED, other)
        elif found is None and _stops(other):
            found = Overtaken(How.STOPPED, other)
    return found


def _stops(message: Inbound) -> bool:
    said = parse_command(message)
    return said is not None and said.word == "stop"


async def unless_overtaken(
    work: Coroutine[object, object, None], message: Inbound, run: Run, showing: asyncio.Task[None]
) -> Overtaken | None:
    """Do the work for a message until it is done; or until something overtakes it, which then is given.

    `showing` makes it visible meanwhile. Raises what the work raises, and at once what that does.
    """
    try:
        found = overtaken(message, await run.later())
    except BaseException:
        work.close()
        raise
    if found:  # it is not even begun then
        work.close()
        return found
    working = asyncio.create_task(work)
    try:
        while not working.done() and not (showing.done() and showing.exception()):
            if found := overtaken(message, await run.later()):
                return found
            news = asyncio.create_task(run.news())
            watched = {working, news} if showing.done() else {working, news, showing}
            try:
                await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
        await (working if working.done() else showing)
        return None
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
