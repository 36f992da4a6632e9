"""An event log as a response body, in an edition of the wire, with the faults a stream can have."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from bot.simulators.gemini import wire
from bot.simulators.gemini.editions import RenderEvent
from bot.simulators.gemini.script import Cut, EndsEarly, Framed, NoDone, StreamFailure
from bot.simulators.gemini.store import EventLog
from bot.simulators.gemini.wire import JsonObject

_LAST_EVENTS = frozenset({"interaction.completed", "error"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PING = b": ping\n\n"


async def render_stream(
    log: EventLog,
    start: int,
    render: RenderEvent,
    *,
    failure: StreamFailure | None,
    hang_up: Callable[[], None],
) -> AsyncIterator[bytes]:
    """Frames from place `start` of the log until it ends, then `[DONE]`; unless the failure has it otherwise."""
    sent = 0
    async for frame in _frames(log, start, render):
        match failure:
            case Cut(after_events=after, after_seconds=seconds) if sent == after:
                yield frame[: len(frame) // 2]
                await asyncio.sleep(seconds)
                await vanish(hang_up)
            case EndsEarly(after_events=after) if sent == after:
                return
            case Framed():
                for piece in _odd(frame, failure, first=sent == 0):
                    yield piece
            case _:
                yield frame
        sent += 1
    if not isinstance(failure, NoDone) and _is_whole(log):
        yield wire.DONE


async def vanish(hang_up: Callable[[], None]) -> None:
    """Close the connection and wait to be cancelled, as the server does once it is closed."""
    hang_up()
    await asyncio.get_running_loop().create_future()


async def _frames(log: EventLog, start: int, render: RenderEvent) -> AsyncIterator[bytes]:
    """What the edition makes of each event; it is shown the earlier ones too, as it may need to have seen them."""
    for event in log.events[:start]:
        render(event)
    async for event in log.follow(start):
        for rendered in render(event):
            yield wire.frame(rendered)


def _odd(frame: bytes, how: Framed, *, first: bool) -> Iterator[bytes]:
    """A frame as no client expects it and every client has to read it."""
    if how.split_data:
        frame = _split_data(frame)
    whole = (_PING if how.pings else b"") + frame
    whole = whole.replace(b"\n", how.line_end.encode())
    if first and how.byte_order_mark:
        whole = _BYTE_ORDER_MARK + whole
    size_bytes = how.chunk_bytes or len(whole)
    for place in range(0, len(whole), size_bytes):
        yield whole[place : place + size_bytes]


def _split_data(frame: bytes) -> bytes:
    """The JSON over two `data:` lines, broken where it has a comma between an object's members."""
    head, comma, tail = frame.partition(b',"')
    return head + b',\ndata: "' + tail if comma else frame


def _is_whole(log: EventLog) -> bool:
    """Whether the interaction really ended; not so when the simulator itself is going down."""
    return bool(log.events) and log.events[-1]["event_type"] in _LAST_EVENTS


def refusal(events: list[JsonObject], words: JsonObject) -> Iterator[bytes]:
    """A stream that has begun when the content filter says no, with a line that is no event."""
    for event in events:
        yield wire.frame(event)
    yield f"{wire.compact(words)}\n\n".encode()
