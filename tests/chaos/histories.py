"""What may happen to researches: which processes die where, and what else befalls them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.failpoints import Point
from tests.chaos.disturbing import HAPPENINGS, Happening
from tests.chaos.points import Kill

UNSURE = frozenset({Point.INTENT_SAVED, Point.REQUEST_SENT, Point.REPLY_READ})
AT_WEB = (Point.PROOF_CHECKED, Point.CLAIMED, Point.ENQUEUED, Point.ACKNOWLEDGED)
AT_WORKER = (
    Point.FETCHED, Point.LEASED, Point.PLACEHOLDER_POSTED, Point.PLACEHOLDER_SAVED, Point.DOWNLOADED,
    Point.FILE_UPLOADED, Point.INTENT_SAVED, Point.REQUEST_SENT, Point.REPLY_READ, Point.INTERACTION_SAVED,
    Point.EVENT_SAVED, Point.EDITED, Point.POLL_READ, Point.END_SAVED, Point.CANCEL_SENT, Point.SHUTDOWN_BEGUN,
)  # fmt: skip
BEFALLS: tuple[Happening, ...] = ("web", "store", "stall")  # beside what the other histories have


@dataclass(frozen=True)
class History:
    """What happens, and to which researches."""

    name: str
    consent: bool
    told: bool = False  # the API can tell the web process that something has ended
    has_file: bool = False
    stops: bool = False
    at_web: tuple[Kill, ...] = ()  # one after the other
    at_worker: tuple[Kill, ...] = ()
    happening: Happening | None = None

    @property
    def may_be_unsure(self) -> bool:
        """Whether anything dies, or is cut off, while something is being started."""
        return self.happening in ("store", "deploys") or any(kill.point in UNSURE for kill in self.at_worker)


def histories(rounds: int = 1) -> Iterator[History]:
    """Each point with and without consent in turn; then what happens beside deaths at points."""
    for visit in range(1, rounds + 1):
        for number, point in enumerate(AT_WORKER):
            consent = (number + visit) % 2 == 0
            yield _dying(point, visit, consent=consent, told=visit % 2 == 0)
        for number, point in enumerate(AT_WEB):
            kill = Kill(point, visit)
            yield History(f"web {point} {visit}", consent=number % 2 == 0, told=True, at_web=(kill,))
        for kind in HAPPENINGS:
            yield History(f"{kind} {visit}", consent=visit % 2 == 1, told=kind == "webhooks", happening=kind)
        for point in sorted(UNSURE):
            kill = Kill(point, visit + 2)  # after the two plans
            yield History(f"told {point} {visit}", consent=True, told=True, at_worker=(kill,), happening="webhooks")


def few() -> Iterator[History]:
    """Every point and every happening once, in as few histories as that takes."""
    first = (Point.FETCHED, Point.LEASED, Point.PLACEHOLDER_POSTED, Point.PLACEHOLDER_SAVED, Point.DOWNLOADED)
    then = (Point.INTERACTION_SAVED, Point.POLL_READ, Point.EVENT_SAVED, Point.EDITED, Point.FILE_UPLOADED)
    for number, points in enumerate(zip(first, then, strict=True)):
        kills = tuple(Kill(point, 1) for point in points)
        at_web = tuple(Kill(point, 1) for point in AT_WEB[number : number + 1])
        name, consent, has_file = " ".join(points), number % 2 == 0, Point.DOWNLOADED in points
        yield History(name, consent, has_file=has_file, at_web=at_web, at_worker=kills)
    for number, point in enumerate(sorted(UNSURE)):
        yield _dying(point, 1, consent=number % 2 == 0, told=False)
    dying = _dying(Point.CANCEL_SENT, 1, consent=False, told=False)
    yield replace(dying, at_worker=(*dying.at_worker, Kill(Point.END_SAVED, 1)))
    yield History("deploys", consent=True, told=True, at_worker=(Kill(Point.SHUTDOWN_BEGUN, 1),), happening="deploys")
    yield History("told", consent=True, told=True, at_worker=(Kill(Point.REPLY_READ, 3),), happening="webhooks")
    for kind in BEFALLS:
        yield History(kind, consent=True, happening=kind)


def _dying(point: Point, visit: int, *, consent: bool, told: bool) -> History:
    return History(
        f"worker {point} {visit}",
        consent=consent,
        told=told,
        has_file=point is Point.DOWNLOADED,
        stops=point is Point.CANCEL_SENT,
        at_worker=(Kill(point, visit),),
        happening="deploy" if point is Point.SHUTDOWN_BEGUN else None,
    )
