"""What a turn costs, against a bare Bolt app that makes the same calls, measured in the same run.

    uv run python tests/bench/turns.py [--turns 300] [--per-second 20] [--workspaces 40]

Each app runs in a process of its own, the two in alternation; simulators and load are in this process.
Events are spread over workspaces as real ones would be, since Slack's limits, and our pace with them, count
by workspace; the simulator's own limits are off. Times are milliseconds from just before the event is
posted; CPU is that of the app's process, without the store.
"""

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvloop

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator

APPS = {"parley": ["-m", "bot", "run"], "bare": [str(HERE / "bare.py")]}
ANSWER = [*(f"word{number} " for number in range(40)), "end."]
WARM_UP_TURNS = 40


@dataclass
class Figures:
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
        finals = await asyncio.wait_for(self._all_answered(seen[0], set(sent)), 60)
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


async def measure(app: str, options: argparse.Namespace) -> Figures:
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackSimulator(enforce_rate_limits=False).serve())
        gemini = GeminiSimulator()
        surroundings = {
            "GEMINI_API_KEY": "simulated",
            "GOOGLE_GEMINI_BASE_URL": await stack.enter_async_context(gemini.serve()),
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "PARLEY_DATA": stack.enter_context(tempfile.TemporaryDirectory()),
        }
        http = await stack.enter_async_context(aiohttp.ClientSession())
        pid, url = await stack.enter_async_context(running(app, surroundings, http))
        load = Load(slack, gemini, url, options.workspaces)
        await load.run(http, WARM_UP_TURNS, options.per_second)
        before = _cpu_seconds(pid)
        figures = await load.run(http, options.turns, options.per_second)
        figures.cpu_per_turn = [(_cpu_seconds(pid) - before) * 1000 / options.turns]
        return figures


@contextlib.asynccontextmanager
async def running(
    app: str, surroundings: dict[str, str], http: aiohttp.ClientSession
) -> AsyncGenerator[tuple[int, str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    variables = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": port, "PYTHONPATH": str(HERE.parents[1])}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *APPS[app], env=variables | surroundings, stdout=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(20):
            while not await _answers(http, url):
                await asyncio.sleep(0.05)
        yield process.pid, url
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url):
            return True
    except aiohttp.ClientConnectionError:
        return False


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def report(parley: Figures, bare: Figures) -> None:
    print(f"{'milliseconds':<24}{'parley p50':>12}{'p99':>8}{'bare p50':>12}{'p99':>8}{'ratio p50':>12}")
    for name in ("acknowledged", "first_sign", "api_asked", "final_text"):
        ours, theirs = getattr(parley, name), getattr(bare, name)
        ratio = statistics.median(ours) / statistics.median(theirs)
        row = (statistics.median(ours), _percentile(ours, 99), statistics.median(theirs), _percentile(theirs, 99))
        print(f"{name:<24}{row[0]:>12.1f}{row[1]:>8.1f}{row[2]:>12.1f}{row[3]:>8.1f}{ratio:>12.2f}")
    ours, theirs = statistics.median(parley.cpu_per_turn), statistics.median(bare.cpu_per_turn)
    print(f"{'cpu_per_turn':<24}{ours:>12.1f}{'':>8}{theirs:>12.1f}{'':>8}{ours / theirs:>12.2f}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--per-second", type=float, default=20)
    parser.add_argument("--workspaces", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    figures = {app: Figures() for app in APPS}
    for _ in range(options.rounds):
        for app, together in figures.items():
            once = await measure(app, options)
            for name, values in vars(once).items():
                getattr(together, name).extend(values)
    print(
        f"{options.turns} turns at {options.per_second:g}/s over {options.workspaces} workspaces, "
        f"{options.rounds} rounds each, answers of {len(ANSWER)} deltas"
    )
    report(figures["parley"], figures["bare"])


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
