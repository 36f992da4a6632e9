"""An event log as a response body, with the faults a stream can have."""

import asyncio
from collections.abc import AsyncIterator, Callable

from bot.simulators.gemini import wire
from bot.simulators.gemini.script import Cut, EndsEarly, NoDone, StreamFailure
from bot.simulators.gemini.store import EventLog

_LAST_EVENTS = frozenset({"interaction.completed", "error"})


async def render_stream(
    log: EventLog, start: int, *, failure: StreamFailure | None, hang_up: Callable[[], None]
) -> AsyncIterator[bytes]:
    """Frames from place `start` of the log until it ends, then `[DONE]`; unless the failure has it otherwise."""
    sent = 0
    async for event in log.follow(start):
        frame = wire.frame(event)
        match failure:
            case Cut(after_events=after) if sent == after:
                yield frame[: len(frame) // 2]
                await vanish(hang_up)
            case EndsEarly(after_events=after) if sent == after:
                return
            case _:
                yield frame
        sent += 1
    if not isinstance(failure, NoDone) and _is_whole(log):
        yield wire.DONE


async def vanish(hang_up: Callable[[], None]) -> None:
    """Close the connection and wait to be cancelled, as the server does once it is closed."""
    hang_up()
    await asyncio.get_running_loop().create_future()


def _is_whole(log: EventLog) -> bool:
    """Whether the interaction really ended; not so when the simulator itself is going down."""
    return bool(log.events) and log.events[-1]["event_type"] in _LAST_EVENTS
