"""GET /changes: the patches of one channel, as server-sent events, for as long as the page is open.

Source: "Server-sent events", HTML Standard.
"""

import asyncio
import json
from collections.abc import Awaitable, Sequence

from starlette.types import Message, Receive, Scope, Send

from bot.playground.fragments import Where
from bot.playground.patches import Patch, View

PACE_SECONDS = 0.05  # between two batches: a burst of changes is one
HEARTBEAT_SECONDS = 15.0
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]


class Changes:
    """One connection, as an ASGI response. It begins with everything, so a page that reconnects is whole again."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._changed: dict[str, None] = {}  # thread ids, in order; "" is the channel itself
        self._woken = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _first_of(self._follow(), self._send(send), _disconnected(receive))
        await send(_chunk("", more=False))

    async def _follow(self) -> None:
        async for thread_id in self._where.place.changes(self._where.channel.id):
            self._changed[thread_id] = None
            self._woken.set()

    async def _send(self, send: Send) -> None:
        view = View(self._where)
        await send(_chunk("retry: 1000\n" + _event(view.everything())))
        while True:
            await send(_chunk(await self._next(view)))
            await asyncio.sleep(PACE_SECONDS)

    async def _next(self, view: View) -> str:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return ": nothing new\n\n"
        self._woken.clear()
        thread_ids, self._changed = self._changed, {}
        patches = view.update(thread_ids)
        return _event(patches) if patches else ""


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first_of(*jobs: Awaitable[None]) -> None:
    """Run them until one ends, then end the others; an error of the first is raised."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _event(patches: Sequence[Patch]) -> str:
    return f"data: {json.dumps(patches, ensure_ascii=False)}\n\n"


def _chunk(text: str, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}
