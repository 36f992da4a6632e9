"""What a turn costs, against a bare Bolt app that makes the same calls, measured in the same run.

    uv run python tests/bench/turns.py [--turns 300] [--per-second 20] [--workspaces 40]

Each app runs in a process of its own, the two in alternation; simulators and load are in this process.
Events are spread over workspaces as real ones would be, since Slack's limits, and our pace with them, count
by workspace; the simulator's own limits are off. Times are milliseconds from just before the event is
posted; CPU is that of the app's process, without the store.
"""

import argparse
import asyncio
import statistics

import uvloop
from load import ANSWER, BARE, PARLEY, WARM_UP_TURNS, Figures, Processes, percentile, simulated, store

APPS: dict[str, Processes] = {"parley": PARLEY, "bare": BARE}


async def measure(processes: Processes, options: argparse.Namespace) -> Figures:
    async with store() as redis_url, simulated(processes, redis_url, workspaces=options.workspaces) as app:
        await app.load.run(app.http, WARM_UP_TURNS, options.per_second)
        before = sum(app.cpu_seconds().values())
        figures = await app.load.run(app.http, options.turns, options.per_second)
        figures.cpu_per_turn = [(sum(app.cpu_seconds().values()) - before) * 1000 / options.turns]
        return figures


def report(parley: Figures, bare: Figures) -> None:
    print(f"{'milliseconds':<24}{'parley p50':>12}{'p99':>8}{'bare p50':>12}{'p99':>8}{'ratio p50':>12}")
    for name in ("acknowledged", "first_sign", "api_asked", "final_text"):
        ours, theirs = getattr(parley, name), getattr(bare, name)
        ratio = statistics.median(ours) / statistics.median(theirs)
        row = (statistics.median(ours), percentile(ours, 99), statistics.median(theirs), percentile(theirs, 99))
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
            once = await measure(APPS[app], options)
            for name, values in vars(once).items():
                getattr(together, name).extend(values)
    print(
        f"{options.turns} turns at {options.per_second:g}/s over {options.workspaces} workspaces, "
        f"{options.rounds} rounds each, answers of {len(ANSWER)} deltas"
    )
    report(figures["parley"], figures["bare"])


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
