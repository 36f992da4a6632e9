"""What people say about long work, as handlers of the commands."""

from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.conversation.commands import SIGNS
from bot.conversation.exchange import Exchange, Handler
from bot.research import texts
from bot.research.decisions import Decisions
from bot.research.manager import ResearchManager
from bot.research.scheduling.schedules import Schedules
from bot.research.scheduling.texts import NOTHING_SCHEDULED, WHICH_SCHEDULE, render_hint
from bot.research.scheduling.when import Unschedulable, needs_zone, parse_when
from bot.research.scheduling.zones import Source, TimeZones
from bot.state.records import Records
from bot.state.schedules import Schedule, parse_firing


class ResearchHandlers:
    def __init__(
        self,
        records: Records,
        research: ResearchManager,
        decisions: Decisions,
        schedules: Schedules,
        zones: TimeZones,
        clock: Clock,
    ) -> None:
        self._records, self._research, self._decisions = records, research, decisions
        self._schedules, self._zones, self._clock = schedules, zones, clock

    def by_word(self) -> dict[str, Handler]:
        return {
            "research": self.research,
            "approve": self._decisions.approve,
            "change": self._decisions.change,
            "cancel": self._decisions.cancel,
            "retry": self._decisions.retry,
            "tasks": self.tasks,
            "zone": self._zones.zone,
            "pause": lambda exchange: _with_schedule(exchange, self._schedules.pause),
            "resume": lambda exchange: _with_schedule(exchange, self._schedules.resume),
            "delete": lambda exchange: _with_schedule(exchange, self._schedules.delete),
        }

    async def research(self, exchange: Exchange) -> str | None:
        """Start a research, or keep it for the time that was named. What a schedule fires needs no further consent."""
        question = _argument(exchange)
        if parse_firing(exchange.message) is not None:
            if refusal := await self._schedules.refusal(exchange.message):
                return refusal
            note = await self._schedules.note(exchange.message)
            await self._research.start(exchange, question, consented=True, note=note or "")
            return None
        if not question:
            exchange.asks = "research"
            return texts.HOW_TO_RESEARCH
        try:
            schedule, hint = await self._when(exchange, question)
        except Unschedulable as error:
            return error.notice
        if schedule is not None:
            return await self._schedules.add(exchange, schedule, hint)
        await self._research.start(exchange, question)
        return None

    async def withdraw(self, exchange: Exchange) -> bool:
        """End without a word what a message asked for before it was edited or deleted; whether there was anything.

        What stays visible of that is one message, for what comes in its place.
        """
        was_scheduled = await self._schedules.withdraw(exchange)
        return await self._research.withdraw(exchange) or was_scheduled

    async def _when(self, exchange: Exchange, question: str) -> tuple[Schedule | None, str]:
        """When it is for, and what to say about the time zone that is taken for it. Raises Unschedulable."""
        now = self._clock.now()
        if not needs_zone(question):
            return parse_when(question, now=now), ""
        zone = await self._zones.of(exchange.message, exchange.channel)
        hint = render_hint(zone.name) if zone.source is Source.DEFAULT else ""
        return parse_when(question, now=now, zone=zone.name), hint

    async def tasks(self, exchange: Exchange) -> str:
        """What is under way, and what is scheduled, in this thread and channel."""
        tasks = await self._records.tasks.here(exchange.message)
        scheduled = await self._schedules.listed(exchange.message)
        lists = [
            *([texts.render_tasks(tasks, self._clock.now())] if tasks else []),
            *([scheduled] if scheduled != NOTHING_SCHEDULED else []),
        ]
        return "\n\n".join(lists) or texts.NOTHING_HERE


async def _with_schedule(exchange: Exchange, do: Callable[[Exchange, str], Awaitable[str]]) -> str:
    """Do it with the schedule that was named; where none was, ask for one."""
    reference = _argument(exchange).rstrip(SIGNS)
    if not reference:
        return WHICH_SCHEDULE.format(word=exchange.said.word if exchange.said else "pause")
    return await do(exchange, reference)


def _argument(exchange: Exchange) -> str:
    return exchange.said.argument if exchange.said else ""
