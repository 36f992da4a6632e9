"""What `parley explain` prints of one turn, task or schedule: facts, of which none is a text of people."""

from collections.abc import Mapping

from bot.content import Record
from bot.service.inspection import utc
from bot.state.life import Moment
from bot.state.schedules import Scheduled
from bot.state.tasks import Spent, Task, Wish, told
from bot.state.turns import Turn

Fact = str | tuple[str, ...]


class Explained(Record):
    """One turn, task or schedule, without any text of people."""

    kind: str
    reference: str
    thread: str
    message: str
    state: str
    facts: dict[str, Fact]
    life: tuple[Moment, ...] = ()


def explained_turn(turn: Turn) -> Explained:
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


def explained_task(task: Task, wishes: Mapping[str, str] | None = None) -> Explained:
    """`wishes`: what waits beside the record, of people and of the API."""
    return Explained(
        kind="task",
        reference=task.reference,
        thread=str(task.asked.thread),
        message=task.id,
        state=task.stage,
        facts=_known(**_origin(task), **_progress(task), **_waiting(wishes or {})),
        life=tuple(task.life),
    )


def _origin(task: Task) -> dict[str, Fact | None]:
    return {
        "asked_by": task.asked.author,
        "asked_in": task.asked.place,
        "started": utc(task.life[0].at if task.life else task.started_at),  # a retry begins anew
        "agent": task.agent,
        "environment": task.environment_id,
        "question": _size(task.question),
        "plan": _size(task.plan),
        "change": _size(task.change) if task.change else None,
        "approved_by": task.approved_by,
        "attempt": str(task.attempt) if task.attempt > 1 else None,
    }


def _progress(task: Task) -> dict[str, Fact | None]:
    return {
        "begun": _time(task.begun_at),
        "starts": str(task.starts) if task.starts else None,
        "interaction": task.interaction_id or ("unknown, a start was never confirmed" if task.creating else None),
        "interactions": tuple(task.interactions),
        "to_be_cancelled": tuple(task.strays),
        "sources": str(task.sources),
        "last_sign_of_life": _time(task.alive_at),
        "shown": _time(task.shown_at),
        "cost": _spent(Spent(tokens=task.tokens, usd=task.usd)),
        "cost_by_interaction": tuple(f"{name or 'unknown'}: {_spent(spent)}" for name, spent in task.spent.items()),
        "failed_steps": str(task.failures) if task.failures else None,
    }


def _waiting(wishes: Mapping[str, str]) -> dict[str, Fact | None]:
    """What they say is left out: the words of a change are somebody's."""
    return {
        "wishes_that_wait": tuple(wish for wish in Wish if wish in wishes),
        "told_by_the_API": tuple(f"{interaction}, start {start}" for interaction, start in told(wishes).items()),
    }


def explained_schedule(scheduled: Scheduled) -> Explained:
    schedule, asked = scheduled.schedule, scheduled.asked
    return Explained(
        kind="schedule",
        reference=scheduled.id,
        thread=str(asked.thread),
        message=asked.message,
        state="over" if scheduled.next_at is None else "paused" if scheduled.paused else "waiting",
        facts=_known(
            asked_by=asked.author,
            asked_in=asked.place,
            created=utc(scheduled.created_at),
            question=_size(schedule.question),
            when=schedule.words,
            zone=schedule.zone,
            cron=schedule.cron,
            next=_time(scheduled.next_at),
            last_due=_time(scheduled.due_at),
            last_fired=_time(scheduled.fired_at),
            last_missed=_time(scheduled.missed_at),
        ),
    )


def _known(**facts: Fact | None) -> dict[str, Fact]:
    return {name: fact for name, fact in facts.items() if fact}


def _size(text: str) -> str:
    return f"{len(text)} characters"


def _time(at: float | None) -> str | None:
    return utc(at) if at else None


def _spent(spent: Spent) -> str:
    return f"{spent.tokens:,} tokens, ${spent.usd:.2f}" if spent.usd else f"{spent.tokens:,} tokens"
