"""Researches on both platforms while processes die at every point that a research comes to, and what became of them.

    uv run python tests/chaos/researches.py [--rounds 3] [--lanes 4] [--json FILE] [--only NAME]

Each round lets every history happen once more, with deaths at later visits. Exit code 1 when a promise was broken.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.chaos.disturbing import HAPPENINGS, SECRET, Disturbed
from tests.chaos.figures import named, spread
from tests.chaos.forking import ForkServer
from tests.chaos.histories import AT_WEB, AT_WORKER, History, histories
from tests.chaos.house import House
from tests.chaos.kills import say
from tests.chaos.people import DiscordPlace, Place, SlackPlace
from tests.chaos.redis_server import RedisServer, redis_server
from tests.chaos.researched import Research, Wanted
from tests.service.processes import surrounded_by

RESEARCH_SECONDS = 1.6
PATIENCE_SECONDS = {False: 0.3, True: RESEARCH_SECONDS + 3.0}  # with Retry: longer where the API may still tell
LONGEST_SECONDS = 45.0
QUIET_SECONDS = 2.5  # longer than the engine waits before it hands out again what a dead worker had
LOOK_SECONDS = 0.1
MOST_STOP_SECONDS = 10.0
RETRY_SECONDS = (0.2, 0.5, 0.5, 1.0, 1.0, 2.0, 3.0)  # Slack's


@dataclass
class Outcome:
    history: str
    broken: list[str]  # promises
    kills: list[str]
    researches: int
    asked: int  # researches of which nobody could know whether they had been started
    retries: int
    starts: int
    takeover_seconds: list[float]
    stop_seconds: list[float]
    seconds: float


@dataclass(frozen=True)
class Lane:
    """What histories use one after the other."""

    store: RedisServer
    forks: ForkServer
    folder: Path

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, folder: Path) -> AsyncGenerator["Lane"]:
        async with redis_server(folder / "valkey") as store, ForkServer.open() as forks:
            await store.start()
            yield cls(store, forks, folder)


@dataclass
class World:
    """The platforms and the API."""

    slack: SlackSimulator
    discord: DiscordSimulator
    gemini: GeminiSimulator
    gemini_url: str

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncGenerator["World"]:
        async with AsyncExitStack() as stack:
            slack = await stack.enter_async_context(SlackSimulator(retry_seconds=RETRY_SECONDS).serve())
            discord = await stack.enter_async_context(DiscordSimulator().serve())
            discord.gateway.identify_seconds = 0
            gemini = GeminiSimulator(research_seconds=RESEARCH_SECONDS)
            yield cls(slack, discord, gemini, await stack.enter_async_context(gemini.serve()))

    def variables(self, history: History, redis_url: str) -> dict[str, str]:
        return surrounded_by(self.slack, self.discord, self.gemini_url) | {
            "REDIS_URL": redis_url,
            "GEMINI_WEBHOOK_SECRET": SECRET,
            "PARLEY_RESEARCH_CONSENT": str(history.consent).lower(),
        }

    def researches(self, history: History) -> list[Research]:
        patience = PATIENCE_SECONDS[history.told]
        wanted = Wanted(history.consent, history.stops, history.has_file, patience)
        places: list[Place] = [SlackPlace(self.slack, ()), DiscordPlace(self.discord)]
        return [Research(f"R{number}", 0, place, self.gemini, wanted) for number, place in enumerate(places)]

    async def ready(self, url: str) -> None:
        self.slack.subscribe(f"{url}/slack/events")
        await self.discord.wait_for(lambda: self.discord.ledger.of("gateway", event="identified"), 15)


async def happen(history: History, lane: Lane) -> Outcome:
    """Let the history happen on an empty store, until its researches have ended and all is quiet."""
    began = time.monotonic()
    folder = lane.folder / history.name.replace(" ", "-")
    folder.mkdir()
    async with lane.store.client() as redis:
        await redis.flushall()
    async with World.open() as world:
        house = House(lane.forks, folder, world.variables(history, lane.store.url), told=history.told)
        researches, disturbed = world.researches(history), Disturbed(house, lane.store, world.gemini)
        try:
            await _live_through(history, world, researches, disturbed)
        finally:
            await house.close()
        return _outcome(history, researches, disturbed, time.monotonic() - began)


async def _live_through(history: History, world: World, researches: Sequence[Research], disturbed: Disturbed) -> None:
    house = disturbed.house
    async with asyncio.TaskGroup() as group:
        succeeding = await house.open({"web": history.at_web, "discord": (), "worker": history.at_worker})
        await world.ready(house.url)
        if history.happening is not None:
            succeeding.append(HAPPENINGS[history.happening](disturbed))
        tasks = [group.create_task(one) for one in succeeding]
        lives = [group.create_task(research.live()) for research in researches]
        await asyncio.wait(lives, timeout=LONGEST_SECONDS)
        while time.time() - max(research.changed_at() for research in researches) < QUIET_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
        for task in (*tasks, *lives):
            task.cancel()


def _outcome(history: History, researches: Sequence[Research], disturbed: Disturbed, seconds: float) -> Outcome:
    house, platforms = disturbed.house, [research.place.platform for research in researches]
    wrong = [*house.wrong, *disturbed.wrong, *(fact for platform in platforms for fact in platform.violations())]
    if not history.may_be_unsure:
        wrong += [f"{one.name} was asked about without need" for one in researches if _asked_needlessly(one, house)]
    if not history.at_web and history.happening in (None, "deploys", "webhooks"):
        wrong += [f"{one.name}: a button had to be pressed again" for one in researches if one.pressed_again]
    stopped = [one.ended_at - one.stop_pressed_at for one in researches if one.stop_pressed_at and one.ended_at]
    wrong += [f"a stop took {second:.1f} s" for second in stopped if second > MOST_STOP_SECONDS]
    takeovers = [second for died in house.workers_died_at for second in _takeover(died, disturbed, researches)]
    return Outcome(
        history=history.name,
        broken=[f"{one.name}: {what}" for one in researches for what in one.broken()] + wrong,
        kills=house.kills,
        researches=len(researches),
        asked=sum(one.was_asked for one in researches),
        retries=sum(one.retries for one in researches),
        starts=sum(sum(one.starts()) for one in researches),
        takeover_seconds=takeovers,
        stop_seconds=stopped,
        seconds=seconds,
    )


def _asked_needlessly(research: Research, house: House) -> bool:
    return research.was_asked and not any(map(research.may_have_been_starting, house.workers_died_at))


def _takeover(died_at: float, disturbed: Disturbed, researches: Sequence[Research]) -> list[float]:
    """How long after a worker's death anything went on again: a request to the API, or something visible."""
    since = time.time() - time.monotonic()
    requests = [request.at + since for request in disturbed.gemini.requests]
    shown = [change for research in researches for change in research.changes()]
    return sorted(at - died_at for at in (*requests, *shown) if at > died_at)[:1]


