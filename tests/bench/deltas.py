"""What reading an answer costs: CPU per 1,000 text deltas, for our client and for others, in the same run.

    uv run --all-groups python tests/bench/deltas.py [--streams 200] [--seconds 5] [--rounds 3] [--only ours,aiohttp]

A server in a process of its own paces every stream to one delta each 20 ms, once all streams are open; each
client reads in a process of its own, one after the other, on uvloop. CPU is counted from the first delta to the
last. All of them give the text of every delta to a consumer that counts; ours keeps the whole interaction too.
"""

# ruff: noqa: PLC0415  (a process loads its own client only)

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import uvloop

HERE = Path(__file__)
sys.path.insert(0, str(HERE.parents[2]))

INTERVAL_SECONDS = 0.020
BODY: dict[str, Any] = {"model": "gemini-3.8-flash", "input": "Tell me.", "stream": True}


def _chunk(kind: str, **fields: object) -> bytes:
    data = f"event: {kind}\ndata: {json.dumps({'event_type': kind, **fields})}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
OPENING = (
    HEAD
    + _chunk("interaction.created", interaction={"id": "v1_a", "status": "in_progress"})
    + _chunk("step.start", index=0, step={"type": "model_output"})
)
CLOSING = (
    _chunk("step.stop", index=0)
    + _chunk("interaction.completed", interaction={"id": "v1_a", "status": "completed"})
    + b"1a\r\nevent: done\ndata: [DONE]\n\n\r\n0\r\n\r\n"
)


@dataclass
class Pace:
    """Who is connected; all start together, each a little after the one before."""

    streams: int
    deltas: int
    waiting: "list[Stream]" = field(default_factory=list["Stream"])

    def join(self, stream: "Stream") -> None:
        self.waiting.append(stream)
        if len(self.waiting) == self.streams:
            start = asyncio.get_running_loop().time() + 0.2
            for number, waiting in enumerate(self.waiting):
                waiting.begin(start + INTERVAL_SECONDS * number / self.streams)
            self.waiting = []


class Stream(asyncio.Protocol):
    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._received = b""
        self._sent = 0
        self._at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if b'"stream"' in self._received and self._received.endswith((b"}", b"0\r\n\r\n")):
            self._received = b""
            self._sent = 0
            self._transport.write(OPENING)
            self._pace.join(self)

    def begin(self, at: float) -> None:
        self._at = at
        asyncio.get_running_loop().call_at(at, self._send)

    def _send(self) -> None:
        if self._sent == self._pace.deltas:
            self._transport.write(CLOSING)
            return
        self._sent += 1
        delta = {"type": "text", "text": f"word{self._sent} "}
        self._transport.write(_chunk("step.delta", index=0, event_id=f"evt_{self._sent}", delta=delta))
        self._at += INTERVAL_SECONDS
        asyncio.get_running_loop().call_at(self._at, self._send)


async def serve(streams: int, deltas: int) -> None:
    pace = Pace(streams, deltas)
    server = await asyncio.get_running_loop().create_server(lambda: Stream(pace), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@dataclass
class Meter:
    """CPU of this process from the first delta to the last one."""

    expected: int
    counted: int = 0
    started: float = 0.0
    seconds: float = 0.0

    def take(self, text: str) -> None:
        assert text.startswith("word")
        if self.counted == 0:
            self.started = time.process_time()
        self.counted += 1
        if self.counted == self.expected:
            self.seconds = time.process_time() - self.started


async def with_ours(url: str, streams: int, meter: Meter) -> None:
    from bot.interactions.client import InteractionsClient
    from bot.interactions.transport import open_http
    from bot.interactions.types import Request, TextDelta

    async def read(client: InteractionsClient) -> None:
        async for event in client.stream(Request(model="gemini-3.8-flash", input="Tell me.")):
            if isinstance(event, TextDelta):
                meter.take(event.text)

    async with open_http(url, "key") as http:
        client = InteractionsClient(http)
        await asyncio.gather(*(read(client) for _ in range(streams)))


async def with_google_genai(url: str, streams: int, meter: Meter) -> None:
    import httpx
    from google import genai
    from google.genai import types

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=None) as http:  # noqa: S113  (its own default)
        options = types.HttpOptions(base_url=url, httpx_async_client=http)
        client: Any = genai.Client(api_key="key", http_options=options)

        async def read() -> None:
            async for event in await client.aio.interactions.create(**BODY):
                if event.event_type == "step.delta":
                    meter.take(event.delta.text)

        await asyncio.gather(*(read() for _ in range(streams)))


