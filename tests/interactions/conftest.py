"""A recorder on a loopback socket: it notes what our client asked and answers what the test scripted."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import strategies as st

from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http

CAPTURES = Path(__file__).parent / "captures"
KEY = "key-of-the-test"


@dataclass(frozen=True)
class Reply:
    """Bytes for the wire, one write per piece, then what happens to the connection."""

    pieces: tuple[bytes, ...] = ()
    end: Literal["keep", "close", "reset", "silence"] = "keep"


@dataclass(frozen=True)
class Recorded:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    connection: int


@dataclass
class Recorder:
    url: str = ""
    requests: list[Recorded] = field(default_factory=list[Recorded])
    connections: int = 0
    _replies: list[Reply] = field(default_factory=list[Reply])
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def answers(self, *replies: Reply) -> None:
        """What to answer, request by request; the last one goes on."""
        self._replies = list(replies)

    async def received(self, count: int) -> None:
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while await self._exchange(reader, writer, number):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client is done with this connection
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> bool:
        request = await _read_request(reader, connection)
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        for piece in reply.pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if reply.end == "silence":
            await reader.read()
        if reply.end == "reset":
            if reply.pieces:
                await asyncio.sleep(0.2)  # aiohttp throws away what it has not read when a connection breaks
            writer.transport.abort()
        return reply.end == "keep"


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Recorded:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    url = urlsplit(target)
    return Recorded(method, url.path, dict(parse_qsl(url.query)), headers, _parsed(body), connection)


def _parsed(body: bytes) -> Any:
    """JSON where it is, the bytes where it is not, None where there are none."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body


def answer(status: int, body: object, **headers: str) -> Reply:
    """A whole HTTP answer; a body that is not text or bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    named = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return Reply((f"HTTP/1.1 {status} Said\r\n{lines}content-length: {len(content)}\r\n\r\n".encode() + content,))


def sse(
    *chunks: str | bytes, end: Literal["keep", "close", "reset", "silence"] = "keep", complete: bool = True
) -> Reply:
    """An event stream in chunks; not `complete` leaves out the last chunk that HTTP wants."""
    data = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
    coded = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in data]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return Reply((head, *coded, *([b"0\r\n\r\n"] if complete else [])), end)


def event(kind: str, **fields: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'event_type': kind, **fields})}\n\n"


@dataclass(frozen=True)
class Capture:
    """One exchange of the official SDK, recorded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int
    response_headers: Mapping[str, str]
    response: Any

    def reply(self) -> Reply:
        if isinstance(self.response, str):
            return sse(self.response)
        return answer(self.status, self.response, **self.response_headers)


def exchanges(file: str) -> list[Capture]:
    """All exchanges of a recording, by its file's name."""
    return [_captured(exchange) for exchange in json.loads((CAPTURES / f"{file}.json").read_text())["exchanges"]]


def _captured(exchange: Any) -> Capture:
    request: Any = exchange["request"]
    response: Any = exchange["canned_response"]
    headers = {key.lower(): value for key, value in dict(request["headers"]).items()}
    replied = {key.lower(): value for key, value in dict(response["headers"]).items()}
    return Capture(
        request["method"],
        request["path"],
        dict(parse_qsl(request["query"])),
        headers,
        request["body"],
        response["status"],
        replied,
        response["body"],
    )


def capture(name: str) -> Capture:
    """The first exchange of a recording of google-genai 3.3.0."""
    return exchanges(f"genai-3.3.0-{name}")[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def keys_of(value: Any) -> list[Any]:
    match value:
        case dict():
            return [*cast("dict[str, Any]", value)]
        case list():
            return [*range(len(cast("list[Any]", value)))]
        case _:
            return []


def mutated(value: Any, data: st.DataObject) -> Any:
    """The same value with something in it, at any depth, replaced."""
    keys = keys_of(value)
    if not keys or data.draw(st.integers(0, 3)) == 0:
        return data.draw(JSON)
    copy = value.copy()
    key = data.draw(st.sampled_from(keys))
    copy[key] = mutated(copy[key], data)
    return copy


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0, backlog=512)
    recorder.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield recorder
    server.close()


@pytest.fixture
async def http(recorder: Recorder) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(recorder.url, KEY) as client:
        yield client


@pytest.fixture
def client(http: httpx.AsyncClient) -> InteractionsClient:
    return InteractionsClient(http)
