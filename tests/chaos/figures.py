"""What a number of histories showed, as figures: what was tried, what broke, and how long takeovers took."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from bot.failpoints import Point
from tests.chaos.history import Outcome
from tests.chaos.points import tried

Figures = dict[str, Any]  # JSON


def figures(outcomes: Sequence[Outcome], *, seed: int, seconds: float) -> Figures:
    kills = Counter(point for outcome in outcomes for point in outcome.kills)
    violations = [violation for outcome in outcomes for violation in outcome.violations]
    return {
        "seed": seed,
        "duration_seconds": round(seconds, 1),
        "histories": len(outcomes),
        "questions": sum(outcome.questions for outcome in outcomes),
        "kills": kills.total(),
        "kills_by_point": {named(point): count for point, count in sorted(kills.items())},
        "points_never_hit": [named(point) for point in tried() if not kills[point]],
        "stalls": sum(outcome.stalls for outcome in outcomes),
        "restarts": sum(outcome.restarts for outcome in outcomes),
        "violations": dict(Counter(violation.kind for violation in violations)),
        "what_broke": [asdict(violation) for violation in violations],
        "takeover_seconds": spread(second for outcome in outcomes for second in outcome.takeover_seconds),
        "seeds": [outcome.plan.seed for outcome in outcomes],
    }


def named(point: str) -> str:
    """`K05 fetched`; what is no point keeps its own name."""
    return f"{point} {Point(point).name.lower()}" if point in list(Point) else point


def spread(values: Iterable[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {}
    places = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 2) for name, part in places.items()}
