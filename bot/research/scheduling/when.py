"""When to research: what people write before the question, as a schedule. Pure.

Only what is unmistakable counts: a day or an interval and a time of day, at the very beginning. "Every year's inflation
since 1990" and "in 10 years of data" are questions. A bare number is a time of day only after "at".
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from cronsim import CronSimError

from bot.research.scheduling import texts
from bot.research.scheduling.moments import HOUR_SECONDS, is_zone, next_of_cron, zone_of
from bot.state.schedules import Schedule

LONGEST_AHEAD = timedelta(days=367)
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip

_EXACT = r"\d{1,2}:\d{2}(?:\s?[ap]\.?m\b\.?)?|\d{1,2}\s?[ap]\.?m\b\.?|noon\b|midnight\b"
_TIME = rf"(?:(?:at\s+)?(?P<clock>{_EXACT})|at\s+(?P<hour>[01]?\d|2[0-3])(?:\s+o['’]clock)?)"
_ZONE = r"(?:\s+\(?(?P<zone>(?-i:UTC|GMT|[A-Z]\w+(?:/[A-Z][\w+-]+){1,2}))\)?)?"
_END = rf"{_ZONE}[,:;–—-]?(?:\s+(?!\s|(?:of|and|or|to)\b)(?P<question>.+)|\s*$)"
_DAY = rf"(?:{'|'.join(DAYS)}|Tues|Thurs?|{'|'.join(day[:3] for day in DAYS)})"
_COMMA = r"\s*(?:,\s*(?:and\s+)?|and\s+|&\s*)"
_DAY_LIST, _DAYS_LIST = rf"{_DAY}(?:{_COMMA}{_DAY})*", rf"{_DAY}s(?:{_COMMA}{_DAY}s)*"
_MONTH = rf"(?:{'|'.join(MONTHS)}|Sept|{'|'.join(month[:3] for month in MONTHS)})\b\.?"
_NTH = r"(?P<nth>\d{1,2}(?:st|nd|rd|th)|last)(?:\s+day)?"
_DAY_OF_MONTH = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_DAY_AND_MONTH = rf"(?P<date>{_DAY_OF_MONTH}\s+{_MONTH}|{_MONTH}\s+{_DAY_OF_MONTH})(?:,?\s+(?P<year>20\d\d))?"
_YEARLY = rf"(?P<date>{_DAY_OF_MONTH}\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+{_DAY_OF_MONTH})"
_DATE = rf"(?:{_DAY_AND_MONTH}|(?P<iso>20\d\d-\d\d-\d\d)),?"


class Unschedulable(Exception):
    """Meant as a time, but none that can be kept."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice  # a sentence for who wrote it


class _Written:
    """What was found at the beginning of a text."""

    def __init__(self, match: re.Match[str], now: float, zone: str) -> None:
        self._groups = match.groupdict()
        self.now = now
        named = self["zone"]
        self.zone = named if is_zone(named) else zone
        self.question = self["question"].strip()
        if named and not is_zone(named):  # it is how the question begins
            self.question = match.string[match.start("zone") :].strip()

    def __getitem__(self, group: str) -> str:
        return self._groups.get(group) or ""

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.now, zone_of(self.zone))

    @property
    def time(self) -> str:
        """The time of day as "9:05". Raises Unschedulable when there is none like that."""
        text = self["clock"] or self["hour"]
        if text.lower() in ("noon", "midnight"):
            return "12:00" if text.lower() == "noon" else "0:00"
        hours, minutes, half = re.findall(r"(\d+)(?::(\d+))?\s*([ap]?)", text.lower())[0]
        hour, minute = int(hours), int(minutes or 0)
        if minute > 59 or (not 1 <= hour <= 12 if half else hour > 23):
            raise Unschedulable(f"{text} is no time.")
        return f"{hour % 12 + 12 * (half == 'p') if half else hour}:{minute:02}"

    def cron(self, days: str) -> str:
        """For the time of day on the days that three fields tell."""
        hour, minute = self.time.split(":")
        return f"{int(minute)} {hour} {days}"

    def again(self, days: str, words: str) -> Schedule:
        return Schedule(
            question=self.question, words=f"every {words} at {self.time}", zone=self.zone, cron=self.cron(days)
        )

    def every_other(self, days: str, words: str) -> Schedule:
        """Every other week, counted from that of the first time."""
        weekly = self.again(days, words)
        return weekly.model_copy(update={"every_weeks": 2, "at": self.first(days, self.now)})

    def once(self, at: float) -> Schedule:
        if at - self.now > LONGEST_AHEAD.total_seconds():
            raise Unschedulable(texts.TOO_FAR)
        return Schedule(question=self.question, words="once", zone=self.zone, at=at)

    def first(self, days: str, after: float) -> float:
        """The first such time. Raises Unschedulable when the calendar has none."""
        try:
            at = next_of_cron(self.cron(days), self.zone, after)
        except CronSimError:
            at = None
        if at is None:
            raise Unschedulable(f"{self['date'] or self['iso']} is no date.")
        return at

    def date_of(self, at: float) -> date:
        return datetime.fromtimestamp(at, zone_of(self.zone)).date()


