"""The times of a schedule, in its zone. Pure.

Where the clocks change, a time of day that does not exist counts as the first moment after the gap, and one that comes
twice as the first of the two, as in Debian's cron; so each day has it once. Intervals of hours are true hours,
those of weeks are the calendar's.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim

from bot.state.schedules import Schedule

HOUR_SECONDS = 60 * 60.0
LATEST_SECONDS = 24 * HOUR_SECONDS  # less than claims live: so long a firing may be repeated and still counts once


def is_zone(name: str) -> bool:
    """Whether it is the name of a time zone that is known here."""
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: part of a name, such as "America"
        return False
    return True


def zone_of(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def lacks_zone(schedule: Schedule) -> bool:
    """Whether nobody can tell when it is due, since its time zone is none any more."""
    return bool(schedule.cron) and not is_zone(schedule.zone)


def next_of_cron(cron: str, zone: str, now: float) -> float | None:
    """The first time after now, in seconds since 1970. Raises cronsim.CronSimError when there can be none."""
    for moment in CronSim(cron, datetime.fromtimestamp(now, zone_of(zone))):
        if moment.timestamp() > now:  # else it is the first of two, and now is in the hour that comes twice
            return moment.timestamp()
    return None


def next_after(schedule: Schedule, now: float) -> float | None:
    """The first time after now, in seconds since 1970, or None when there is none."""
    if schedule.cron and schedule.every_weeks > 1:
        return _next_in_weeks(schedule, now)
    if schedule.cron:
        return next_of_cron(schedule.cron, schedule.zone, now)
    if schedule.at is None or schedule.at > now:
        return schedule.at
    if not schedule.every_hours:
        return None
    interval = schedule.every_hours * HOUR_SECONDS
    return schedule.at + ((now - schedule.at) // interval + 1) * interval


def _next_in_weeks(schedule: Schedule, now: float) -> float | None:
    """Weeks are those of the calendar, from Monday on, so no change of the clocks moves them."""
    zone, at = zone_of(schedule.zone), schedule.at or 0.0
    first = _week(datetime.fromtimestamp(at, zone))
    moment = next_of_cron(schedule.cron, schedule.zone, max(now, at - 1.0))
    while moment is not None and (_week(datetime.fromtimestamp(moment, zone)) - first) % schedule.every_weeks:
        moment = next_of_cron(schedule.cron, schedule.zone, moment)
    return moment


def _week(moment: datetime) -> int:
    return (moment.toordinal() - 1) // 7  # day 1 was a Monday


def latest_due(schedule: Schedule, due_at: float, now: float) -> float:
    """The last time up to now, if there was one after `due_at` in the last day; else `due_at`."""
    latest, after = due_at, max(due_at, now - LATEST_SECONDS)
    while (moment := next_after(schedule, after)) is not None and moment <= now:
        latest = after = moment
    return latest


def is_too_late(schedule: Schedule, due_at: float, now: float) -> bool:
    """Whether a missed time is not made up for: more than a day ago, or farther away than the next one."""
    following = next_after(schedule, now)
    return now - due_at > LATEST_SECONDS or (following is not None and now - due_at > following - now)


def render_moment(at: float, zone: str) -> str:
    """A time as people read it, such as "Mon 23 Nov 9:00"; that of UTC where the zone is unknown, and says so."""
    is_known = is_zone(zone)
    moment = datetime.fromtimestamp(at, zone_of(zone) if is_known else UTC)
    return f"{moment:%a} {moment.day} {moment:%b} {moment.hour}:{moment:%M}{'' if is_known else ' UTC'}"
