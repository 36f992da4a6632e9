"""Where processes are made to die, dealt like cards: each point has its turn before any of them comes again."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.failpoints import Point

ROOT = Path(__file__).parents[2]
REACHED = re.compile(r"reached\(Point\.([A-Z_]+)\)")

AT_WEB = (Point.PROOF_CHECKED, Point.CLAIMED, Point.ENQUEUED, Point.ACKNOWLEDGED)
AT_GATEWAY = (Point.CLAIMED, Point.ENQUEUED)
AT_WORKER = (  # of an answer; a task's own points are tried where tasks are
    Point.FETCHED, Point.LEASED, Point.PLACEHOLDER_POSTED, Point.PLACEHOLDER_SAVED, Point.DOWNLOADED,
    Point.INTENT_SAVED, Point.REQUEST_SENT, Point.REPLY_READ, Point.INTERACTION_SAVED,
    Point.DELTA_READ, Point.EVENT_SAVED, Point.EDITED, Point.COMPLETED, Point.FINAL_POSTED, Point.BETWEEN_PARTS,
    Point.FINAL_RECORDED, Point.HEAD_MOVED, Point.TASK_ACKNOWLEDGED,
)  # fmt: skip
AT_STOP = (Point.SHUTDOWN_BEGUN,)
MOST_VISITS = {Point.DELTA_READ: 60, Point.EVENT_SAVED: 6, Point.EDITED: 4, Point.BETWEEN_PARTS: 1}
USUAL_VISITS = 3


@dataclass(frozen=True)
class Kill:
    """The process dies at a point, when it comes there for the time that is given."""

    point: Point
    visits: int


def built(points: Sequence[Point]) -> tuple[Point, ...]:
    """Those that some code comes to; the others belong to features that are not there yet."""
    sources = [path for folder in ("bot", "adapters") for path in (ROOT / folder).rglob("*.py")]
    names = {name for path in sources for name in REACHED.findall(path.read_text(encoding="utf-8"))}
    return tuple(point for point in points if point.name in names)


def tried() -> tuple[Point, ...]:
    return built((*AT_WEB, *AT_WORKER, *AT_STOP))


def dealt(points: Sequence[Point], chance: random.Random) -> Iterator[Kill]:
    """Kills without end: at the first visit in the first round, later at one of those that are usual there."""
    deck = built(points)
    yield from (Kill(point, 1) for point in chance.sample(deck, len(deck)))
    while True:
        for point in chance.sample(deck, len(deck)):
            yield Kill(point, chance.randint(1, MOST_VISITS.get(point, USUAL_VISITS)))