def _every_days(written: _Written) -> Schedule:
    days = written["days"].lower().removesuffix("s")
    if days in ("day", "daily"):
        return written.again("* * *", "day")
    if days in ("weekday", "weekend"):
        return written.again("* * 1-5" if days == "weekday" else "* * 6,0", days)
    numbers = sorted({_index(DAYS, day) for day in re.findall(_DAY, days, re.IGNORECASE)}, key=lambda day: day or 7)
    names = [DAYS[number] for number in numbers]
    words = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return written.again(f"* * {','.join(map(str, numbers))}", words)


def _every_other_week(written: _Written) -> Schedule:
    day = _index(DAYS, written["weekday"])
    return written.every_other(f"* * {day}", f"other {DAYS[day]}")


def _every_year(written: _Written) -> Schedule:
    day, month = _day_and_month(written)
    written.first(f"{day} {month} *", written.now)  # there is such a day
    if (day, month) == (29, 2):
        raise Unschedulable(texts.NOT_EVERY_YEAR)
    return written.again(f"{day} {month} *", f"year on {day} {MONTHS[month - 1]}")


def _every_month(written: _Written) -> Schedule:
    nth = written["nth"].lower()
    if nth == "last":
        return written.again("L * *", "month on the last day")
    day = int(nth[:-2])
    if not 1 <= day <= 31:
        raise Unschedulable(f"No month has a {nth}.")
    return written.again(f"{day} * *", f"month on the {nth}" + (", if it has one," if day > 28 else ""))


def _every_hours(written: _Written) -> Schedule:
    count, unit = int(written["count"] or 1), (written["unit"] or "h")[0].lower()
    minutes = count * {"h": 60, "m": 1, "s": 0}[unit]
    if minutes < 60:
        raise Unschedulable(texts.TOO_OFTEN)
    if minutes % 60:
        raise Unschedulable(texts.UNSUPPORTED)
    hours = minutes // 60
    words = "every hour" if hours == 1 else f"every {hours} hours"
    first = math.ceil(written.now) + hours * HOUR_SECONDS
    return Schedule(question=written.question, words=words, zone=written.zone, at=first, every_hours=hours)


def _refused(why: str) -> Callable[[_Written], Schedule]:
    def refuse(_written: _Written) -> Schedule:
        raise Unschedulable(why)

    return refuse


def _in_a_while(written: _Written) -> Schedule:
    count, unit = int(written["count"]), written["unit"].lower()
    if not count or unit[0] == "s":
        raise Unschedulable(texts.TOO_SOON)
    if unit[0] in "mh":
        return written.once(math.ceil(written.now) + count * (HOUR_SECONDS if unit[0] == "h" else 60.0))
    wall_clock = written.local.replace(microsecond=0) + timedelta(days=count * (7 if unit[0] == "w" else 1))
    return written.once(wall_clock.timestamp())


def _today_or_tomorrow(written: _Written) -> Schedule:
    today = written.local.date()
    day = today if written["relative"].lower() == "today" else today + timedelta(days=1)
    at = written.first(f"{day.day} {day.month} *", written.now)
    if written.date_of(at) != day:
        raise Unschedulable(texts.TIME_IS_OVER)
    return written.once(at)


def _on_a_date(written: _Written) -> Schedule:
    iso = written["iso"]
    if iso:
        year, month, day = map(int, iso.split("-"))
    else:
        year = int(written["year"] or 0)
        day, month = _day_and_month(written)
    at = written.first(f"{day} {month} *", written.now)
    if year and written.date_of(at).year != year:
        raise Unschedulable(texts.TIME_IS_OVER if year < written.date_of(at).year else texts.TOO_FAR)
    return written.once(at)


def _on_a_weekday(written: _Written) -> Schedule:
    after = written.now
    if written["which"].lower() == "next":  # said on a Monday, the next one is in a week
        after = written.local.replace(hour=23, minute=59, second=59).timestamp()
    return written.once(written.first(f"* * {_index(DAYS, written['weekday'])}", after))


