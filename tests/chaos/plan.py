"""What happens in one history, all of it drawn from one seed before it begins: who asks what, and what dies where.

The same seed gives the same plan. What comes of it depends on the machine's timing, as with any real crash.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.failpoints import Point
from tests.chaos.points import AT_GATEWAY, AT_WEB, AT_WORKER, Kill, dealt

SLACK_THREADS, DISCORD_THREADS = 5, 3
QUESTIONS = (1, 2, 2, 3)  # of a thread; those after the first are follow-ups
WEBS, WORKERS, GATEWAY = ("web-1", "web-2"), ("worker-1", "worker-2"), "discord"
SHORT_LINES, LONG_LINES = (3, 12), (34, 44)  # a line takes the model two of its delays
GATEWAY_VISITS = (1, 6)
RUNS_SECONDS = (0.6, 1.6)  # from its start to SIGTERM: enough to listen to signals
KILLS_OF_WEB, KILLS_OF_WORKER, STALLS, RESTARTS = 2, 4, 2, 3  # of each process

Kind = Literal["kills", "stalls", "restarts", "gateway"]

KINDS: Sequence[Kind] = ("kills", "restarts", "kills", "stalls", "kills", "kills", "gateway", "kills")  # over and over


@dataclass(frozen=True)
class Delivery:
    """One event of Slack's about one message."""

    event: Literal["message", "app_mention"]
    web: int
    after_seconds: float
    lost: bool = False  # does not arrive at first


@dataclass(frozen=True)
class Asking:
    """One question."""

    lines: int  # of its answer
    after_seconds: float  # after the one before it was accepted
    has_file: bool
    deliveries: tuple[Delivery, ...]  # on Slack
    twice: bool  # on Discord: the event comes twice


@dataclass(frozen=True)
class Talk:
    """What is asked in one thread, in this order."""

    platform: Literal["slack", "discord"]
    name: str
    questions: tuple[Asking, ...]


@dataclass(frozen=True)
class Stall:
    """The process is stopped for longer than its leases last, and then goes on as if nothing had been."""

    after_seconds: float
    seconds: float


@dataclass(frozen=True)
class Restart:
    """A deploy: SIGTERM, and the next release when it has ended. With a kill it dies on its way out."""

    after_seconds: float
    kill: Kill | None


Fault = Kill | Stall | Restart


@dataclass(frozen=True)
class Plan:
    seed: str
    kind: Kind
    talks: tuple[Talk, ...]
    faults: dict[str, tuple[Fault, ...]]  # by process; with each new start its next one
    pauses: dict[str, float]  # seconds from a process's death to its next start


class Planner:
    """Plans one after the other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kills = {
            name: dealt(points, random.Random(f"{seed} {name}"))  # noqa: S311 (not for secrets)
            for name, points in (("web", AT_WEB), ("worker", AT_WORKER))
        }

    def plans(self) -> Iterator[Plan]:
        return (self._plan(number) for number in itertools.count())

    def _plan(self, number: int) -> Plan:
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311
        kind = KINDS[number % len(KINDS)]
        faults = {name: self._faults(chance, kind, name) for name in (*WEBS, *WORKERS, GATEWAY)}
        return Plan(
            seed=f"{self._seed}/{number}",
            kind=kind,
            talks=_talks(chance),
            faults=faults,
            pauses={name: chance.uniform(0.02, 0.3) for name in faults},
        )

    def _faults(self, chance: random.Random, kind: Kind, name: str) -> tuple[Fault, ...]:
        match kind:
            case "kills" if name in WEBS:
                return self._dealt("web", KILLS_OF_WEB)
            case "gateway" if name == GATEWAY:
                return (Kill(chance.choice(AT_GATEWAY), chance.randint(*GATEWAY_VISITS)),)
            case "kills" | "gateway" if name in WORKERS:
                return self._dealt("worker", KILLS_OF_WORKER)
            case "stalls" if name in WORKERS:
                return tuple(Stall(chance.uniform(0.2, 1.5), chance.uniform(1.3, 2.5)) for _ in range(STALLS))
            case "restarts" if name != GATEWAY:
                return tuple(_restart(chance, may_die=name in WORKERS) for _ in range(RESTARTS))
            case _:
                return ()

    def _dealt(self, what: str, number: int) -> tuple[Fault, ...]:
        return tuple(itertools.islice(self._kills[what], number))


def _restart(chance: random.Random, *, may_die: bool) -> Restart:
    dies = may_die and chance.random() < 0.4
    return Restart(chance.uniform(*RUNS_SECONDS), Kill(Point.SHUTDOWN_BEGUN, 1) if dies else None)


def _talks(chance: random.Random) -> tuple[Talk, ...]:
    slack = [Talk("slack", f"S{number}", _questions(chance)) for number in range(SLACK_THREADS)]
    discord = [Talk("discord", f"D{number}", _questions(chance)) for number in range(DISCORD_THREADS)]
    return (*slack, *discord)


def _questions(chance: random.Random) -> tuple[Asking, ...]:
    return tuple(_asking(chance) for _ in range(chance.choice(QUESTIONS)))


def _asking(chance: random.Random) -> Asking:
    return Asking(
        lines=chance.randint(*(LONG_LINES if chance.random() < 0.35 else SHORT_LINES)),
        after_seconds=chance.uniform(0, 0.8),
        has_file=chance.random() < 0.25,
        deliveries=_deliveries(chance),
        twice=chance.random() < 0.5,
    )


def _deliveries(chance: random.Random) -> tuple[Delivery, ...]:
    """A mention and its twin, in either order, to either web process; some twice, some lost at first."""
    twins = [_delivery(chance, event) for event in ("message", "app_mention")]
    again = [_delivery(chance, one.event) for one in twins if chance.random() < 0.3]
    return (*twins, *again)


def _delivery(chance: random.Random, event: Literal["message", "app_mention"]) -> Delivery:
    return Delivery(
        event,
        web=chance.randrange(len(WEBS)),
        after_seconds=chance.uniform(0, 0.25),
        lost=chance.random() < 0.15,
    )
