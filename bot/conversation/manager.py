"""The conversation manager: takes each thread's messages in order and answers each one once.

A thread's conversation lies with the API; here is which interaction each turn goes on from. What people do while an
answer is under way comes to the same inbox, and may overtake it: they stop it, or edit or delete its question.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.conversation import notices
from bot.conversation.adapter import Channel, ChannelBusy, Undeliverable
from bot.conversation.answering import Answering
from bot.conversation.asking import asks_afterwards, taken_for
from bot.conversation.exchange import Exchange, Handler
from bot.conversation.overtaking import How, Overtaken, overtaken, unless_overtaken
from bot.conversation.posts import Posts
from bot.conversation.question import digest
from bot.conversation.reply import Reply
from bot.failpoints import Point, reached
from bot.interactions.errors import InteractionError
from bot.models import Inbound, Thread
from bot.state.heads import Head
from bot.state.inbox import settled
from bot.state.records import Records
from bot.state.run import Run, RunLost
from bot.state.runs import Runs
from bot.state.store import Command
from bot.state.turns import REMEMBERED_CHARS, State, Turn

log = structlog.stdlib.get_logger()


class ConversationManager:
    def __init__(
        self,
        *,
        records: Records,
        runs: Runs,
        answering: Answering,
        channels: Mapping[str, Channel],
        handlers: Mapping[str, Handler],
        is_for_task: Callable[[Inbound], Awaitable[bool]],
        withdraws: Callable[[Exchange], Awaitable[bool]],
        clock: Clock,
    ) -> None:
        self._records, self._runs = records, runs
        self._answering = answering
        self._channels = channels  # by platform
        self._handlers = handlers  # by the word of the command
        self._withdraws = withdraws  # ends what a message had begun before it was edited or deleted; if anything
        self._is_for_task = is_for_task  # whether "retry" is said of a long task, and not of an answer
        self._clock = clock

    async def drain(self, thread: Thread) -> None:
        """Do what waits in the thread's inbox, oldest first, unless somebody else is at it.

        Raises RunLost when it was cut short and somebody goes on, ChannelBusy when the platform stays so, and KeyError
        when this worker has no channel there; what was not finished waits for the next call.
        """
        if thread.platform not in self._channels:
            log.error("platform_not_set_up", platform=thread.platform, fix="give the workers its credentials too")
        channel = self._channels[thread.platform]
        async with self._runs.take(thread) as run:
            while run is not None and (message := await run.next()):
                with bound_contextvars(thread=str(thread), message=message.id):
                    await self._settle(message, run, channel)

    async def _settle(self, message: Inbound, run: Run, channel: Channel) -> None:
        exchange = await self._exchange(message, run, channel)
        if _changes_something(exchange) and await self._withdraws(exchange):
            exchange = await self._exchange(message, run, channel)  # what is visible may have changed until then
        if exchange.turn.revision == message.revision:  # else it was deleted, or an edit that changes nothing
            try:
                await self._respond(exchange)
            except Undeliverable as error:
                self._fail(exchange.turn, f"undeliverable: {error}")
        forgotten = await self._records.questions.forgotten(message) if message.deleted else []
        reached(Point.FINAL_RECORDED)
        await run.take_out(settled(message), *self._finished(exchange), *forgotten)
        run.checkpoint = tuple
        reached(Point.HEAD_MOVED)

    async def _exchange(self, message: Inbound, run: Run, channel: Channel) -> Exchange:
        recalled = await self._records.recall(message)
        turn = recalled.turn or _new_turn(message, recalled.head)
        if turn.revision != message.revision and not message.deleted and not _is_answered(turn, message):
            turn.begin_again(message.revision)
            turn.digest = digest(message)
        turn.note(self._clock.now(), f"taken by run {run.fence}")
        posts = Posts(channel, message, self._records.outbox, run, recalled.parts)
        said = taken_for(message, turn, recalled)
        return Exchange(message, said, turn, recalled.head, run, posts, channel, ask=recalled.ask)

    async def _respond(self, exchange: Exchange) -> None:
        """Say something to the message, until that is done or overtaken."""
        is_question = exchange.said is None or exchange.said.word == "retry"
        reply = Reply(
            exchange.channel, exchange.message, exchange.posts, self._clock,
            text=exchange.turn.answer, shows_activity=is_question,
        )  # fmt: skip
        exchange.run.checkpoint = lambda: self._reached(exchange, reply)
        async with reply:
            if not is_question:
                if not await _is_withdrawn(exchange):
                    await self._say_something(exchange, reply)
                return
            saying = self._say_something(exchange, reply)
            by = await unless_overtaken(saying, exchange.message, exchange.run, reply.writer)
            if by is not None:
                await self._overtaken(by, exchange, reply)
        if by is not None and by.how is How.DELETED:
            await exchange.posts.remove_all()

    async def _overtaken(self, by: Overtaken, exchange: Exchange, reply: Reply) -> None:
        turn = exchange.turn
        turn.note(self._clock.now(), f"{by.how.name.lower()} by {by.by.id}")
        log.info("turn_overtaken", reference=turn.reference, how=by.how.name.lower())
        await self._answering.stop_upstream(turn)
        turn.state = State.STOPPED if by.how is How.STOPPED else State.WITHDRAWN
        exchange.run.stopped_by = by.by.id
        if by.how is How.STOPPED:
            turn.cause, turn.answer = f"stopped by {by.by.id}", reply.text
            await reply.complete(notices.STOPPED, at_once=True)

    async def _say_something(self, exchange: Exchange, reply: Reply) -> None:
        turn = exchange.turn
        try:
            await self._answer_or_do(exchange, reply)
        except (Undeliverable, ChannelBusy, RedisError, RunLost):
            raise
        except InteractionError as error:
            log.warning("turn_failed", reference=turn.reference, cause=str(error), kind=type(error).__name__)
            turn.answer = reply.marked_text
            self._fail(turn, f"{type(error).__name__}: {error}")
            await reply.complete(notices.with_reference(error.notice, turn.reference))
        except Exception as error:  # whatever it is, the thread does not stay silent
            log.exception("turn_broke", reference=turn.reference)
            turn.answer = reply.marked_text
            self._fail(turn, type(error).__name__)
            await reply.complete(notices.with_reference(notices.UNEXPECTED, turn.reference))
        reached(Point.FINAL_POSTED)

    async def _answer_or_do(self, exchange: Exchange, reply: Reply) -> None:
        said = exchange.said
        if said is None:
            await self._answering.answer(exchange.message, exchange, reply)
        elif said.word == "retry" and not await self._is_for_task(exchange.message):
            await self._answering.answer_again(exchange, reply)
        else:
            answer = await self._handlers[said.word](exchange) if said.word in self._handlers else None
            exchange.turn.state = State.ANSWERED
            if answer or _waits_for_a_line(exchange):
                await reply.complete(answer or notices.DONE)

    def _fail(self, turn: Turn, cause: str) -> None:
        turn.state, turn.cause = State.FAILED, cause
        turn.note(self._clock.now(), f"failed: {cause}")

    def _reached(self, exchange: Exchange, reply: Reply) -> Iterable[Command]:
        if exchange.turn.state == State.RUNNING:
            exchange.turn.answer = reply.marked_text
        yield self._records.turns.saved(exchange.turn)

    def _finished(self, exchange: Exchange) -> Iterable[Command]:
        """What the end of a message's turn changes. An answer becomes the head, unless others have come after it."""
        message, turn, head = exchange.message, exchange.turn, exchange.head
        yield from asks_afterwards(exchange)
        if message.deleted:
            return
        turn.note(self._clock.now(), turn.state)
        turn.answer = turn.answer[:REMEMBERED_CHARS]
        yield self._records.turns.saved(turn)
        is_newest = exchange.replaces_head or head.turn in (turn.parent, turn.name)
        if turn.state == State.ANSWERED and turn.question and is_newest:
            answered = Head(interaction_id=turn.interaction_id, turn=turn.name)
            yield self._records.heads.moved_on(message.thread, answered, known=head)


async def _is_withdrawn(exchange: Exchange) -> bool:
    """Whether a command that waited was edited or deleted meanwhile; what it asks for may be costly."""
    by = overtaken(exchange.message, await exchange.run.later())
    return by is not None and by.how is not How.STOPPED


def _new_turn(message: Inbound, head: Head) -> Turn:
    """It goes on from where the thread is now, also when it is answered only later, after an edit."""
    turn = Turn.of(message)
    turn.revision = "" if message.deleted else message.revision
    turn.parent, turn.parent_interaction_id = head.turn, head.interaction_id
    turn.digest = digest(message)
    return turn


def _waits_for_a_line(exchange: Exchange) -> bool:
    """Whether people would wait for an answer that does not come: a research shows itself, and so does a button."""
    return not exchange.message.silent and exchange.said is not None and exchange.said.word != "research"


def _changes_something(exchange: Exchange) -> bool:
    message = exchange.message
    return message.deleted or bool(message.revision and exchange.turn.revision == message.revision)


def _is_answered(turn: Turn, message: Inbound) -> bool:
    """Whether the message said the same before, and had its answer, or what it asks for begun."""
    return turn.state == State.ANSWERED and turn.digest == digest(message)
