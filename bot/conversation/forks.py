"""Forks: a new thread that goes on from an answer. Nothing is copied: it begins with the same head."""

from bot.conversation.adapter import OpensThreads, Undeliverable
from bot.conversation.exchange import Exchange
from bot.models import MessageId, Part, Thread
from bot.state.heads import Head
from bot.state.inbox import engaged
from bot.state.records import Records
from bot.state.turns import State, turn_name

NOTHING = "There is no answer here that I could go on from."
NO_THREADS = "I cannot begin a thread here."
BEGINS = "A new thread, which goes on from an answer in another one. Ask away."
DONE = "I have begun a new thread that goes on from there."
PART = "fork"


class Forks:
    def __init__(self, records: Records, *, retention_days: int) -> None:
        self._records, self._retention_days = records, retention_days

    async def fork(self, exchange: Exchange) -> str:
        """The handler of `fork`: from the answer that was pointed at, else from the thread's last one."""
        head = await self._head(exchange)
        if head.turn is None and head.interaction_id is None:
            return NOTHING
        if not isinstance(exchange.channel, OpensThreads):
            return NO_THREADS
        try:
            thread = await self._opened(exchange, exchange.channel)
        except Undeliverable:
            return NO_THREADS
        beside = [self._records.heads.moved(thread, head), engaged(thread, retention_days=self._retention_days)]
        await exchange.run.write(beside=beside)
        return DONE

    async def _head(self, exchange: Exchange) -> Head:
        message = exchange.message
        turn = await self._records.turns.get(turn_name(message.thread, message.about)) if message.about else None
        if turn is None or turn.state != State.ANSWERED:
            return exchange.head
        return Head(interaction_id=turn.interaction_id, turn=turn.name)

    async def _opened(self, exchange: Exchange, channel: OpensThreads) -> Thread:
        part = Part(key=exchange.posts.key(PART), text=BEGINS)
        again = exchange.posts.is_known(part.key)
        await exchange.run.write(*self._records.outbox.noted(exchange.message, part.key))
        thread = await channel.open_thread(exchange.message, part, again=again)
        await exchange.run.write(self._records.outbox.shown(exchange.message, part.key, MessageId(str(thread))))
        return thread
