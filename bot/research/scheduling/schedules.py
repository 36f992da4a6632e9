"""Scheduled research: asked for, listed, paused, and started when its time has come.

A firing is an ordinary message in the schedule's thread, "research <question>", with an id made of the schedule and the
time. So it may be put into the inbox by several workers, and again after a crash: it counts once. Only then does the
schedule move on to its next time.

What was missed because nobody was there: of the times that passed, the last one is made up for, while it is at most a
day ago and nearer than the next one; the thread is told that it is late. All others are skipped, and so is a one-off
that is more than a day late; the list shows what was skipped last.
"""

from collections.abc import Sequence

import structlog
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.content import TextContent
from bot.conversation.adapter import Accept
from bot.conversation.exchange import Exchange
from bot.models import Inbound
from bot.research.scheduling import texts
from bot.research.scheduling.moments import is_too_late, lacks_zone, latest_due, next_after
from bot.state.inbox import InboxFull
from bot.state.reading import tell_unreadable
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
LATER_SECONDS = 600.0  # until one that cannot be fired is looked at again


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
            return texts.render_added(known, self._price, hint)
        if known is None and (refusal := await self._refusal(message)):
            return refusal
        now = self._clock.now()
        scheduled = Scheduled(
            id=schedule_id(message), asked=_for_later(message), schedule=schedule, created_at=now,
            next_at=next_after(schedule, now) or now,
        )  # fmt: skip
        await exchange.run.write(self._stored.saved(scheduled), beside=self._stored.indexed(scheduled))
        return texts.render_added(scheduled, self._price, hint)

    async def listed(self, message: Inbound) -> str:
        """What is scheduled in the thread or channel of the message, as people read it."""
        here = await self._stored.all_here(message)
        known = [texts.render_line(one) for one in here.schedules if one.next_at or one.missed_at]
        return (
            "\n".join([*known, *(texts.render_unreadable(_id(name)) for name in here.unreadable)])
            or texts.NOTHING_SCHEDULED
        )

    async def pause(self, exchange: Exchange, reference: str) -> str:
        scheduled = await self._meant(exchange, reference)
        if scheduled is None or scheduled.next_at is None:
            return texts.UNKNOWN
        paused = scheduled.model_copy(update={"paused": True})
        await _write(exchange, paused, self._stored.saved(paused))
        return f"Paused. Say `resume {scheduled.id}` to go on with it."

    async def resume(self, exchange: Exchange, reference: str) -> str:
        scheduled = await self._meant(exchange, reference)
        if scheduled is None or scheduled.next_at is None:
            return texts.UNKNOWN
        if lacks_zone(scheduled.schedule):
            return texts.render_lacks_zone(scheduled)
        if not scheduled.paused:
            return f"It is not paused: {texts.render_when(scheduled)}."
        next_at = next_after(scheduled.schedule, self._clock.now())
        if next_at is None:
            return texts.TOO_LATE_TO_RESUME
        resumed = scheduled.model_copy(update={"paused": False, "next_at": next_at})
        await _write(exchange, resumed, self._stored.saved(resumed), beside=self._stored.indexed(resumed))
        return f"Resumed: {texts.render_when(resumed)}."

    async def delete(self, exchange: Exchange, reference: str) -> str:
        scheduled = await self._meant(exchange, reference)
        if scheduled is None:
            return await self._delete_unreadable(exchange.message, reference)
        await self._drop(exchange, scheduled)
        return f"Deleted: I shall not research *{texts.render_subject(scheduled)}* any more."

    async def _delete_unreadable(self, message: Inbound, reference: str) -> str:
        here = await self._stored.all_here(message)
        meant = [name for name in here.unreadable if _id(name) == _wanted(reference)]
        for name in meant:
            await self._stored.drop(name, message)
        return texts.DELETED if meant else texts.UNKNOWN

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
        firing, scheduled = parse_firing(message), await self._fired(message)
        if firing is None or scheduled is None:
            return None
        fired_at = scheduled.fired_at if scheduled.due_at == firing[1] else None
        is_late = (fired_at or self._clock.now()) - firing[1] >= LATE_SECONDS
        return texts.render_firing(scheduled, firing[1] if is_late else None)

    async def refusal(self, message: Inbound) -> str | None:
        """What the thread is told in the place of a firing that could not be the right one; else None."""
        scheduled = await self._fired(message)
        return texts.render_lacks_zone(scheduled) if scheduled and lacks_zone(scheduled.schedule) else None

    async def run(self) -> None:
        """Start what is due, beside the other workers, until cancelled."""
        while True:
            wait = LOOK_SECONDS
            try:
                wait = await self.fire_due()
            except RedisError as error:
                log.debug("schedules_not_seen", cause=type(error).__name__)
            except Exception:  # whatever it is, the worker answers on
                log.exception("schedules_broke", fix="report it; until it is mended, schedules are late")
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
                log.exception("schedule_broke", schedule=name, fix="report it; it is tried again every 10 minutes")
                await self._stored.look_again(name, now + LATER_SECONDS)
        return wait

    async def _look_at(self, name: str, at: float) -> None:
        page = await self._stored.read([name])
        scheduled = next(iter(page.schedules), None)
        if page.unreadable:
            tell_unreadable("schedule", page.unreadable)
            await self._stored.look_again(name, self._clock.now() + LATER_SECONDS)
        elif scheduled is None or scheduled.paused:
            await self._stored.forget(name, at)
        elif scheduled.next_at is None:
            await self._end(scheduled, at)
        elif scheduled.next_at > self._clock.now():  # whoever started it died before the index was right
            await self._stored.look_at(scheduled)
        elif lacks_zone(scheduled.schedule):
            await self._pause_unknown(scheduled, scheduled.next_at)
        else:
            await self._fire(scheduled, scheduled.next_at)

    async def _pause_unknown(self, scheduled: Scheduled, due_at: float) -> None:
        """Nobody knows when it is due next, so it waits; the firing tells its thread of that, see `refusal`."""
        await self._accept(_firing(scheduled, due_at))
        zone, fix = scheduled.schedule.zone, "install a tzdata that knows it; then people can resume it"
        log.error("schedule_zone_unknown", schedule=scheduled.name, zone=zone, fix=fix)
        await self._stored.advance(scheduled.model_copy(update={"paused": True}), due_at)

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
            return texts.CHANNEL_IS_FULL.format(MOST_IN_A_CHANNEL)
        if len(_active(await self._stored.of_author(message))) >= MOST_OF_A_PERSON:
            return texts.PERSON_IS_FULL.format(MOST_OF_A_PERSON)
        return None

    async def _asked_by(self, message: Inbound) -> Scheduled | None:
        return await self._stored.get(f"{message.thread} {schedule_id(message)}")

    async def _fired(self, message: Inbound) -> Scheduled | None:
        """The schedule that a message is a firing of."""
        firing = parse_firing(message)
        return await self._stored.get(firing[0]) if firing else None

    async def _drop(self, exchange: Exchange, scheduled: Scheduled) -> None:
        await _write(exchange, scheduled, self._stored.deleted(scheduled))
        await self._stored.lose(scheduled)

    async def _meant(self, exchange: Exchange, reference: str) -> Scheduled | None:
        wanted = _wanted(reference)
        return next((one for one in await self._stored.here(exchange.message) if one.id == wanted), None)


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


def _wanted(reference: str) -> str:
    """The id that somebody names, however they write it."""
    return reference.strip(" `").upper()


def _id(name: str) -> str:
    return name.rpartition(" ")[2]
