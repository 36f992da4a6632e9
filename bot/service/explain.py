"""`parley explain REF`: what became of one turn, task or schedule, for whoever runs the service.

People are shown a reference when something fails, and with each task and schedule. What is printed here tells when
which step was taken and why it ended; of what people wrote and were answered it tells the size alone.

A reference has 25 bits, so in large installations one may stand for several things: all that can be found are told.
"""

import re
from collections.abc import Iterator, Sequence

from redis.asyncio import Redis
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.service.explain_facts import Explained, explained_schedule, explained_task, explained_turn
from bot.service.inspection import opened_store, say, say_to_programs, utc
from bot.service.settings import Invalid, Settings
from bot.state.life import Moment
from bot.state.schedules import ScheduleStore, schedule_key
from bot.state.tasks import Tasks, task_key
from bot.state.turns import ALPHABET, Turns, parse_turn_name

MISREAD = str.maketrans("OIL", "011")  # letters that a reference does not have, and what they are taken for
REFERENCE = re.compile(f"([PS]-)?[{ALPHABET}]{{5}}")
UNREADABLE = "written by another release; ask that one"


async def run_explain(settings: Settings, reference: str, *, as_json: bool) -> None:
    """Print what is known. Raises Invalid when that is nothing, or the store cannot be asked."""
    wanted = read(reference)
    async with opened_store(settings) as redis:
        found = [one for each in wanted for one in await find(redis, each)]
    if not found:
        raise Invalid([f"Nothing is known of {' or '.join(wanted)}: nobody was shown it, or it is too long ago."])
    if as_json:
        say_to_programs(found)
    else:
        say(*(shown for one in found for shown in _tables(one)))


def read(reference: str) -> list[str]:
    """The references that may be meant, as they are stored, however one was copied: small letters, an O for a zero,
    without its beginning. Raises Invalid for what cannot be one."""
    written = reference.strip(" `").upper()
    kind, code = written[:-5], written[-5:].translate(MISREAD)
    if REFERENCE.fullmatch(f"{kind}{code}") is None:
        raise Invalid([f"{reference!r} is no reference: those are like P-7F3K2, or S-7F3K2 for a schedule."])
    return [f"{kind}{code}"] if kind else [f"P-{code}", f"S-{code}"]


async def find(redis: Redis, reference: str) -> list[Explained]:
    """Everything with this reference that can be found."""
    if reference.startswith("S-"):
        return await _schedules(redis, reference)
    return await _turns_and_tasks(redis, reference)


async def _turns_and_tasks(redis: Redis, reference: str) -> list[Explained]:
    """The turns that were shown it and the tasks they began; and the tasks under way, which may outlive that."""
    names = await Turns(redis).named(reference)
    async for page in Tasks(redis).under_way():
        names += [task.name for task in page.tasks if task.reference == reference and task.name not in names]
    return [one for name in names for one in await _named(redis, name, reference)]


async def _named(redis: Redis, name: str, reference: str) -> list[Explained]:
    turn, tasks = await Turns(redis).get(name), Tasks(redis)
    page = await tasks.read([name])
    return [
        *([explained_turn(turn)] if turn else []),
        *[explained_task(task, await tasks.wishes(task)) for task in page.tasks],
        *[_unreadable("task", reference, one, task_key(*parse_turn_name(one))) for one in page.unreadable],
    ]


async def _schedules(redis: Redis, reference: str) -> list[Explained]:
    """Those that wait or are paused; and one that has ended, which only the turn that asked for it leads to."""
    store = ScheduleStore(redis)
    asking = await Turns(redis).named(f"P{reference[1:]}")
    names = {f"{turn.partition(' ')[0]} {reference}" for turn in asking}
    async for page in store.all(reference):
        names |= {scheduled.name for scheduled in page.schedules} | set(page.unreadable)
    page = await store.read(sorted(names))
    unreadable = [_unreadable("schedule", reference, name, schedule_key(name)) for name in page.unreadable]
    return [*map(explained_schedule, page.schedules), *unreadable]


def _unreadable(kind: str, reference: str, name: str, key: str) -> Explained:
    thread, _, message = name.partition(" ")
    return Explained(
        kind=kind, reference=reference, thread=thread, message=message, state=UNREADABLE, facts={"key": key}
    )


def _tables(one: Explained) -> Iterator[RenderableType]:
    yield from (_facts(one), "")
    if one.life:
        yield from (_life(one.life), "")


def _facts(one: Explained) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = {one.kind: one.reference, "state": one.state, "thread": one.thread, "message": one.message, **one.facts}
    for name, fact in rows.items():
        lines = fact if isinstance(fact, str) else "\n".join(fact)
        table.add_row(Text(name.replace("_", " "), style="dim"), Text(lines, overflow="fold"))
    return table


def _life(life: Sequence[Moment]) -> Table:
    table = Table("UTC", "after", "what", box=None, padding=(0, 2, 0, 0))
    for moment in life:
        after = f"{moment.at - life[0].at:.3f} s"
        table.add_row(utc(moment.at), Text(after, justify="right"), Text(moment.what, overflow="fold"))
    return table
