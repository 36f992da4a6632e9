"""`parley explain REF`: what became of one turn or task, for whoever runs the service.

People are shown a reference when something fails. What is printed here tells when which step was taken and why
it ended; of what people wrote and were answered it tells the size alone.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.content import Record
from bot.models import MessageId, Thread
from bot.service.health import cause, refuse_unusable
from bot.service.settings import Invalid, Settings
from bot.state.embedded import shared
from bot.state.life import Moment
from bot.state.store import connect
from bot.state.tasks import Task, Tasks
from bot.state.turns import Turn, Turns

MISREAD = str.maketrans("OIL", "011")  # letters that a reference does not have, and what they are taken for

ANSWER_SECONDS = 5.0  # for a store that says nothing


class Explained(Record):
    """One turn or task, without any text of people."""

    kind: str
    reference: str
    thread: str
    message: str
    state: str
    facts: dict[str, str]
    life: tuple[Moment, ...]


async def run_explain(settings: Settings, reference: str, *, as_json: bool) -> None:
    """Print what is known. Raises Invalid when that is nothing, or the store cannot be asked."""
    wanted = _normal(reference)
    async with _store(settings) as url, connect(url) as redis:
        await refuse_unusable(redis)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await find(redis, wanted)
        except (RedisError, TimeoutError) as error:
            raise Invalid([f"The store cannot be asked ({cause(error)}); check REDIS_URL."]) from error
    if not found:
        raise Invalid([f"Nothing is known of {wanted}: nobody was shown it, or it is too long ago."])
    sys.stdout.writelines(_as_json(found) if as_json else _as_tables(found))


async def find(redis: Redis, reference: str) -> list[Explained]:
    """The turn of this reference and the task it began, as far as there are any."""
    turns = Turns(redis)
    name = await turns.named(reference)
    if name is None:
        return []
    thread, _, message = name.partition(" ")
    turn = await turns.get(name)
    task = await Tasks(redis).get(Thread.parse(thread), MessageId(message))
    return [*([of_turn(turn)] if turn else []), *([of_task(task)] if task else [])]


def of_turn(turn: Turn) -> Explained:
    thread, _, message = turn.name.partition(" ")
    return Explained(
        kind="turn",
        reference=turn.reference,
        thread=thread,
        message=message,
        state=turn.state,
        facts=_known(
            revision=turn.revision,
            parent=turn.parent,
            parent_interaction=turn.parent_interaction_id,
            interaction=turn.interaction_id,
            last_event=turn.last_event_id,
            question=_size(turn.question),
            answer=_size(turn.answer),
            cause=turn.cause,
        ),
        life=tuple(turn.life),
    )


def of_task(task: Task) -> Explained:
    return Explained(
        kind="task",
        reference=task.reference,
        thread=str(task.asked.thread),
        message=task.id,
        state="ended" if task.ended else "running",
        facts=_known(
            started=_time(task.started_at),
            agent=task.agent,
            interaction=task.interaction_id or ("unknown, a start was never confirmed" if task.creating else None),
            question=_size(task.question),
            failed_steps=str(task.failures) if task.failures else None,
        ),
        life=(),
    )


def _known(**facts: str | None) -> dict[str, str]:
    return {name: fact for name, fact in facts.items() if fact}


def _size(text: str) -> str:
    return f"{len(text)} characters"


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")


def _as_json(found: Iterable[Explained]) -> Iterable[str]:
    for one in found:
        yield f"{one.model_dump_json()}\n"


def _as_tables(found: Iterable[Explained]) -> Iterable[str]:
    for one in found:
        console = Console(highlight=False, markup=False, emoji=False)
        with console.capture() as capture:
            console.print(_facts(one), "")
            if one.life:
                console.print(_life(one.life), "")
        yield capture.get()


def _facts(one: Explained) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = {one.kind: one.reference, "state": one.state, "thread": one.thread, "message": one.message, **one.facts}
    for name, fact in rows.items():
        table.add_row(Text(name.replace("_", " "), style="dim"), Text(fact, overflow="fold"))
    return table


def _life(life: tuple[Moment, ...]) -> Table:
    table = Table("UTC", "after", "what", box=None, padding=(0, 2, 0, 0))
    for moment in life:
        after = f"{moment.at - life[0].at:.3f} s"
        table.add_row(_time(moment.at), Text(after, justify="right"), Text(moment.what, overflow="fold"))
    return table


def _normal(reference: str) -> str:
    """As it is stored, however it was copied: small letters, without its beginning, an O for a zero."""
    written = reference.strip().upper().removeprefix("P-")
    return f"P-{written.translate(MISREAD)}"


@asynccontextmanager
async def _store(settings: Settings) -> AsyncGenerator[str]:
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    if not settings.data.exists():
        raise Invalid([f"REDIS_URL is not set, and there is no store in {settings.data}."])
    async with shared(settings.data) as url:
        yield url
