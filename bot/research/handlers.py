"""What people say about long work, as handlers of the commands."""

from bot.clock import Clock
from bot.conversation.exchange import Exchange, Handler
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.research.schedules import NOTHING_SCHEDULED, Schedules
from bot.research.when import Unschedulable, parse_when
from bot.state.records import Records
from bot.state.schedules import parse_firing


class ResearchHandlers:
    def __init__(
        self, records: Records, research: ResearchManager, schedules: Schedules, clock: Clock, *, zone: str
    ) -> None:
        self._records, self._research, self._schedules = records, research, schedules
        self._clock, self._zone = clock, zone

    def by_word(self) -> dict[str, Handler]:
        return {
            "research": self.research,
            "approve": self._research.approve,
            "change": self._research.change,
            "cancel": self._research.cancel,
            "tasks": self.tasks,
            "pause": lambda exchange: self._schedules.pause(exchange, _argument(exchange)),
            "resume": lambda exchange: self._schedules.resume(exchange, _argument(exchange)),
            "delete": lambda exchange: self._schedules.delete(exchange, _argument(exchange)),
        }

    async def research(self, exchange: Exchange) -> str | None:
        """Start a research, or keep it for the time that was named. What a schedule fires needs no further consent."""
        question = _argument(exchange)
        if parse_firing(exchange.message) is not None:
            note = await self._schedules.note(exchange.message)
            await self._research.start(exchange, question, consented=True, note=note or "")
            return None
        try:
            schedule = parse_when(question, now=self._clock.now(), zone=self._zone)
        except Unschedulable as error:
            return error.notice
        if schedule is not None:
            return await self._schedules.add(exchange, schedule)
        await self._research.start(exchange, question)
        return None

    async def tasks(self, exchange: Exchange) -> str:
        """What is under way, and what is scheduled, in this thread and channel."""
        tasks = await self._records.tasks.here(exchange.message)
        scheduled = await self._schedules.listed(exchange.message)
        lists = [
            *([texts.render_tasks(tasks, self._clock.now())] if tasks else []),
            *([scheduled] if scheduled != NOTHING_SCHEDULED else []),
        ]
        return "\n\n".join(lists) or texts.NOTHING_HERE


def _argument(exchange: Exchange) -> str:
    return exchange.said.argument if exchange.said else ""
