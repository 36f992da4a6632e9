"""What counts as a schedule, and when it is due."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.research.scheduling.moments import is_too_late, is_zone, latest_due, next_after, render_moment
from bot.research.scheduling.texts import (
    NO_QUESTION,
    NOT_EVERY_YEAR,
    NOT_UNDERSTOOD,
    TIME_IS_OVER,
    TOO_FAR,
    TOO_OFTEN,
    TOO_SOON,
    UNSUPPORTED,
)
from bot.research.scheduling.when import Unschedulable, needs_zone, parse_when
from bot.state.schedules import Schedule

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=ZoneInfo(BERLIN)).timestamp()  # a Friday
HOUR = 3600.0


def at(text: str, zone: str = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def parsed(text: str, now: float = NOW) -> Schedule:
    schedule = parse_when(text, now=now, zone=BERLIN)
    assert schedule is not None
    return schedule


def times(schedule: Schedule, after: float, count: int) -> list[str]:
    found: list[str] = []
    for _ in range(count):
        moment = next_after(schedule, after)
        assert moment is not None
        assert moment > after
        found.append(f"{datetime.fromtimestamp(moment, ZoneInfo(schedule.zone)):%Y-%m-%d %H:%M}")
        after = moment
    return found


@pytest.mark.parametrize(
    ("text", "words", "first"),
    [
        ("every Monday 9:00 what is new?", "every Monday at 9:00", "2026-11-23 09:00"),
        ("every Monday at 9 what is new?", "every Monday at 9:00", "2026-11-23 09:00"),
        ("each mon at 9 am: what is new?", "every Monday at 9:00", "2026-11-23 09:00"),
        ("every week on Monday at noon what is new?", "every Monday at 12:00", "2026-11-23 12:00"),
        ("every Monday, Wed and Sunday at 8:05 what is new?",
         "every Monday, Wednesday and Sunday at 8:05", "2026-11-22 08:05"),
        ("on Mondays and Fridays at 14:00 what is new?", "every Monday and Friday at 14:00", "2026-11-20 14:00"),
        ("every weekday at 8 what is new?", "every weekday at 8:00", "2026-11-23 08:00"),
        ("every weekend at midnight, what is new?", "every weekend at 0:00", "2026-11-21 00:00"),
        ("Every day 17:30 what is new?", "every day at 17:30", "2026-11-20 17:30"),
        ("daily at 12:30pm what is new?", "every day at 12:30", "2026-11-21 12:30"),
        ("every day at 9 o'clock what is new?", "every day at 9:00", "2026-11-21 09:00"),
        ("every day 12:00 a.m. what is new?", "every day at 0:00", "2026-11-21 00:00"),
        ("every month on the 1st at 9:00 what is new?", "every month on the 1st at 9:00", "2026-12-01 09:00"),
        ("on the 31st of every month at 9:00 what is new?",
         "every month on the 31st, if it has one, at 9:00", "2026-12-31 09:00"),
        ("every month on the last day at 9:00 what is new?", "every month on the last day at 9:00", "2026-11-30 09:00"),
        ("every 1st of the month at 9:00 what is new?", "every month on the 1st at 9:00", "2026-12-01 09:00"),
        ("every other Monday 9:00 what is new?", "every other Monday at 9:00", "2026-11-23 09:00"),
        ("every two weeks on Tuesday at 9:00 what is new?", "every other Tuesday at 9:00", "2026-11-24 09:00"),
        ("every other week on Friday at 14:00 what is new?", "every other Friday at 14:00", "2026-11-20 14:00"),
        ("yearly on 3 March at 9:00 what is new?", "every year on 3 March at 9:00", "2027-03-03 09:00"),
        ("every year on December 24 at 9:00 what is new?", "every year on 24 December at 9:00", "2026-12-24 09:00"),
        ("every 3rd of March at 9:00 what is new?", "every year on 3 March at 9:00", "2027-03-03 09:00"),
        ("every 2 hours what is new?", "every 2 hours", "2026-11-20 15:00"),
        ("every 60 minutes: what is new?", "every hour", "2026-11-20 14:00"),
        ("every hour: what is new?", "every hour", "2026-11-20 14:00"),
    ],
)  # fmt: skip
def test_a_rhythm_is_understood(text: str, words: str, first: str) -> None:
    schedule = parsed(text)

    assert schedule.question == "what is new?"
    assert schedule.words == words
    assert times(schedule, NOW, 1) == [first]
    assert next_after(schedule, NOW + 400 * 24 * HOUR) is not None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("tomorrow 9:00 what is new?", "2026-11-21 09:00"),
        ("today at 17:30 what is new?", "2026-11-20 17:30"),
        ("at 9:00 what is new?", "2026-11-21 09:00"),
        ("on 24 December at 10:00 what is new?", "2026-12-24 10:00"),
        ("on December 24th, 2026, at 10:00 what is new?", "2026-12-24 10:00"),
        ("on 3 Feb. at 10 what is new?", "2027-02-03 10:00"),
        ("on 2026-12-24 at 10:00 what is new?", "2026-12-24 10:00"),
        ("on Monday at 9 what is new?", "2026-11-23 09:00"),
        ("on Friday at 14:00 what is new?", "2026-11-20 14:00"),
        ("next Friday at 14:00 what is new?", "2026-11-27 14:00"),
        ("in 2 hours what is new?", "2026-11-20 15:00"),
        ("in 5 minutes, what is new?", "2026-11-20 13:05"),
        ("in 3 days what is new?", "2026-11-23 13:00"),
        ("in 2 weeks what is new?", "2026-12-04 13:00"),
    ],
)
def test_a_single_time_is_understood(text: str, moment: str) -> None:
    schedule = parsed(text)

    assert schedule.question == "what is new?"
    assert schedule.words == "once"
    assert schedule.at == at(moment)
    assert next_after(schedule, NOW) == schedule.at
    assert next_after(schedule, at(moment)) is None


@pytest.mark.parametrize(
    "text",
    [
        "every year's inflation since 1990",
        "every Monday's news",
        "every Monday what happened",
        "every day 8 glasses of water: is that true?",
        "every day 24/7 support costs",
        "every day at 25 degrees",
        "every day at 5-star hotels",
        "every day at 8.5 percent",
        "every day at 8% interest",
        "every minute detail of the treaty",
        "every hour counts: where is that from?",
        "every 2 hours of sleep",
        "everyday 9:00 routines",
        "in 10 years of data, what changed?",
        "in 10 seconds of video, how many frames?",
        "yesterday's news",
        "yesterday many people voted: why?",
        "this evening what can one see in the sky?",
        "in 2 hours of daylight, how much energy?",
        "in 1990 what happened?",
        "tomorrow's weather",
        "tomorrow never dies",
        "on Monday 24 people died",
        "on 24 December what do people eat?",
        "at 3 universities, who teaches it?",
        "on the 1st of May what happened?",
        "What happens every Monday at 9:00?",
        "at 9:00 to 10:00 who sleeps?",
        "",
    ],
)
def test_a_question_stays_a_question(text: str) -> None:
    assert parse_when(text, now=NOW, zone=BERLIN) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every Monday 25:00 what?", "25:00 is no time."),
        ("tomorrow at 9:75 what?", "9:75 is no time."),
        ("every day at 13 pm what?", "13 pm is no time."),
        ("every day 24:00 what?", "24:00 is no time."),
        ("every 30 minutes what?", TOO_OFTEN),
        ("every 0 hours what?", TOO_OFTEN),
        ("every 90 minutes what?", UNSUPPORTED),
        ("every third Monday at 9:00 what?", UNSUPPORTED),
        ("every other day at 9:00 what?", UNSUPPORTED),
        ("every 2 weeks at 9:00 what?", UNSUPPORTED),
        ("every year on 29 February at 9:00 what?", NOT_EVERY_YEAR),
        ("every year on 31 April at 9:00 what?", "31 April is no date."),
        ("every month on the 32nd at 9:00 what?", "No month has a 32nd."),
        ("on 31 February at 9:00 what?", "31 February is no date."),
        ("on 2026-13-01 at 9:00 what?", "2026-13-01 is no date."),
        ("on 24 December 2025 at 9:00 what?", TIME_IS_OVER),
        ("on 24 December 2028 at 9:00 what?", TOO_FAR),
        ("today at 9:00 what?", TIME_IS_OVER),
        ("yesterday 9:00 what?", TIME_IS_OVER),
        ("last Monday at noon what?", TIME_IS_OVER),
        ("tonight at 9 what?", NOT_UNDERSTOOD),
        ("this evening at 9 pm what?", NOT_UNDERSTOOD),
        ("the day after tomorrow at 9:00 what?", NOT_UNDERSTOOD),
        ("in 10 seconds what?", TOO_SOON),
        ("in 0 hours what?", TOO_SOON),
        ("every 30 seconds what?", TOO_OFTEN),
        ("in 400 days what?", TOO_FAR),
        ("every Monday at 9:00", NO_QUESTION),
        ("tomorrow 9:00 ", NO_QUESTION),
    ],
)
def test_what_cannot_be_kept_is_said(text: str, why: str) -> None:
    with pytest.raises(Unschedulable) as raised:
        parse_when(text, now=NOW, zone=BERLIN)

    assert raised.value.notice == why


@given(st.text(), st.sampled_from(["", "every Monday ", "on ", "in 3 ", "every month on the ", "at ", "tomorrow "]))
def test_whatever_is_written_is_a_schedule_or_a_question_or_refused(text: str, beginning: str) -> None:
    with suppress(Unschedulable):
        schedule = parse_when(beginning + text, now=NOW, zone=BERLIN)
        assert schedule is None or schedule.question.strip()


def test_a_question_may_have_lines() -> None:
    assert parsed("every day at 9:00\nwhat is new?\nand old?").question == "what is new?\nand old?"


def test_a_zone_behind_the_time_counts() -> None:
    schedule = parsed("every day 9:00 America/New_York what is new?")

    assert (schedule.zone, schedule.question) == ("America/New_York", "what is new?")
    assert next_after(schedule, NOW) == at("2026-11-20 09:00", "America/New_York")
    assert parsed("every day 9:00 (UTC): what is new?").zone == "UTC"


def test_what_only_looks_like_a_zone_belongs_to_the_question() -> None:
    schedule = parsed("every day 9:00 TCP/IP: what is new?")

    assert (schedule.zone, schedule.question) == (BERLIN, "TCP/IP: what is new?")


def test_a_zone_that_is_unknown_is_taken_for_utc() -> None:
    schedule = parse_when("every day 9:00 what is new?", now=NOW, zone="Mars/Base")

    assert schedule is not None
    assert schedule.zone == "UTC"
    assert times(schedule, NOW, 1) == ["2026-11-21 09:00"]
    assert not is_zone("America")
    assert not is_zone("")


def test_the_time_of_day_stays_when_the_clocks_change() -> None:
    schedule = parsed("every day 9:00 what is new?")

    assert times(schedule, at("2026-10-24 00:00"), 3) == ["2026-10-24 09:00", "2026-10-25 09:00", "2026-10-26 09:00"]
    assert times(schedule, at("2027-03-27 00:00"), 3) == ["2027-03-27 09:00", "2027-03-28 09:00", "2027-03-29 09:00"]


def test_a_time_that_the_clocks_leave_out_is_the_first_after_the_gap() -> None:
    schedule = parsed("every day 2:30 what is new?")

    assert times(schedule, at("2027-03-27 03:00"), 2) == ["2027-03-28 03:00", "2027-03-29 02:30"]
    assert parsed("on 28 March at 2:30 what is new?").at == at("2027-03-28 03:00")


def test_a_time_that_comes_twice_counts_once_the_first_time() -> None:
    schedule = parsed("every day 2:30 what is new?")
    first, second = at("2027-10-31 02:30"), at("2027-10-31 02:30") + HOUR

    assert next_after(schedule, first - 60) == first
    for between in (first, first + 60, second - 60, second, second + 60):
        assert next_after(schedule, between) == at("2027-11-01 02:30")


def test_hours_are_true_hours_when_the_clocks_change() -> None:
    start = at("2027-03-28 00:00")
    schedule = parsed("every 2 hours what is new?", now=start)

    assert next_after(schedule, start) == start + 2 * HOUR
    assert next_after(schedule, start + 2 * HOUR) == start + 4 * HOUR
    assert next_after(schedule, start + 5 * HOUR) == start + 6 * HOUR


def test_a_month_without_that_day_is_left_out() -> None:
    schedule = parsed("every month on the 31st at 9:00 what is new?")

    assert times(schedule, NOW, 3) == ["2026-12-31 09:00", "2027-01-31 09:00", "2027-03-31 09:00"]


@given(st.floats(min_value=1_700_000_000, max_value=2_000_000_000))
def test_the_next_time_is_later_and_nothing_lies_between(now: float) -> None:
    for text in ("every weekday at 2:30 what?", "every 5 hours what?"):
        schedule = parsed(text)
        moment = next_after(schedule, now)
        assert moment is not None
        assert moment > now
        assert next_after(schedule, moment - 1) == moment


def test_of_what_was_missed_the_last_counts() -> None:
    schedule = parsed("every 2 hours what?")  # at 13:00

    assert latest_due(schedule, NOW + 2 * HOUR, NOW + 3 * HOUR) == NOW + 2 * HOUR
    assert latest_due(schedule, NOW + 2 * HOUR, NOW + 7 * HOUR) == NOW + 6 * HOUR
    assert latest_due(schedule, NOW + 2 * HOUR, NOW + 2001 * HOUR) == NOW + 2000 * HOUR


@pytest.mark.parametrize(
    ("text", "late_hours", "is_late"),
    [
        ("every Monday 9:00 what?", 0, False),
        ("every Monday 9:00 what?", 23.9, False),
        ("every Monday 9:00 what?", 24.1, True),
        ("every day 9:00 what?", 11.9, False),
        ("every day 9:00 what?", 12.1, True),
        ("every 2 hours what?", 0.9, False),
        ("every 2 hours what?", 1.1, True),
        ("tomorrow 9:00 what?", 23.9, False),
        ("tomorrow 9:00 what?", 24.1, True),
    ],
)
def test_what_is_a_day_late_or_nearly_due_again_is_not_made_up_for(text: str, late_hours: float, is_late: bool) -> None:
    schedule = parsed(text)
    due_at = next_after(schedule, NOW)
    assert due_at is not None

    assert is_too_late(schedule, due_at, due_at + late_hours * HOUR) is is_late


def test_a_moment_is_shown_in_its_zone() -> None:
    assert render_moment(datetime(2026, 11, 23, 8, 5, tzinfo=UTC).timestamp(), BERLIN) == "Mon 23 Nov 9:05"


@pytest.mark.parametrize("text", ["every Monday{0}x", "on {0}", "every day 9:00{0}of", "on 24{0}May{0}", "every{0}"])
def test_a_long_text_is_read_at_once(text: str) -> None:
    before = time.process_time()

    assert parse_when(text.format(" " * 40_000), now=NOW, zone=BERLIN) is None

    assert time.process_time() - before < 1


def test_every_other_week_keeps_its_weeks_and_its_time_of_day_over_summer_and_years() -> None:
    schedule = parsed("every other Sunday at 9:00 what is new?", now=at("2026-12-20 10:00"))

    assert times(schedule, at("2026-12-20 10:00"), 3) == ["2026-12-27 09:00", "2027-01-10 09:00", "2027-01-24 09:00"]
    assert times(schedule, at("2027-03-15 10:00"), 3) == ["2027-03-21 09:00", "2027-04-04 09:00", "2027-04-18 09:00"]
    assert times(schedule, at("2027-04-04 09:00"), 1) == ["2027-04-18 09:00"]
    assert times(schedule, at("2027-04-06 00:00"), 1) == ["2027-04-18 09:00"]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("tomorrow 9:00 what is new?", True),
        ("every Monday at 9:00 Europe/Zurich what is new?", False),
        ("every Monday at 9:00 UTC what is new?", False),
        ("every 5 minutes what is new?", True),
        ("what is new?", False),
    ],
)
def test_who_names_no_zone_means_their_own(text: str, *, needs: bool) -> None:
    assert needs_zone(text) is needs
