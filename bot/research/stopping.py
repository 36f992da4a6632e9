"""Stop: the word, the button and the reaction, for answers and for long tasks."""

from bot.conversation.adapter import Accept
from bot.conversation.exchange import Exchange
from bot.models import Inbound
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.state.records import Records
from bot.state.turns import State, turn_name


class Stopping:
    def __init__(self, records: Records, research: ResearchManager, accept: Accept) -> None:
        self._records, self._research, self._accept = records, research, accept

    async def stop(self, exchange: Exchange) -> str | None:
        """The handler of `stop`. What a button or a reaction does shows on what it stops."""
        message = exchange.message
        said = texts.STOPPED_ANSWER if exchange.run.stopped_by == message.id else await self._stop(message)
        return None if message.silent else said

    async def _stop(self, message: Inbound) -> str:
        """An answer that it stops was stopped by the run that was at work on it."""
        stops_task = await self._research.stop(message)
        if await self._has_stopped(message):
            return texts.STOPPED_ANSWER
        stops_answer = _is_outside(message) and await self._stop_elsewhere(message)
        return texts.STOPPING if stops_task or stops_answer else texts.NOTHING_RUNS

    async def _has_stopped(self, message: Inbound) -> bool:
        question = await self._records.questions.last(message.thread)
        turn = await self._records.turns.get(turn_name(question.thread, question.message)) if question else None
        return turn is not None and turn.state == State.STOPPED and turn.cause.endswith(message.id)

    async def _stop_elsewhere(self, message: Inbound) -> bool:
        """Said outside of threads, it is meant for what its author asked last in that channel."""
        thread = await self._records.questions.last_thread(message)
        question = await self._records.questions.last(thread) if thread and thread != message.thread else None
        if question is None:
            return False
        turn = await self._records.turns.get(turn_name(question.thread, question.message))
        if turn is None or turn.state not in (State.WAITING, State.RUNNING):
            return False
        await self._accept(message.model_copy(update={"thread": thread, "silent": True, "continues": None}))
        return True


def _is_outside(message: Inbound) -> bool:
    return message.thread.root == message.message
