"""What happened to a turn or a task, for who has to find out what did; without a word of people."""

from bot.content import Record

MOST_MOMENTS = 60


class Moment(Record):
    at: float  # seconds since 1970
    what: str


def note(life: list[Moment], at: float, what: str) -> None:
    """Add to a life; of a very long one the beginning and the end stay."""
    life.append(Moment(at=at, what=what))
    if len(life) > MOST_MOMENTS:
        del life[MOST_MOMENTS // 2]
