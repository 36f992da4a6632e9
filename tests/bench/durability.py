"""What durability costs: Redis commands of a turn and what each is for, CPU, and time until the API is asked.

    uv run python tests/bench/durability.py [--turns 300] [--per-second 20] [--rounds 2] [--only commands|cost]

Commands are counted around single turns of `parley run`, at a proxy before its Redis and by the server's MONITOR,
and what it sends while nothing happens is taken off. Cost is measured side by side with the bare Bolt app of
turns.py, which keeps nothing: as one process, and as web and worker apart. CPU is without the store's.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop
from load import APART, BARE, PARLEY, WARM_UP_TURNS, App, Figures, Processes, percentile, simulated, store
from wire import Counts, Wire

APPS: dict[str, Processes] = {"bare": BARE, "one process": PARLEY, "web and worker": APART}
IDLE_SECONDS = 10.0
SINGLE_TURNS = 5
PAUSE_SECONDS = 1.0
SLOW_DELAY_SECONDS = 0.1  # between two deltas, so that the reply is edited while it grows
MOST_CPU, MOST_ADDED = 3.0, 8.0  # milliseconds more than the bare app, the aim

WHY = {
    "accept": "claim, inbox entry, engagement: one step, before the acknowledgement",
    "index": "lets the sweeper find the thread, and replies find their conversation",
    "engine schedule": "wakes a worker, wherever it is",
    "engine read": "a worker hears of it, and listens again",
    "engine claim": "the engine's own record that the wake-up has begun",
    "take": "lease and fence: one run at a time; brings the inbox along",
    "recall": "turn, outbox and head, so that a crash is gone on from; the reference for `explain`",
    "run begin": "question, parent and the intent to ask, before the API is asked",
    "run save": "the interaction's id, else it would be asked again; before each edit, whether we still may",
    "run note": "a part is about to be posted: who finds only this asks the platform first",
    "run shown": "the part's message, so that it is edited and never posted again",
    "run end": "answer and head saved, claim settled, entry and lease gone: one step",
    "look": "what came in while the turn ran",
    "engine terminal": "the wake-up is done, else it would be handed out again",
}


async def count() -> None:
    """Print the commands of a short turn and of a long one, and those that are sent for none."""
    async with store() as redis_url:
        with tempfile.TemporaryDirectory() as folder:
            wire = Wire(redis_url.removeprefix("unix://"))
            async with wire.open(str(Path(folder) / "wire.sock")) as url:
                short, idle, _ = await _counted(wire, url, delay_seconds=0.0)
                long, _, edits = await _counted(wire, url, delay_seconds=SLOW_DELAY_SECONDS)
    _print_commands(short, long, edits)
    _print_chatter(idle)


async def _counted(wire: Wire, url: str, *, delay_seconds: float) -> tuple[Counts, Counts, float]:
    """What some turns sent, what is sent in `IDLE_SECONDS` without any, and how many edits a turn had."""
    async with simulated(PARLEY, url, workspaces=SINGLE_TURNS, delay_seconds=delay_seconds) as app:
        await app.load.run(app.http, SINGLE_TURNS, 1 / PAUSE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
        wire.counts = Counts()
        await asyncio.sleep(IDLE_SECONDS)
        idle, wire.counts = wire.counts, Counts()
        began, edits = time.monotonic(), len(app.load.slack.ledger.of("edit"))
        await app.load.run(app.http, SINGLE_TURNS, 1 / PAUSE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
        turns = wire.counts.without(idle, (time.monotonic() - began) / IDLE_SECONDS)
        return turns, idle, (len(app.load.slack.ledger.of("edit")) - edits) / SINGLE_TURNS


def _print_commands(short: Counts, long: Counts, edits: float) -> None:
    print(f"{'a turn, by what for':<20}{'round trips':>12}{'commands':>10}{'in scripts':>12}{'with edits':>12}  why")
    names = [*WHY, *sorted(short.trips.keys() - WHY.keys())]  # of the rest, what does not belong to the chatter
    for name in names:
        figures = (short.trips[name], short.sent[name], short.in_scripts[name], long.trips[name])
        if any(figures):
            trips, sent, inside, slow = (figure / SINGLE_TURNS for figure in figures)
            print(f"{name:<20}{trips:>12.1f}{sent:>10.1f}{inside:>12.1f}{slow:>12.1f}  {WHY.get(name, 'not known')}")
    totals = [sum(counts.values()) / SINGLE_TURNS for counts in (*vars(short).values(), long.trips)]
    print(f"{'all':<20}{totals[0]:>12.1f}{totals[1]:>10.1f}{totals[2]:>12.1f}{totals[3]:>12.1f}")
    print(f"'with edits': round trips of a turn whose reply was edited {edits:.1f} times.")
    print("How often the engine reads is an estimate, since it reads all the time.\n")


def _print_chatter(idle: Counts) -> None:
    print(f"{'without any turn':<20}{'round trips a second':>22}{'commands in scripts':>22}")
    for name, trips in idle.trips.most_common():
        print(f"{name:<20}{trips / IDLE_SECONDS:>22.1f}{idle.in_scripts[name] / IDLE_SECONDS:>22.1f}")
    print()


class Cost:
    """What one app cost, over all rounds."""

    def __init__(self) -> None:
        self.api_asked: list[float] = []
        self.cpu: list[dict[str, float]] = []  # milliseconds per turn, of each process

    def add(self, figures: Figures, cpu: dict[str, float]) -> None:
        self.api_asked += figures.api_asked
        self.cpu.append(cpu)

    @property
    def total(self) -> float:
        return statistics.median(sum(one.values()) for one in self.cpu)

    @property
    def parts(self) -> str:
        names = self.cpu[0] if len(self.cpu[0]) > 1 else ()
        return ", ".join(f"{name} {statistics.median(one[name] for one in self.cpu):.1f}" for name in names)


async def measure(app: App, turns: int, per_second: float) -> tuple[Figures, dict[str, float]]:
    await app.load.run(app.http, WARM_UP_TURNS, per_second)
    before = app.cpu_seconds()
    figures = await app.load.run(app.http, turns, per_second)
    after = app.cpu_seconds()
    return figures, {name: (after[name] - before[name]) * 1000 / turns for name in before}


async def compare(turns: int, per_second: float, rounds: int) -> dict[str, Cost]:
    """All of them in alternation, each round with an empty store."""
    costs = {name: Cost() for name in APPS}
    for _ in range(rounds):
        for name, processes in APPS.items():
            async with store() as redis_url, simulated(processes, redis_url, workspaces=40) as app:
                costs[name].add(*await measure(app, turns, per_second))
    return costs


def _print_cost(costs: dict[str, Cost]) -> None:
    bare = costs["bare"]
    print(f"{'milliseconds':<18}{'CPU a turn':>12}{'added':>8}{'API asked p50':>16}{'added':>8}{'p99':>10}")
    for name, cost in costs.items():
        asked = statistics.median(cost.api_asked)
        added = cost.total - bare.total, asked - statistics.median(bare.api_asked)
        print(
            f"{name:<18}{cost.total:>12.1f}{added[0]:>8.1f}{asked:>16.1f}{added[1]:>8.1f}"
            f"{percentile(cost.api_asked, 99):>10.1f}  {cost.parts}"
        )
    print(f"aim: under {MOST_CPU:g} of CPU added, and under {MOST_ADDED:g} until the API is asked (p50)")
    print(f"load of the machine: {_load()}")


def _load() -> str:
    return ", ".join(f"{average:.1f}" for average in os.getloadavg())


async def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--per-second", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", choices=("commands", "cost"))
    options = parser.parse_args(arguments)
    if options.only != "cost":
        await count()
    if options.only != "commands":
        _print_cost(await compare(options.turns, options.per_second, options.rounds))


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
