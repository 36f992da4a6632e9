"""What stands between a client and a server on this machine: slow, silent, or cut at a chosen byte."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

CHUNK_BYTES = 65_536
CHUNKS_WAITING = 1_000  # of one direction of a connection
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


@dataclass(frozen=True)
class Link:
    """One connection: the streams to the client and to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter

    def close(self, *, with_reset: bool) -> None:
        for writer in (self.client, self.server):
            if with_reset and not writer.transport.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()


class Proxy:
    """Forwards to one port; `delay_seconds` holds for each direction and may change at any time."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.delay_seconds = 0.0
        self.forwarded_bytes = 0
        self.cuts = 0
        self._server_port = server_port
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._left_bytes: int | None = None
        self._cut_resets = False
        self._was_cut = asyncio.Event()

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator["Proxy"]:
        """Listen on 127.0.0.1 until the block ends; then no task of it runs on."""
        listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()
            self.close_all()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def cut_after(self, size_bytes: int, *, with_reset: bool = False) -> None:
        """Forward so many more bytes, both directions and all connections together, then close every connection.

        Returns when that has happened; new connections are let through again at once.
        """
        self._was_cut.clear()
        self._left_bytes, self._cut_resets = size_bytes, with_reset
        await self._was_cut.wait()

    def stall(self) -> None:
        """Accept, and forward nothing, until `flow`."""
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    def close_all(self) -> None:
        self._end_links(with_reset=False)

    def reset_all(self) -> None:
        """Close every connection as a machine does that has just come up and knows nothing of it."""
        self._end_links(with_reset=True)

    def _end_links(self, *, with_reset: bool) -> None:
        for link in tuple(self._links):
            link.close(with_reset=with_reset)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.transport.abort()
            return
        for each in (writer, server_writer):
            each.transport.set_write_buffer_limits(0)  # so that draining means: all of it is on its way
        link = Link(writer, server_writer)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, server_writer, link))
                group.create_task(self._pump(server_reader, writer, link))
        finally:
            self._links.discard(link)
            link.close(with_reset=False)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
        """One direction, until either end is gone; then the other direction ends too."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS_WAITING)
        writing = asyncio.create_task(self._deliver(waiting, writer))
        try:
            while chunk := await _read(reader):
                await waiting.put((asyncio.get_running_loop().time() + self.delay_seconds, chunk))
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            link.close(with_reset=False)

    async def _deliver(self, waiting: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        while True:
            due, chunk = await waiting.get()
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            await self._flowing.wait()
            if not writer.transport.is_closing():
                await self._write(chunk, writer)

    async def _write(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(self._allowed(chunk))
        with contextlib.suppress(OSError):
            await writer.drain()
        if self._left_bytes == 0:
            self._cut()

    def _allowed(self, chunk: bytes) -> bytes:
        if self._left_bytes is not None:
            chunk = chunk[: self._left_bytes]
            self._left_bytes -= len(chunk)
        self.forwarded_bytes += len(chunk)
        return chunk

    def _cut(self) -> None:
        self._left_bytes = None
        self.cuts += 1
        self._end_links(with_reset=self._cut_resets)
        self._was_cut.set()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK_BYTES)
    except OSError:
        return b""
