"""What the benchmarks of a turn share: simulators, the processes they measure, and people who mention the bot."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from bot.state.embedded import embedded

Processes = Mapping[str, Sequence[str]]  # by name: what Python is started with; the first one listens
BARE: Processes = {"bare": [str(HERE / "bare.py")]}
PARLEY: Processes = {"run": ["-m", "bot", "run"]}
APART: Processes = {"web": ["-m", "bot", "web"], "worker": ["-m", "bot", "worker"]}
ANSWER = [*(f"word{number} " for number in range(40)), "end."]
WARM_UP_TURNS = 40
START_SECONDS, ANSWER_SECONDS = 30, 60


@dataclass
class Figures:
    """Milliseconds. The times count from just before the event is posted; CPU is that of the app, without the store."""

    acknowledged: list[float] = field(default_factory=list[float])
    first_sign: list[float] = field(default_factory=list[float])
    api_asked: list[float] = field(default_factory=list[float])
    final_text: list[float] = field(default_factory=list[float])
    cpu_per_turn: list[float] = field(default_factory=list[float])


class Load:
    """People in many workspaces who mention the bot, and what they see of it."""

    def __init__(self, slack: SlackSimulator, gemini: GeminiSimulator, url: str, workspaces: int) -> None:
        self.slack, self.gemini, self.url = slack, gemini, url
        self.channels = [slack.workspace.add_channel(f"bench-{number}").id for number in range(workspaces)]

    async def run(self, http: aiohttp.ClientSession, turns: int, per_second: float) -> Figures:
        figures, sent = Figures(), dict[str, float]()
        seen = self.slack.ledger.last_number, len(self.gemini.requests)
        async with asyncio.TaskGroup() as group:
            for number in range(turns):
                self.gemini.answers(*ANSWER)
                group.create_task(self._mention(http, number, sent, figures))
                await asyncio.sleep(1 / per_second)
        finals = await asyncio.wait_for(self._all_answered(seen[0], set(sent)), ANSWER_SECONDS)
        figures.final_text = [(finals[ts] - began) * 1000 for ts, began in sent.items()]
        figures.first_sign = self._first_signs(seen[0], sent)
        figures.api_asked = self._asked(seen[1], sorted(sent.values()))
        return figures

    async def _mention(
        self, http: aiohttp.ClientSession, number: int, sent: dict[str, float], figures: Figures
    ) -> None:
        workspace = number % len(self.channels)
        message = await self.slack.say(self.channels[workspace], "@Parley what now?", user_id="U0ADA")
        event = {"type": "app_mention", "channel": message.channel_id, "user": "U0ADA", "ts": message.ts}
        envelope = {
            "type": "event_callback",
            "team_id": f"T{workspace}",
            "authorizations": [{"user_id": "U0PARLEY", "is_bot": True}],
            "event": event | {"text": message.text},
        }
        body = json.dumps(envelope).encode()
        sent[message.ts] = time.time()
        async with http.post(f"{self.url}/slack/events", data=body, headers=self._signed(body)) as answer:
            await answer.read()
            figures.acknowledged.append((time.time() - sent[message.ts]) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"the app answered {answer.status}")

    def _signed(self, body: bytes) -> dict[str, str]:
        at = str(int(time.time()))
        digest = hmac.new(self.slack.signing_secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        return {
            "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}", "Content-Type": "application/json"
        }  # fmt: skip

    async def _all_answered(self, after: int, waiting: set[str]) -> dict[str, float]:
        finals: dict[str, float] = {}
        while waiting - finals.keys():
            for entry in self.slack.ledger.after(after):
                if entry.kind in ("post", "edit") and str(entry["text"]).endswith("end."):
                    finals.setdefault(str(entry["thread_ts"]), entry.at)
                after = entry.number
            await asyncio.sleep(0.02)
        return finals

    def _first_signs(self, after: int, sent: dict[str, float]) -> list[float]:
        signs: dict[str, float] = {}
        for entry in self.slack.ledger.after(after):
            if entry.kind in ("status", "post") and entry["thread_ts"] and entry["text"]:
                signs.setdefault(str(entry["thread_ts"]), entry.at)
        return [(signs[ts] - began) * 1000 for ts, began in sent.items()]

    def _asked(self, already: int, starts: list[float]) -> list[float]:
        """Events and requests both in the order they came: one request a turn."""
        to_epoch = time.time() - time.monotonic()
        asked = sorted(request.at + to_epoch for request in self.gemini.requests[already:])
        return [(at - began) * 1000 for at, began in zip(asked, starts, strict=True)]


@dataclass
class App:
    """Processes at work between two simulators and a store."""

    pids: dict[str, int]
    load: Load
    http: aiohttp.ClientSession

    def cpu_seconds(self) -> dict[str, float]:
        """What each process has used so far."""
        return {name: _cpu_seconds(pid) for name, pid in self.pids.items()}


@contextlib.asynccontextmanager
async def store() -> AsyncGenerator[str]:
    """The URL of a Valkey that starts empty."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded(Path(folder)) as url:
            yield url


@contextlib.asynccontextmanager
async def simulated(
    processes: Processes, redis_url: str, *, workspaces: int, delay_seconds: float = 0.0
) -> AsyncGenerator[App]:
    """The processes, ready and with their simulators around them, whose rate limits are off."""
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackSimulator(enforce_rate_limits=False).serve())
        gemini = GeminiSimulator(delay_seconds=delay_seconds)
        port = _free_port()
        variables = {
            "GEMINI_API_KEY": "simulated",
            "GOOGLE_GEMINI_BASE_URL": await stack.enter_async_context(gemini.serve()),
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "REDIS_URL": redis_url,
            "PORT": str(port),
        }
        http = await stack.enter_async_context(aiohttp.ClientSession())
        pids = {
            name: await stack.enter_async_context(_running(arguments, variables))
            for name, arguments in processes.items()
        }
        url = f"http://127.0.0.1:{port}"
        await _until_ready(http, url)
        yield App(pids, Load(slack, gemini, url, workspaces), http)


@contextlib.asynccontextmanager
async def _running(arguments: Sequence[str], variables: Mapping[str, str]) -> AsyncGenerator[int]:
    inherited = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PYTHONPATH": str(HERE.parents[1])}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**inherited, **variables}, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself, and said why
            process.terminate()
        await process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def _until_ready(http: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not await _is_ready(http, url):
            await asyncio.sleep(0.05)


async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    """Parley says 503 until a worker is there; the bare app knows no such route."""
    try:
        async with http.get(f"{url}/readyz") as answer:
            return answer.status < 500
    except aiohttp.ClientConnectionError:
        return False


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
