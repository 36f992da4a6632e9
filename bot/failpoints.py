"""Named points at which a test may end the process, as `kill -9` or a power cut would. Inert unless armed.

A crash is only survived where somebody has tried it: the harness in `tests/chaos` arms one point at a time in a
real process and looks at what people see afterwards.
"""

import os
import signal
from enum import StrEnum


class Point(StrEnum):
    """In the order of a message's way. The numbers are those of the list of faults; what is missing there comes
    with the feature it belongs to."""

    PROOF_CHECKED = "K01"
    CLAIMED = "K02"
    ENQUEUED = "K03"
    ACKNOWLEDGED = "K04"
    FETCHED = "K05"
    LEASED = "K06"
    PLACEHOLDER_POSTED = "K07"
    PLACEHOLDER_SAVED = "K08"
    DOWNLOADED = "K09"
    FILE_UPLOADED = "K10"
    INTENT_SAVED = "K11"
    REQUEST_SENT = "K12"
    REPLY_READ = "K13"
    INTERACTION_SAVED = "K14"
    DELTA_READ = "K15"
    EVENT_SAVED = "K16"
    EDITED = "K17"
    COMPLETED = "K22"
    FINAL_POSTED = "K23"
    BETWEEN_PARTS = "K24"
    FINAL_RECORDED = "K25"
    HEAD_MOVED = "K26"
    TASK_ACKNOWLEDGED = "K27"
    POLL_READ = "K28"
    END_SAVED = "K29"
    CANCEL_SENT = "K30"
    SHUTDOWN_BEGUN = "K32"


class _Armed:
    point: Point | None = None
    visits: int = 0  # until it ends the process


def arm(point: Point, visits: int = 1) -> None:
    """End this process with SIGKILL when it comes to the point for the `visits`-th time."""
    _Armed.point, _Armed.visits = point, visits


def is_armed(point: Point) -> bool:
    """For points in places where even asking would cost something."""
    return _Armed.point is point


def reached(point: Point) -> None:
    """The process has come to this point."""
    if _Armed.point is point:
        _Armed.visits -= 1
        if _Armed.visits == 0:
            os.kill(os.getpid(), signal.SIGKILL)
