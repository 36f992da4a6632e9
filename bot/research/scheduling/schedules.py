"""Scheduled research: asked for, listed, paused, and started when its time has come.

A firing is an ordinary message in the schedule's thread, "research <question>", with an id made of the schedule and the
time. So it may be put into the inbox by several workers, and again after a crash: it counts once. Only then does the
schedule move on to its next time.

What was missed because nobody was there: of the times that passed, the last one is made up for, while it is at most a
day ago and nearer than the next one; the thread is told that it is late. All others are skipped, and so is a one-off
that is more than a day late; the list shows what was skipped last.
"""

import textwrap
from collections.abc import Sequence

import structlog
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.content import TextContent
from bot.conversation.adapter import Accept
from bot.conversation.exchange import Exchange
from bot.models import Inbound
from bot.research.reports.markup import escape
from bot.research.scheduling.moments import is_too_late, latest_due, next_after, render_moment
from bot.state.inbox import InboxFull
from bot.state.schedules import (
    MISSED_SECONDS,
    Schedule,
    Scheduled,
    ScheduleStore,
    firing_id,
    parse_firing,
    schedule_id,
)
from bot.state.store import Command

LOOK_SECONDS = 5.0  # between two looks, when nothing is due sooner
LATE_SECONDS = 60.0  # before the thread is told
MOST_IN_A_CHANNEL = 20
MOST_OF_A_PERSON = 5
QUESTION_CHARS = 120

NOTHING_SCHEDULED = "Nothing is scheduled here."
UNKNOWN = "I know no such schedule here. Say `tasks` to see them."
OVER = "Its time is over."
CHANNEL_IS_FULL = f"There are {MOST_IN_A_CHANNEL} schedules here already. Delete one first."
PERSON_IS_FULL = f"You have {MOST_OF_A_PERSON} schedules already. Delete one first."

log = structlog.stdlib.get_logger()