def figures(outcomes: Sequence[Outcome], seconds: float) -> dict[str, Any]:
    """JSON."""
    kills = Counter(point for outcome in outcomes for point in outcome.kills)
    return {
        "histories": len(outcomes),
        "researches": sum(outcome.researches for outcome in outcomes),
        "duration_seconds": round(seconds, 1),
        "kills": kills.total(),
        "kills_by_point": {named(point): count for point, count in sorted(kills.items())},
        "points_never_hit": [named(point) for point in (*AT_WEB, *AT_WORKER) if not kills[point]],
        "unknown_outcomes_asked": sum(outcome.asked for outcome in outcomes),
        "retries_pressed": sum(outcome.retries for outcome in outcomes),
        "plans_and_starts": sum(outcome.starts for outcome in outcomes),
        "takeover_seconds": spread(second for outcome in outcomes for second in outcome.takeover_seconds),
        "stop_seconds": spread(second for outcome in outcomes for second in outcome.stop_seconds),
        "broken": {outcome.history: outcome.broken for outcome in outcomes if outcome.broken},
    }


async def run(planned: Iterator[History], folder: Path, *, lanes: int, loud: bool = False) -> list[Outcome]:
    """Let them all happen, several at a time."""
    outcomes: list[Outcome] = []

    async def run_lane(number: int) -> None:
        async with Lane.open(folder / f"lane-{number}") as lane:
            for history in planned:
                outcomes.append(await happen(history, lane))
                if loud:
                    tell(outcomes[-1])

    async with asyncio.TaskGroup() as group:
        for number in range(lanes):
            group.create_task(run_lane(number))
    return outcomes


def tell(outcome: Outcome) -> None:
    say(f"{outcome.history:<22}{outcome.seconds:5.1f} s  asked {outcome.asked}, died at {' '.join(outcome.kills)}")
    for what in outcome.broken:
        say(f"    {what}")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--lanes", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--logs", type=Path, help="an empty folder that keeps what the processes print")
    parser.add_argument("--only", help="the histories whose names contain this")
    return parser.parse_args()


async def main() -> int:
    asked, began = options(), time.monotonic()
    planned = (one for one in histories(asked.rounds) if not asked.only or asked.only in one.name)
    with tempfile.TemporaryDirectory() as temporary:
        outcomes = await run(planned, asked.logs or Path(temporary), lanes=asked.lanes, loud=True)
    shown = figures(outcomes, time.monotonic() - began)
    if asked.json:
        asked.json.write_text(json.dumps(shown, indent=2) + "\n", encoding="utf-8")
    say(json.dumps(shown, indent=2))
    return 1 if shown["broken"] else 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
