"""What running tasks cost: one worker process with many of them, at their real pace, and how that grows.

    uv run python tests/bench/tasks.py [--tasks 50,500] [--seconds 60] [--age 200] [--profile FOLDER]

The tasks are written as records that began a while ago, so that they are in their calm phase, with a look every
15 s, or every 30 s with `--age 700`; ten run in each workspace, which is the default limit. Each has an
interaction of its own at the simulator, which runs for longer than the measurement. Simulators, store and proxy are
outside of what is measured. With `--profile` the worker leaves its cProfile in that folder; the figures of such a run
are not to be quoted.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvloop
from load import store
from wire import Counts, Wire

from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from bot.state.engine import Engine
from bot.state.store import connect
from bot.state.tasks import Stage, Task, Tasks
from bot.state.timing import Timing

ROOT = Path(__file__).parents[2]
TASKS_OF_TEAM = 10
RESEARCH_SECONDS = 6_000.0
SETTLE_SECONDS = 25.0
START_SECONDS = 60.0
MOST_CPU_PERCENT, MOST_MEGABYTES = 5.0, 150.0
AGENT = "deep-research-preview-04-2026"
SHOWN_PURPOSES = 12
WORKER = "import sys; sys.argv = ['parley', 'worker']; from bot.service.cli import main; main()"


@dataclass
class Figures:
    """Of one number of tasks."""

    tasks: int
    cpu_percent: float  # of a core
    megabytes: float
    redis_commands: float  # a task and minute, as all below; those inside scripts included
    redis_trips: float
    api_calls: float
    edits: float
    idle_cpu_percent: float
    counts: Counts
    minutes: float


@dataclass
class World:
    """What is around the worker."""

    slack: SlackSimulator
    gemini: GeminiSimulator
    gemini_url: str
    redis_url: str
    age: float  # of the tasks, in seconds

    @property
    def edits(self) -> int:
        return sum(entry["method"] == "chat.update" for entry in self.slack.ledger.of("call"))

    def variables(self, redis_url: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PARLEY_LOG": "json",
            "GEMINI_API_KEY": "simulated",
            "GOOGLE_GEMINI_BASE_URL": self.gemini_url,
            "SLACK_BOT_TOKEN": self.slack.token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "REDIS_URL": redis_url,
        }

    async def begin(self, count: int) -> None:
        """So many tasks run, as the records tell, and each is due within the next 10 s."""
        async with (
            connect(self.redis_url) as redis,
            Engine.connect(self.redis_url, Timing()) as engine,
            aiohttp.ClientSession() as http,
        ):
            begun = [await self._begun(http, number) for number in range(count)]
            self.gemini.advance(RESEARCH_SECONDS * 0.5)  # there is something to tell of each
            for task in begun:
                for command in (Tasks(redis).saved(task), *Tasks(redis).indexed(task)):
                    await redis.execute_command(command.name, command.key, *command.arguments)
            for task in begun:
                await engine.step_now(task.asked.thread, task.id)
                await asyncio.sleep(10 / count)

    async def _begun(self, http: aiohttp.ClientSession, number: int) -> Task:
        team, channel = f"T{number // TASKS_OF_TEAM}", self._channel(number // TASKS_OF_TEAM)
        question = f"What do the otters of river {number} eat?"
        message = await self.slack.say(channel, f"@Parley research {question}", user_id="U0ADA")
        body = {"agent": AGENT, "input": question, "background": True, "agent_config": {"type": "deep-research"}}
        async with http.post(f"{self.gemini_url}/v1/interactions", json=body, headers={"x-goog-api-key": "k"}) as made:
            interaction_id = str((await made.json())["id"])
        thread = Thread(platform="slack", team=team, channel=channel, root=MessageId(message.ts))
        asked = Inbound(
            thread=thread,
            message=MessageId(message.ts),
            author=UserId("U0ADA"),
            content=(TextContent(text=f"research {question}"),),
            addressed=True,
        )
        at = time.time() - self.age
        return Task(
            asked=asked, question=question, agent=AGENT, reference=f"P-{number:05}", started_at=at, begun_at=at,
            stage=Stage.RUNNING, interaction_id=interaction_id,
        )  # fmt: skip

    def _channel(self, team: int) -> str:
        name = f"team-{team}"
        known = {channel.name: channel.id for channel in self.slack.workspace.channels.values()}
        return known.get(name) or self.slack.workspace.add_channel(name).id


async def measure(count: int, seconds: float, age: float, profile: Path | None) -> Figures:
    async with contextlib.AsyncExitStack() as stack:
        redis_url = await stack.enter_async_context(store())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slack = await stack.enter_async_context(SlackSimulator(enforce_rate_limits=False).serve())
        gemini = GeminiSimulator(research_seconds=RESEARCH_SECONDS)
        world = World(slack, gemini, await stack.enter_async_context(gemini.serve()), redis_url, age)
        wire = Wire(redis_url.removeprefix("unix://"))
        url = await stack.enter_async_context(wire.open(str(folder / "wire.sock")))
        dump = [] if profile is None else ["-m", "cProfile", "-o", str(profile / f"tasks-{count}.prof")]
        worker = await stack.enter_async_context(_running(dump, world.variables(url), folder))
        await asyncio.sleep(5)
        before = _cpu_seconds(worker), time.monotonic()
        await asyncio.sleep(5)
        idle = (_cpu_seconds(worker) - before[0]) / (time.monotonic() - before[1])
        await world.begin(count)
        await asyncio.sleep(SETTLE_SECONDS)
        return await _measured(world, wire, worker, count, seconds, idle)


async def _measured(world: World, wire: Wire, worker: int, count: int, seconds: float, idle: float) -> Figures:
    wire.counts = Counts()
    cpu, calls, edits, began = _cpu_seconds(worker), len(world.gemini.requests), world.edits, time.monotonic()
    await asyncio.sleep(seconds)
    lasted, counts = time.monotonic() - began, wire.counts
    each = count * lasted / 60
    return Figures(
        tasks=count,
        cpu_percent=(_cpu_seconds(worker) - cpu) * 100 / lasted,
        megabytes=_megabytes(worker),
        redis_commands=(counts.sent.total() + counts.in_scripts.total()) / each,
        redis_trips=counts.trips.total() / each,
        api_calls=(len(world.gemini.requests) - calls) / each,
        edits=(world.edits - edits) / each,
        idle_cpu_percent=idle * 100,
        counts=counts,
        minutes=each,
    )


@contextlib.asynccontextmanager
async def _running(options: Sequence[str], variables: Mapping[str, str], folder: Path) -> AsyncGenerator[int]:
    program = folder / "worker.py"
    program.write_text(WORKER)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *options, str(program)), env=dict(variables), cwd=folder, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself, and said why
            process.terminate()
        await process.wait()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


ROWS = {
    "CPU, % of a core": "cpu_percent",
    "of it without any task": "idle_cpu_percent",
    "RSS, MB": "megabytes",
    "Redis commands a task-minute": "redis_commands",
    "Redis round trips a task-minute": "redis_trips",
    "API calls a task-minute": "api_calls",
    "edits a task-minute": "edits",
}


def report(measured: Sequence[Figures]) -> None:
    first, last = measured[0], measured[-1]
    print(f"{'running tasks':<34}" + "".join(f"{one.tasks:>10}" for one in measured) + f"{'ratio':>10}")
    for title, name in ROWS.items():
        values = [float(getattr(one, name)) for one in measured]
        ratio = f"{values[-1] / values[0]:>10.2f}" if values[0] else ""
        print(f"{title:<34}" + "".join(f"{value:>10.1f}" for value in values) + ratio)
    growth, most = last.cpu_percent / first.cpu_percent, last.tasks / first.tasks
    print(f"growth: {growth:.1f} times the CPU for {most:g} times the tasks, {'' if growth <= most else 'NOT '}linear")
    print(f"aim: under {MOST_CPU_PERCENT:g} % of a core and {MOST_MEGABYTES:g} MB; load {os.getloadavg()[0]:.1f}\n")
    print(f"{'Redis a task-minute':<28}{'round trips':>12}{'sent':>10}{'in scripts':>12}")
    for purpose, trips in last.counts.trips.most_common(SHOWN_PURPOSES):
        inside = last.counts.in_scripts[purpose] / last.minutes
        sent = last.counts.sent[purpose] / last.minutes
        print(f"{purpose[:27]:<28}{trips / last.minutes:>12.1f}{sent:>10.1f}{inside:>12.1f}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="50,500")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--age", type=float, default=200, help="seconds since the tasks began")
    parser.add_argument("--profile", type=Path)
    options = parser.parse_args()
    counts = [int(count) for count in options.tasks.split(",")]
    report([await measure(count, options.seconds, options.age, options.profile) for count in counts])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
