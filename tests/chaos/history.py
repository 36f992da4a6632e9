"""One history: processes between simulators, people who ask, and deaths, as planned; until all is quiet again."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from bot.simulators.slack.events import Deliveries
from bot.state.embedded import embedded
from bot.state.store import connect
from tests.chaos.forking import ForkServer
from tests.chaos.keeping import Keeper
from tests.chaos.people import (
    RETRY_SECONDS,
    DiscordPlace,
    Place,
    Question,
    Shown,
    SlackPlace,
    asked_in,
    converse,
    lines_in,
)
from tests.chaos.plan import WEBS, Plan, Talk
from tests.chaos.verdict import Finding, Violation, asked_again, is_whole, judged, standing
from tests.service.processes import surrounded_by

DELTA_SECONDS = 0.015
QUIET_SECONDS = 2.5  # without a change, when all is answered: longer than the engine waits before it tries again
LONGEST_SECONDS = 45.0
LOOK_SECONDS = 0.1
READY_SECONDS = 15.0


@dataclass
class Outcome:
    """What one history brought."""

    plan: Plan
    violations: list[Violation]
    kills: list[str]  # the points where processes died
    stalls: int
    restarts: int
    questions: int
    takeover_seconds: list[float]
    seconds: float


@dataclass(frozen=True)
class Lane:
    """What histories use one after the other: a store, a fork server and a folder."""

    redis_url: str
    forks: ForkServer
    folder: Path

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, folder: Path) -> AsyncGenerator["Lane"]:
        folder.mkdir(parents=True, exist_ok=True)
        async with embedded(folder / "valkey") as redis_url, ForkServer.open() as forks:
            yield cls(redis_url, forks, folder)


@dataclass
class Asked:
    """A thread, and what is asked in it."""

    talk: Talk
    place: Place
    questions: list[Question]

    def is_answered(self) -> bool:
        seen = [line for text in self._standing().values() for line in lines_in(text)]
        return all(is_whole(question, seen) for question in self.questions)

    def changed_at(self) -> float:
        return max((shown.at for shown in self._shown()), default=0.0)

    def seconds_to_go_on(self, moment: float) -> float | None:
        """From a moment when an answer was growing until anything changed; None if none was."""
        lines = [line for text in self._standing(before=moment).values() for line in lines_in(text)]
        begun = {line.question for line in lines}
        grows = any(not is_whole(question, lines) for question in self.questions if question.number in begun)
        later = [shown.at for shown in self._shown() if shown.at >= moment]
        return later[0] - moment if grows and later else None

    def _standing(self, before: float = inf) -> dict[str, str]:
        return standing([shown for shown in self._shown() if shown.at < before])

    def _shown(self) -> list[Shown]:
        said = self.questions[0].said
        return list(self.place.shown(said)) if said else []


@dataclass
class World:
    """The platforms and the model."""

    slack: SlackSimulator
    discord: DiscordSimulator
    gemini: GeminiSimulator
    gemini_url: str
    mails: list[Deliveries] = field(default_factory=list[Deliveries])  # Slack's events, by web process

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncGenerator["World"]:
        async with AsyncExitStack() as stack:
            slack = await stack.enter_async_context(SlackSimulator().serve())
            discord = await stack.enter_async_context(DiscordSimulator().serve())
            discord.gateway.identify_seconds = 0
            gemini = GeminiSimulator(delay_seconds=DELTA_SECONDS)
            world = cls(slack, discord, gemini, await stack.enter_async_context(gemini.serve()))
            for _ in WEBS:
                mail = Deliveries(slack.ledger, slack.signing_secret, retry_seconds=RETRY_SECONDS)
                mail.open()
                stack.push_async_callback(mail.close)
                world.mails.append(mail)
            yield world

    def variables(self, redis_url: str) -> dict[str, str]:
        return surrounded_by(self.slack, self.discord, self.gemini_url) | {"REDIS_URL": redis_url}

    def places(self) -> dict[str, Place]:
        return {"slack": SlackPlace(self.slack, self.mails), "discord": DiscordPlace(self.discord)}

    async def ready(self, addresses: Sequence[str]) -> None:
        for mail, address in zip(self.mails, addresses, strict=True):
            mail.subscribe(address)
        await self.discord.wait_for(lambda: self.discord.ledger.of("gateway", event="identified"), READY_SECONDS)


async def happen(plan: Plan, lane: Lane, variant: str = "", longest_seconds: float = LONGEST_SECONDS) -> Outcome:
    """Let the planned history happen on an empty store, with a service that lacks what the variant says."""
    began = time.monotonic()
    folder = lane.folder / plan.seed.replace("/", "-")
    folder.mkdir(exist_ok=True)
    async with connect(lane.redis_url) as redis:
        await redis.flushall()
    async with World.open() as world:
        keeper = Keeper(plan, lane.forks, folder, world.variables(lane.redis_url), variant)
        places = world.places()
        asked = [Asked(talk, places[talk.platform], asked_in(talk)) for talk in plan.talks]
        async with keeper.keeping():
            await world.ready([keeper.address(web) for web in WEBS])
            await _asked_and_answered(asked, keeper, longest_seconds)
        findings = [
            *keeper.findings,
            *_findings(asked, places),
            *asked_again(world.gemini.requests, interruptions=keeper.interruptions),
        ]
        return Outcome(
            plan=plan,
            violations=[Violation(plan.seed, found.kind, found.where, found.what) for found in findings],
            kills=keeper.kills,
            stalls=keeper.stalls,
            restarts=keeper.restarts,
            questions=sum(len(each.questions) for each in asked),
            takeover_seconds=[second for died_at in keeper.workers_died_at for second in _takeover(died_at, asked)],
            seconds=time.monotonic() - began,
        )


def _takeover(died_at: float, asked: Sequence[Asked]) -> list[float]:
    """How long after a worker's death the last of the answers that were growing then went on, if any were."""
    return sorted(seconds for each in asked if (seconds := each.seconds_to_go_on(died_at)) is not None)[-1:]


async def _asked_and_answered(asked: Sequence[Asked], keeper: Keeper, longest_seconds: float) -> None:
    """People ask; return when all is answered and nothing changes any more, or when it takes too long."""
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(_ask(each, keeper)) for each in asked]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest_seconds):
                while not _is_quiet(asked):
                    await asyncio.sleep(LOOK_SECONDS)
        for task in asking:
            task.cancel()


async def _ask(asked: Asked, keeper: Keeper) -> None:
    try:
        await converse(asked.place, asked.questions)
    except TimeoutError:
        keeper.findings.append(Finding("lost", asked.talk.name, "people gave up: what they waited for did not happen"))


def _is_quiet(asked: Sequence[Asked]) -> bool:
    changed_at = max(each.changed_at() for each in asked)
    return time.time() - changed_at > QUIET_SECONDS and all(each.is_answered() for each in asked)


def _findings(asked: Sequence[Asked], places: dict[str, Place]) -> list[Finding]:
    threads = [found for each in asked for found in judged(each.place, each.questions)]
    return threads + [
        Finding("too fast", name, facts) for name, place in places.items() for facts in place.platform.violations()
    ]