class Schedules:
    def __init__(self, stored: ScheduleStore, accept: Accept, clock: Clock, *, price: str = "") -> None:
        self._stored, self._accept, self._clock = stored, accept, clock
        self._price = price  # of one research, as people read it; empty where nobody knows

    async def add(self, exchange: Exchange, schedule: Schedule, hint: str = "") -> str:
        """Keep a schedule for who asked, and say when it is, with a hint behind that; safe to repeat.

        An edit of the message replaces it.
        """
        message = exchange.message
        known = await self._asked_by(message)
        if known is not None and known.asked.revision == message.revision:
            return render_added(known, self._price, hint)
        if known is None and (refusal := await self._refusal(message)):
            return refusal
        now = self._clock.now()
        scheduled = Scheduled(
            id=schedule_id(message), asked=_for_later(message), schedule=schedule, created_at=now,
            next_at=next_after(schedule, now) or now,
        )  # fmt: skip
        await exchange.run.write(self._stored.saved(scheduled), beside=self._stored.indexed(scheduled))
        return render_added(scheduled, self._price, hint)

    async def listed(self, message: Inbound) -> str:
        """What is scheduled in the thread or channel of the message, as people read it."""
        here = [one for one in await self._stored.here(message) if one.next_at or one.missed_at]
        return "\n".join(map(_render_line, here)) or NOTHING_SCHEDULED

    async def pause(self, exchange: Exchange, reference: str) -> str:
        scheduled = await self._meant(exchange, reference)
        if scheduled is None or scheduled.next_at is None:
            return UNKNOWN
        paused = scheduled.model_copy(update={"paused": True})
        await _write(exchange, paused, self._stored.saved(paused))
        return f"Paused. Say `resume {scheduled.id}` to go on with it."

    async def resume(self, exchange: Exchange, reference: str) -> str:
        scheduled = await self._meant(exchange, reference)
        if scheduled is None or scheduled.next_at is None:
            return UNKNOWN
        if not scheduled.paused:
            return f"It is not paused: {_render_when(scheduled)}."
        next_at = next_after(scheduled.schedule, self._clock.now())
        if next_at is None:
            return OVER
        resumed = scheduled.model_copy(update={"paused": False, "next_at": next_at})
        await _write(exchange, resumed, self._stored.saved(resumed), beside=self._stored.indexed(resumed))
        return f"Resumed: {_render_when(resumed)}."

    async def delete(self, exchange: Exchange, reference: str) -> str:
        scheduled = await self._meant(exchange, reference)
        if scheduled is None:
            return UNKNOWN
        await self._drop(exchange, scheduled)
        return f"Deleted: I shall not research {_render_question(scheduled)} any more."

    async def withdraw(self, exchange: Exchange) -> bool:
        """Drop the schedule that a message asked for before it was edited or deleted; whether there was one.

        With a deleted message goes the answer to it, which would no longer be true.
        """
        message = exchange.message
        known = await self._asked_by(message)
        if known is None or known.asked.revision == message.revision:
            return False
        if message.deleted:
            await exchange.posts.remove_all()
        await self._drop(exchange, known)
        return True

    async def note(self, message: Inbound) -> str | None:
        """What the thread is to be told of a firing: whose it is, how to end that, and why it is late; else None."""
        firing = parse_firing(message)
        scheduled = await self._stored.get(firing[0]) if firing else None
        if firing is None or scheduled is None:
            return None
        fired_at = scheduled.fired_at if scheduled.due_at == firing[1] else None
        is_late = (fired_at or self._clock.now()) - firing[1] >= LATE_SECONDS
        return _render_firing(scheduled, firing[1] if is_late else None)

    async def run(self) -> None:
        """Start what is due, beside the other workers, until cancelled."""
        while True:
            wait = LOOK_SECONDS
            try:
                wait = await self.fire_due()
            except RedisError as error:
                log.debug("schedules_not_seen", cause=type(error).__name__)
            await self._clock.sleep(wait)

    async def fire_due(self) -> float:
        """Start what is due now; gives the seconds until the next look. Raises redis.RedisError; then look again."""
        wait, now = LOOK_SECONDS, self._clock.now()
        for name, at in await self._stored.due(now + LOOK_SECONDS):
            if at > now:
                return min(wait, at - now)
            try:
                await self._look_at(name, at)
            except InboxFull as error:  # which is a RedisError; it stays due, and the others are due all the same
                log.warning("schedule_waits", schedule=name, cause=str(error))
            except RedisError:
                raise
            except Exception:
                log.exception("schedule_broke", schedule=name)
        return wait

    async def _look_at(self, name: str, at: float) -> None:
        scheduled = await self._stored.get(name)
        if scheduled is None or scheduled.paused:
            await self._stored.forget(name, at)
        elif scheduled.next_at is None:
            await self._end(scheduled, at)
        elif scheduled.next_at > self._clock.now():  # whoever started it died before the index was right
            await self._stored.look_at(scheduled)
        else:
            await self._fire(scheduled, scheduled.next_at)

    async def _fire(self, scheduled: Scheduled, was_due_at: float) -> None:
        now, schedule = self._clock.now(), scheduled.schedule
        due_at = latest_due(schedule, was_due_at, now)
        is_missed = is_too_late(schedule, due_at, now)
        if not is_missed:
            await self._accept(_firing(scheduled, due_at))
        facts = {"missed_at": due_at} if is_missed else {"due_at": due_at, "fired_at": now}
        moved = scheduled.model_copy(update={**facts, "next_at": next_after(schedule, now)})
        if not await self._stored.advance(moved, was_due_at):
            return
        log.info("schedule_missed" if is_missed else "schedule_fired", schedule=moved.id, late_seconds=now - due_at)
        if moved.next_at is None:
            await self._end(moved, was_due_at)

    async def _end(self, scheduled: Scheduled, at: float) -> None:
        """Find one that fires no more nowhere; but if it has just missed that time, the list shows it for some days."""
        if scheduled.missed_at == at:
            await self._stored.look_again(scheduled.name, self._clock.now() + MISSED_SECONDS)
        else:
            await self._stored.lose(scheduled)

    async def _refusal(self, message: Inbound) -> str | None:
        """Why no more can be scheduled; two at the same moment may exceed a limit by one."""
        if len(_active(await self._stored.here(message))) >= MOST_IN_A_CHANNEL:
            return CHANNEL_IS_FULL
        if len(_active(await self._stored.of_author(message))) >= MOST_OF_A_PERSON:
            return PERSON_IS_FULL
        return None

    async def _asked_by(self, message: Inbound) -> Scheduled | None:
        return await self._stored.get(f"{message.thread} {schedule_id(message)}")

    async def _drop(self, exchange: Exchange, scheduled: Scheduled) -> None:
        await _write(exchange, scheduled, self._stored.deleted(scheduled))
        await self._stored.lose(scheduled)

    async def _meant(self, exchange: Exchange, reference: str) -> Scheduled | None:
        wanted = reference.strip(" `").upper()
        return next((one for one in await self._stored.here(exchange.message) if one.id == wanted), None)


