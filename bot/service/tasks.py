"""`parley tasks`: all long tasks under way, and what is scheduled, for whoever runs the service.

Of all teams, threads and platforms. Nothing that people wrote is among it.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from redis.asyncio import Redis
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.content import Record
from bot.models import Inbound
from bot.service.inspection import opened_store, say, say_to_programs, utc
from bot.service.settings import Settings
from bot.state.common_clock import time_of
from bot.state.schedules import Scheduled, ScheduleStore, schedule_key
from bot.state.tasks import IN_LINE, Stage, Task, Tasks, task_key
from bot.state.turns import parse_turn_name

UNITS = ((24 * 60 * 60, "d"), (60 * 60, "h"), (60, "min"))
COLUMNS = ("task", "stage", "since UTC", ">alive", ">tokens", ">cost", ">fails", "where, agent, interaction")

UNREADABLE = (
    "Cannot be read, since another release wrote it: start that one again. "
    "To drop one instead, delete its key in Redis; what runs at the API is not cancelled:"
)


class Place(Record):
    platform: str
    team: str
    channel: str
    thread: str  # its name


class UnderWay(Record):
    """A long task. Times are seconds since 1970."""

    kind: Literal["task"] = "task"
    reference: str
    where: Place
    stage: Stage
    started_at: float
    alive_at: float | None
    agent: str
    interaction: str | None
    tokens: int
    usd: float  # 0 where the price is not known
    failures: int  # of steps, one after the other
    strays: tuple[str, ...]  # interactions that nobody waits for, and that have yet to be cancelled
    question_chars: int


class Unreadable(Record):
    """A record that another release wrote."""

    kind: Literal["task", "schedule"]
    stage: Literal["unreadable"] = "unreadable"
    key: str  # in Redis


class Planned(Record):
    """A schedule. Times are seconds since 1970."""

    kind: Literal["schedule"] = "schedule"
    reference: str
    where: Place
    when: str
    zone: str
    next_at: float | None
    paused: bool
    fired_at: float | None
    missed_at: float | None
    question_chars: int


async def run_tasks(settings: Settings, *, with_schedules: bool, as_json: bool) -> None:
    """Print them. Raises Invalid when the store cannot be asked."""
    async with opened_store(settings) as redis:
        tasks, unreadable = await tasks_under_way(redis)
        schedules, others = await all_schedules(redis) if with_schedules else (None, [])
        now = await time_of(redis)
    if as_json:
        say_to_programs([*tasks, *(schedules or []), *unreadable, *others])
        return
    shown = list(render_tasks(tasks, now)) if tasks or not unreadable else []
    if schedules is not None and (schedules or not others):
        shown += ["", *render_schedules(schedules)]
    if unreadable or others:
        shown += [*([""] if shown else []), *render_unreadable([*unreadable, *others])]
    say(*shown)


async def tasks_under_way(redis: Redis) -> tuple[list[UnderWay], list[Unreadable]]:
    """The oldest first, and those that cannot be read."""
    found, unreadable = list[UnderWay](), list[Unreadable]()
    async for page in Tasks(redis).under_way():
        found += map(under_way_of, page.tasks)
        unreadable += [Unreadable(kind="task", key=task_key(*parse_turn_name(name))) for name in page.unreadable]
    return sorted(found, key=lambda task: (task.started_at, task.reference)), unreadable


async def all_schedules(redis: Redis) -> tuple[list[Planned], list[Unreadable]]:
    """The next first, then those without a next; and those that cannot be read."""
    found, unreadable = list[Planned](), list[Unreadable]()
    async for page in ScheduleStore(redis).all():
        found += map(planned_of, page.schedules)
        unreadable += [Unreadable(kind="schedule", key=schedule_key(name)) for name in page.unreadable]
    return sorted(found, key=lambda one: (one.next_at is None, one.next_at or 0.0, one.reference)), unreadable


def under_way_of(task: Task) -> UnderWay:
    return UnderWay(
        reference=task.reference,
        where=_place(task.asked),
        stage=task.stage,
        started_at=task.started_at,
        alive_at=task.alive_at,
        agent=task.agent,
        interaction=task.interaction_id,
        tokens=task.tokens,
        usd=task.usd,
        failures=task.failures,
        strays=tuple(task.strays),
        question_chars=len(task.question),
    )


def planned_of(scheduled: Scheduled) -> Planned:
    return Planned(
        reference=scheduled.id,
        where=_place(scheduled.asked),
        when=scheduled.schedule.words,
        zone=scheduled.schedule.zone,
        next_at=scheduled.next_at,
        paused=scheduled.paused,
        fired_at=scheduled.fired_at,
        missed_at=scheduled.missed_at,
        question_chars=len(scheduled.schedule.question),
    )


def _place(asked: Inbound) -> Place:
    thread = asked.thread
    return Place(platform=thread.platform, team=thread.team, channel=thread.channel, thread=str(thread))


def render_tasks(tasks: Sequence[UnderWay], now: float) -> Iterator[RenderableType]:
    """A table, and below it what somebody may have to do something about."""
    if not tasks:
        yield "Nothing is under way."
        return
    table = _table(*COLUMNS)
    for task in tasks:
        table.add_row(*_cells(task, now))
    yield from (table, "", render_counts(tasks))
    if unknown := [task.reference for task in tasks if task.stage == Stage.UNKNOWN]:
        yield render_unknown(unknown)


def _cells(task: UnderWay, now: float) -> Iterator[RenderableType]:
    yield from (task.reference, task.stage, _minute(task.started_at)[5:], _ago(task.alive_at, now))
    yield from (f"{task.tokens:,}", f"${task.usd:.2f}" if task.usd else "-", str(task.failures))
    where = (task.where.platform, task.where.channel, task.agent, task.interaction)
    yield Text(" ".join(filter(None, where)), overflow="fold")


def render_counts(tasks: Sequence[UnderWay]) -> str:
    """How many there are, wait, or have ended and are not rid of what runs at the API."""
    ended = sum(task.stage == Stage.ENDED for task in tasks)
    waiting = sum(task.stage in IN_LINE for task in tasks)
    said = (
        f"{_tasks(len(tasks) - ended)} under way; {waiting or 'none'} {'wait' if waiting > 1 else 'waits'} for a slot."
    )
    return f"{said} {_tasks(ended)} over, but not cancelled at the API yet." if ended else said


def _tasks(number: int) -> str:
    return "1 task is" if number == 1 else f"{number} tasks are"


def render_unknown(references: Sequence[str]) -> str:
    """What it means, and what to do."""
    return (
        f"{len(references)} may or may not run, as the answer to the start was lost: {', '.join(references)}. "
        "People were asked in the thread: `retry` starts it again, which may cost twice, and `cancel` drops it. "
        "See `parley explain REF`."
    )


def render_unreadable(unreadable: Sequence[Unreadable]) -> Iterator[RenderableType]:
    """Which they are, and what to do."""
    yield UNREADABLE
    for one in unreadable:
        yield Text(f"  {one.kind}  {one.key}", overflow="fold")


def render_schedules(schedules: Sequence[Planned]) -> Iterator[RenderableType]:
    if not schedules:
        yield "Nothing is scheduled."
        return
    table = _table("schedule", "next UTC", "missed UTC", "when, where")
    for one in schedules:
        table.add_row(
            one.reference, _next(one), _minute(one.missed_at),
            Text(f"{one.when} ({one.zone}), {one.where.platform} {one.where.channel}", overflow="fold"),
        )  # fmt: skip
    yield table


def _next(one: Planned) -> str:
    return "paused" if one.paused else _minute(one.next_at)


def _table(*columns: str) -> Table:
    """The last column takes what is left of the width, and folds."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns[:-1]:
        table.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", no_wrap=True)
    table.add_column(columns[-1])
    return table


def _minute(at: float | None) -> str:
    return "-" if at is None else utc(at)[:16]


def _ago(at: float | None, now: float) -> str:
    """How long since, such as "12 s" or "4 min"."""
    if at is None:
        return "-"
    seconds = max(0.0, now - at)
    return next((f"{int(seconds // unit)} {name}" for unit, name in UNITS if seconds >= unit), f"{int(seconds)} s")
