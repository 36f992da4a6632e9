"""One gateway connection: what is sent leaves in order, in the form the client asked for."""

import asyncio
import json
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiohttp import web

from bot.simulators.discord.ledger import Payload

WAITING_FRAMES = 10_000  # beyond it the client is too slow and is cut off


@dataclass(frozen=True)
class Close:
    code: int
    reason: str = ""


class Connection:
    """A websocket with a writer of its own, so that a slow client delays nobody else."""

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
        self._socket = socket
        self._transport = request.transport
        self._frames: asyncio.Queue[str | Close] = asyncio.Queue()
        self._deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[None]:
        writer = asyncio.create_task(self._write(), name="discord gateway writer")
        try:
            yield
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer

    def send(self, op: int, data: object = None, *, name: str | None = None, sequence: int | None = None) -> None:
        self.send_text(frame(op, data, name=name, sequence=sequence))

    def send_text(self, text: str) -> None:
        if self._frames.qsize() < WAITING_FRAMES:
            self._frames.put_nowait(text)
        else:
            self.abort()

    def close(self, code: int, reason: str = "") -> None:
        """Close after all that was sent before."""
        self._frames.put_nowait(Close(code, reason))

    def abort(self) -> None:
        """Cut the line without a word, which the other side sees as 1006."""
        if self._transport is not None:
            self._transport.abort()

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while isinstance(item := await self._frames.get(), str):
                await self._send(item)
            await self._socket.close(code=item.code, message=item.reason.encode())

    async def _send(self, text: str) -> None:
        if self._deflate is None:
            await self._socket.send_str(text)
        else:
            data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(data)


def frame(op: int, data: object, *, name: str | None, sequence: int | None) -> str:
    payload: Payload = {"op": op, "d": data, "s": sequence, "t": name}
    return json.dumps(payload)
