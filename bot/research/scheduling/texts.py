"""What people read of schedules, of times, and of their time zones."""

from bot.research.scheduling.moments import lacks_zone, render_moment
from bot.research.texts import render_question
from bot.state.schedules import Scheduled

QUESTION_CHARS = 120
EXAMPLES = ("Europe/Zurich", "America/New_York")

NOTHING_SCHEDULED = "Nothing is scheduled here."
WHICH_SCHEDULE = "Which schedule? Say it like `{word} S-7F3K2`; `tasks` lists them all."
UNKNOWN = "I know no such schedule here. Say `tasks` to see them."
TOO_LATE_TO_RESUME = "Its time is over."
DELETED = "Deleted."
CHANNEL_IS_FULL = "There are {} schedules here already. Delete one first."
PERSON_IS_FULL = "You have {} schedules already. Delete one first."

TOO_OFTEN = "I start nothing more often than once an hour."
TOO_SOON = "That is too soon to wait for. Leave the time out, or take a minute or more: `research in 10 minutes …`."
TOO_FAR = "That is more than a year away."
TIME_IS_OVER = "That time is over. Name one to come, as in `research tomorrow at 9:00 …`."
NOT_UNDERSTOOD = (
    "I cannot read that time. I can read `research tomorrow at 9:00 …` and `research in 2 hours …`, for instance."
)
NO_QUESTION = "What shall I look into then? Write the question after the time."
UNSUPPORTED = (
    "I cannot keep that rhythm. I can do every day, every weekday, days of the week such as every Monday, every other "
    "Monday, every month on a day such as the 1st, and every year on a date, each at a time of day, for instance "
    "`research every Monday at 9:00 …`; and every so many hours."
)
NOT_EVERY_YEAR = "Not every year has a 29 February. On 28 February or 1 March I can."


def render_added(scheduled: Scheduled, price: str = "", hint: str = "") -> str:
    """What who asked for it reads, in one line: what, when, for how much, and how to end it."""
    each = "It" if scheduled.schedule.is_once else "Each time"
    sentences = (
        f"I shall research *{render_subject(scheduled)}* {render_when(scheduled)}.",
        f"{each} takes {price}, without asking again." if price else f"{each} starts without asking again.",
        f"To end it, say `delete {scheduled.id}`.",
        hint,
    )
    return " ".join(filter(None, sentences))


def render_firing(scheduled: Scheduled, late_since: float | None) -> str:
    to_end = "" if scheduled.schedule.is_once else f" To end it, say `delete {scheduled.id}`."
    when = render_moment(late_since, scheduled.schedule.zone) if late_since else ""
    late = f" This was due on {when}; I was away." if when else ""
    return f"_Scheduled (`{scheduled.id}`).{to_end}{late}_"


def render_lacks_zone(scheduled: Scheduled) -> str:
    zone, this = scheduled.schedule.zone, scheduled.id
    return (
        f"I cannot keep `{this}` any more, since I know no time zone {zone}. "
        f"Say `delete {this}`, and ask for it again with a zone of today."
    )


def render_unreadable(this: str) -> str:
    return f"- `{this}` I cannot read just now. To end it, say `delete {this}`."


def render_subject(scheduled: Scheduled) -> str:
    return render_question(scheduled.schedule.question, QUESTION_CHARS)


def render_line(scheduled: Scheduled) -> str:
    return f"- `{scheduled.id}` {render_when(scheduled)}: {render_subject(scheduled)}"


def render_when(scheduled: Scheduled) -> str:
    schedule = scheduled.schedule
    words = schedule.words if schedule.is_once else f"{schedule.words} ({schedule.zone})"
    if scheduled.paused:
        words += ", paused, since I know no such time zone" if lacks_zone(schedule) else ", paused"
    elif scheduled.next_at is not None:
        words += f", {'on' if schedule.is_once else 'next on'} {render_moment(scheduled.next_at, schedule.zone)}"
    if scheduled.missed_at is not None:
        words += f", missed on {render_moment(scheduled.missed_at, schedule.zone)}"
    return f"{words} ({schedule.zone})" if schedule.is_once else words


def render_hint(zone: str) -> str:
    """For who has a schedule in the default zone, and may live elsewhere."""
    other = _other_than(zone)
    return (
        f"I took {zone} for your time zone. If you are elsewhere, edit your message and write your zone behind the "
        f"time, as in `9:00 {other}`; `zone {_city(other)}` sets it for later ones."
    )


def how_to_set(known: str = "") -> str:
    """With the city of another zone than the known one."""
    return f"for instance `zone {_city(_other_than(known))}`"


def _other_than(known: str) -> str:
    return next(name for name in EXAMPLES if name != known)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
