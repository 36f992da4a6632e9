"""Real processes killed at every named point, over and over, and what people saw of it.

    uv run python tests/chaos/kills.py [--kills 400] [--seed 1] [--lanes 4] [--json FILE]

Histories follow each other until that many processes have died; several run at a time, each with its own store,
platforms and processes. The same seed gives the same plans. `--only N` lets history N of the seed happen alone, and
`--variant NAME` breaks the service on purpose. Exit code 1 when any promise was broken.
"""

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.chaos.figures import figures
from tests.chaos.history import Lane, Outcome, happen
from tests.chaos.plan import Plan, Planner
from tests.chaos.points import tried
from tests.chaos.variants import VARIANTS


class Run:
    """Histories in several lanes until enough processes have died."""

    def __init__(self, plans: Iterator[Plan], *, kills: int, variant: str = "", loud: bool = False) -> None:
        self._plans, self._kills, self._variant, self._loud = plans, kills, variant, loud
        self._points = {point.value for point in tried()}
        self.outcomes: list[Outcome] = []

    async def run(self, folder: Path, *, lanes: int) -> Sequence[Outcome]:
        async with asyncio.TaskGroup() as group:
            for number in range(lanes):
                group.create_task(self._run_lane(folder / f"lane-{number}"))
        return self.outcomes

    async def _run_lane(self, folder: Path) -> None:
        async with Lane.open(folder) as lane:
            while not self._is_enough() and (plan := next(self._plans, None)) is not None:
                outcome = await happen(plan, lane, self._variant)
                self.outcomes.append(outcome)
                if self._loud:
                    tell(outcome)

    def _is_enough(self) -> bool:
        """Whether so many have died, at each point at least one; or twice as many, wherever it was."""
        kills = [point for outcome in self.outcomes for point in outcome.kills]
        return len(kills) >= (self._kills if self._points <= set(kills) else 2 * self._kills)


def tell(outcome: Outcome) -> None:
    seed, kind, died_at = outcome.plan.seed, outcome.plan.kind, " ".join(outcome.kills)
    say(f"{seed:>8} {kind:<9}{outcome.seconds:5.1f} s {outcome.questions:3} questions, died at {died_at}")
    for violation in outcome.violations:
        say(f"         {violation.kind}: {violation.where}: {violation.what}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--logs", type=Path, help="an empty folder that keeps what the processes print")
    parser.add_argument("--only", type=int)
    parser.add_argument("--variant", choices=VARIANTS, default="")
    return parser.parse_args()


async def main() -> int:
    asked, began = options(), time.monotonic()
    plans = Planner(asked.seed).plans()
    if asked.only is not None:
        plans = itertools.islice(plans, asked.only, asked.only + 1)
    with tempfile.TemporaryDirectory() as temporary:
        run = Run(plans, kills=asked.kills, variant=asked.variant, loud=True)
        outcomes = await run.run(asked.logs or Path(temporary), lanes=1 if asked.only is not None else asked.lanes)
    shown = figures(outcomes, seed=asked.seed, seconds=time.monotonic() - began)
    if asked.json:
        asked.json.write_text(json.dumps(shown, indent=2) + "\n", encoding="utf-8")
    say(json.dumps({name: value for name, value in shown.items() if name not in ("seeds", "what_broke")}, indent=2))
    return 1 if shown["what_broke"] else 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