async def with_httpx(url: str, streams: int, meter: Meter) -> None:
    import httpx

    async def read(http: httpx.AsyncClient) -> None:
        async with http.stream("POST", f"{url}/v1/interactions", json=BODY) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    event = json.loads(line[6:])
                    if event["event_type"] == "step.delta":
                        meter.take(event["delta"]["text"])

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=60) as http:
        await asyncio.gather(*(read(http) for _ in range(streams)))


async def with_aiohttp(url: str, streams: int, meter: Meter) -> None:
    import aiohttp

    async def read(session: aiohttp.ClientSession) -> None:
        async with session.post(f"{url}/v1/interactions", json=BODY) as response:
            rest = b""
            async for chunk in response.content.iter_any():
                *frames, rest = (rest + chunk).split(b"\n\n")
                for frame in frames:
                    data = frame.partition(b"data: ")[2]
                    if data.startswith(b"{"):
                        event = json.loads(data)
                        if event["event_type"] == "step.delta":
                            meter.take(event["delta"]["text"])

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(sock_read=60)) as session:
        await asyncio.gather(*(read(session) for _ in range(streams)))


CLIENTS = {"aiohttp": with_aiohttp, "ours": with_ours, "httpx": with_httpx, "google-genai": with_google_genai}


async def measure(name: str, url: str, streams: int, deltas: int) -> None:
    meter = Meter(streams * deltas)
    await CLIENTS[name](url, streams, meter)
    assert meter.counted == meter.expected, f"{meter.counted} of {meter.expected} deltas"
    print(meter.seconds / meter.counted * 1e6, flush=True)  # milliseconds per 1,000 of them


def child(*arguments: object) -> list[str]:
    return [sys.executable, str(HERE), *map(str, arguments)]


def compare(names: list[str], streams: int, deltas: int, rounds: int) -> dict[str, float]:
    """The median of milliseconds per 1,000 deltas, by client."""
    figures: dict[str, list[float]] = {name: [] for name in names}
    serving = child("--serve", "--streams", streams, "--deltas", deltas)
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        try:
            for _ in range(rounds):
                for name in names:
                    running = child("--client", name, "--url", url, "--streams", streams, "--deltas", deltas)
                    done = subprocess.run(running, stdout=subprocess.PIPE, text=True, check=True)
                    figures[name].append(float(done.stdout))
        finally:
            server.terminate()
    return {name: statistics.median(values) for name, values in figures.items()}


def report(medians: dict[str, float]) -> None:
    base = medians.get("aiohttp")
    print(f"{'client':<14}{'CPU ms per 1,000 deltas':>26}{'to aiohttp':>12}")
    for name, value in medians.items():
        print(f"{name:<14}{value:>26.1f}{f'{value / base:.2f}' if base else '':>12}")


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU per 1,000 paced text deltas")
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(CLIENTS), help="clients, with commas")
    for internal in ("--client", "--url", "--deltas"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    deltas = int(chosen.deltas or chosen.seconds / INTERVAL_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if chosen.serve:
            runner.run(serve(chosen.streams, deltas))
        elif chosen.client:
            runner.run(measure(chosen.client, chosen.url, chosen.streams, deltas))
        else:
            report(compare(chosen.only.split(","), chosen.streams, deltas, chosen.rounds))


if __name__ == "__main__":
    main()
