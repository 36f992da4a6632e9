"""The harness can fail: each service that lacks a guarantee is caught, within a few histories."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import pytest

from bot.failpoints import Point
from tests.chaos.history import Lane, happen
from tests.chaos.plan import WEBS, WORKERS, Asking, Fault, Plan, Planner, Stall
from tests.chaos.points import Kill
from tests.chaos.variants import VARIANTS
from tests.chaos.verdict import Kind, Violation

SEED, HISTORIES = 1, 5  # within so many each is caught
LONGEST_SECONDS = 15.0  # of one, where some answers will never come

NO_FAULTS: dict[str, tuple[Fault, ...]] = {}
WEBS_DIE: dict[str, tuple[Fault, ...]] = {name: (Kill(Point.CLAIMED, 1),) * 3 for name in WEBS}
WORKERS_DIE: dict[str, tuple[Fault, ...]] = {name: (Kill(Point.FINAL_POSTED, 1),) * 2 for name in WORKERS}
WORKERS_STALL: dict[str, tuple[Fault, ...]] = {
    name: (Stall(0.5 + 1.5 * number, 1.6), Stall(1.5, 1.6)) for number, name in enumerate(WORKERS)
}


def once(asking: Asking) -> Asking:
    """It is delivered a single time."""
    return replace(asking, deliveries=(replace(asking.deliveries[0], lost=False),), twice=False)


def hurried(asking: Asking) -> Asking:
    """Long, and asked at once after the one before it."""
    return replace(asking, lines=40, after_seconds=0.0)


def unchanged(asking: Asking) -> Asking:
    return asking


@dataclass(frozen=True)
class Trial:
    """What brings out that a guarantee is missing, and how that shows."""

    faults: dict[str, tuple[Fault, ...]]
    change: Callable[[Asking], Asking]
    shows: set[Kind]


def planned(plan: Plan, trial: Trial) -> Plan:
    talks = tuple(replace(talk, questions=tuple(map(trial.change, talk.questions))) for talk in plan.talks)
    return replace(plan, faults=dict.fromkeys(plan.faults, ()) | trial.faults, talks=talks)


TRIALS = {
    "no claim": Trial(NO_FAULTS, unchanged, {"lost", "twice", "asked again"}),
    "no fence": Trial(WORKERS_STALL, hurried, {"lost", "twice", "out of order"}),
    "acknowledged before stored": Trial(WEBS_DIE, once, {"lost"}),
    "no outbox key": Trial(WORKERS_DIE, unchanged, {"twice"}),
    "two leases": Trial(NO_FAULTS, hurried, {"asked again", "twice"}),
}


async def is_caught(variant: str, folder: Path) -> bool:
    trial = TRIALS[variant]
    async with Lane.open(folder / variant) as lane:
        for plan in islice(Planner(SEED).plans(), HISTORIES):
            outcome = await happen(planned(plan, trial), lane, variant, LONGEST_SECONDS)
            if trial.shows & {violation.kind for violation in outcome.violations}:
                return True
    return False


async def violations(trial: Trial, folder: Path) -> list[Violation]:
    async with Lane.open(folder) as lane:
        outcome = await happen(planned(next(Planner(SEED).plans()), trial), lane)
        return outcome.violations


@pytest.mark.timeout(240)
async def test_what_lacks_a_guarantee_is_caught(tmp_path: Path) -> None:
    caught = await asyncio.gather(*(is_caught(variant, tmp_path) for variant in VARIANTS))

    assert dict(zip(VARIANTS, caught, strict=True)) == dict.fromkeys(VARIANTS, True)


@pytest.mark.timeout(120)
async def test_what_lacks_nothing_comes_through_the_same_trials(tmp_path: Path) -> None:
    found = await asyncio.gather(*(violations(trial, tmp_path / variant) for variant, trial in TRIALS.items()))

    assert list(chain.from_iterable(found)) == []