def render_added(scheduled: Scheduled, price: str = "", hint: str = "") -> str:
    """What who asked for it reads, in one line: what, when, for how much, and how to end it."""
    each = "It" if _is_once(scheduled) else "Each time"
    sentences = (
        f"I shall research {_render_question(scheduled)} {_render_when(scheduled)}.",
        f"{each} takes {price}, without asking again." if price else f"{each} starts without asking again.",
        f"To end it, say `delete {scheduled.id}`.",
        hint,
    )
    return " ".join(filter(None, sentences))


def _render_firing(scheduled: Scheduled, late_since: float | None) -> str:
    to_end = "" if _is_once(scheduled) else f" To end it, say `delete {scheduled.id}`."
    when = render_moment(late_since, scheduled.schedule.zone) if late_since else ""
    late = f" This was due on {when}; I was away." if when else ""
    return f"_Scheduled (`{scheduled.id}`).{to_end}{late}_"


def _render_question(scheduled: Scheduled) -> str:
    return f"*{escape(textwrap.shorten(scheduled.schedule.question, QUESTION_CHARS, placeholder='…'))}*"


def _is_once(scheduled: Scheduled) -> bool:
    return not scheduled.schedule.cron and not scheduled.schedule.every_hours


def _render_line(scheduled: Scheduled) -> str:
    question = textwrap.shorten(scheduled.schedule.question, QUESTION_CHARS, placeholder="…")
    return f"- `{scheduled.id}` {_render_when(scheduled)}: {question}"


def _render_when(scheduled: Scheduled) -> str:
    schedule = scheduled.schedule
    is_once = _is_once(scheduled)
    words = schedule.words if is_once else f"{schedule.words} ({schedule.zone})"
    if scheduled.paused:
        words += ", paused"
    elif scheduled.next_at is not None:
        words += f", {'on' if is_once else 'next on'} {render_moment(scheduled.next_at, schedule.zone)}"
    if scheduled.missed_at is not None:
        words += f", missed on {render_moment(scheduled.missed_at, schedule.zone)}"
    return f"{words} ({schedule.zone})" if is_once else words


def _active(schedules: Sequence[Scheduled]) -> list[Scheduled]:
    return [one for one in schedules if one.next_at is not None]


def _for_later(message: Inbound) -> Inbound:
    """What of a message its firings need: its files, and how to reply; its text is in the schedule, its token ends."""
    files = tuple(item for item in message.content if not isinstance(item, TextContent))
    handle = {name: value for name, value in message.handle.items() if name != "token"}
    return message.model_copy(update={"content": files, "handle": handle, "continues": None, "about": None})


def _firing(scheduled: Scheduled, due_at: float) -> Inbound:
    asked, text = scheduled.asked, f"research {scheduled.schedule.question}"
    return asked.model_copy(
        update={
            "message": firing_id(scheduled, due_at),
            "revision": "",
            "content": (*asked.content, TextContent(text=text)),
            "addressed": True,
            "silent": False,
        }
    )


async def _write(exchange: Exchange, scheduled: Scheduled, command: Command, beside: Sequence[Command] = ()) -> None:
    """One that belongs to another thread than the exchange cannot be written by the same script."""
    if scheduled.asked.thread == exchange.message.thread:
        await exchange.run.write(command, beside=beside)
    else:
        await exchange.run.write(beside=[*beside, command])