def _at(written: _Written) -> Schedule:
    return written.once(written.first("* * *", written.now))


def _day_and_month(written: _Written) -> tuple[int, int]:
    month = 1 + _index(MONTHS, re.findall(r"[a-z]{3}", written["date"], re.IGNORECASE)[0])
    return int(re.findall(r"\d+", written["date"])[0]), month


def _index(names: tuple[str, ...], beginning: str) -> int:
    return next(index for index, name in enumerate(names) if name[:3].lower() == beginning[:3].lower())


_FORMS: tuple[tuple[str, Callable[[_Written], Schedule]], ...] = (
    (rf"(?:every|each)\s+(?:week\s+on\s+)?(?P<days>day|weekday|weekend|{_DAY_LIST})\s+{_TIME}", _every_days),
    (rf"(?P<days>daily)\s+{_TIME}", _every_days),
    (rf"on\s+(?P<days>weekdays|{_DAYS_LIST})\s+{_TIME}", _every_days),
    (rf"(?:every|each)\s+month\s+on\s+the\s+{_NTH}\s+{_TIME}", _every_month),
    (rf"on\s+the\s+{_NTH}\s+of\s+(?:every|each)\s+month\s+{_TIME}", _every_month),
    (rf"(?:every|each)\s+{_NTH}\s+of\s+(?:the|a|every|each)\s+month\s+{_TIME}", _every_month),
    (rf"(?:every|each)\s+(?:other|second)\s+(?:week\s+on\s+)?(?P<weekday>{_DAY})\s+{_TIME}", _every_other_week),
    (rf"(?:every|each)\s+(?:two|2)\s+weeks\s+on\s+(?P<weekday>{_DAY})s?\s+{_TIME}", _every_other_week),
    (rf"(?:yearly|(?:every|each)\s+year)\s+on\s+(?:the\s+)?{_YEARLY}\s+{_TIME}", _every_year),
    (rf"(?:every|each)\s+{_YEARLY}\s+{_TIME}", _every_year),
    (r"(?:every|each)\s+(?P<count>\d{1,3})\s+(?P<unit>hours?|minutes?|mins?|seconds?|secs?)", _every_hours),
    (r"(?:every|each)\s+hour(?=[,:;–—])", _every_hours),
    (
        r"(?:every|each)\s+(?:(?:other|second|third)\s+\w+|\d+\s+(?:days?|weeks?|months?|years?)|week|month|quarter|year)"
        rf"\s+(?:on\s+[\w ]{{1,20}}?\s+)?{_TIME}",
        _refused(texts.UNSUPPORTED),
    ),
    (r"in\s+(?P<count>\d{1,4})\s+(?P<unit>seconds?|secs?|minutes?|mins?|hours?|days?|weeks?)", _in_a_while),
    (rf"(?P<relative>today|tomorrow)\s+{_TIME}", _today_or_tomorrow),
    (rf"(?:yesterday|last\s+(?:night|{_DAY}))\s+{_TIME}", _refused(texts.TIME_IS_OVER)),
    (
        rf"(?:tonight|this\s+(?:morning|afternoon|evening|{_DAY})|(?:the\s+)?day\s+after\s+tomorrow)\s+{_TIME}",
        _refused(texts.NOT_UNDERSTOOD),
    ),
    (rf"on\s+{_DATE}\s+{_TIME}", _on_a_date),
    (rf"(?P<which>on|next)\s+(?P<weekday>{_DAY})\s+{_TIME}", _on_a_weekday),
    (rf"at\s+(?P<clock>{_EXACT})", _at),
)
_COMPILED = [(re.compile(rf"\s*{form}{_END}", re.IGNORECASE | re.DOTALL), read) for form, read in _FORMS]


def needs_zone(text: str) -> bool:
    """Whether it begins with a time, and the time zone of that is not said."""
    match = next(filter(None, (pattern.match(text) for pattern, _ in _COMPILED)), None)
    return match is not None and not is_zone(match.group("zone") or "")


def parse_when(text: str, *, now: float, zone: str = "UTC") -> Schedule | None:
    """The schedule that a text begins with, or None when it is an ordinary question.

    `now` is in seconds since 1970; `zone` is the IANA name of the writer's time zone, and UTC is taken for one that is
    unknown here; a zone that stands behind the time goes before it. Raises Unschedulable.
    """
    zone = zone if is_zone(zone) else "UTC"
    for pattern, read in _COMPILED:
        match = pattern.match(text)
        if match is not None:
            schedule = read(_Written(match, now, zone))
            if not schedule.question:
                raise Unschedulable(texts.NO_QUESTION)
            return schedule
    return None
