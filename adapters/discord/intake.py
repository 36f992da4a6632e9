"""What the gateway brings is stored, then acknowledged, with nothing in between.

Discord does not deliver a second time, so a store that is away is waited for: half a minute for messages, in their
order, and for commands and buttons as long as Discord itself waits. What fails for any other reason would fail again,
and keep waiting what comes after it: it is dropped, with the reason in the log. What was missed is read and stored
before what comes after it, and so is what the store was away for too long to take: how far was heard is not written
down before that.

Source: "Receiving and Responding", Discord developer docs.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from adapters.discord.codes import Code
from adapters.discord.cursors import Cursors
from adapters.discord.events import DIRECT
from adapters.discord.interactions import COMMAND, Pending
from adapters.discord.rest import Refused, Rest
from adapters.discord.where import where
from bot.clock import Clock
from bot.conversation.adapter import Accept, ChannelBusy
from bot.models import Inbound, MessageId

MESSAGE_SECONDS = 30.0
INTERACTION_SECONDS = 2.0  # to store one; Discord waits 3 for an answer
ATTEMPT_SECONDS = 5.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 2.0
SETTLE_SECONDS = 5.0  # at the end, for what has come in
WAITING = 10_000
NOTE_SECONDS = 1.0  # between two notes of how far was heard
CALLBACK_ATTEMPTS = 3
CALLBACK = "/interactions/{interaction}/{token}/callback"

EPHEMERAL: Final = 1 << 6  # shown to one person alone

Callback = dict[str, Any]
THINKING: Final[Callback] = {"type": 5}  # a message that waits to be filled in
UNCHANGED: Final[Callback] = {"type": 6}  # the message with the button stays as it is


def render_aside(text: str) -> Callback:
    return {"type": 4, "data": {"content": text, "flags": EPHEMERAL}}


NOT_NOW: Final = render_aside("I cannot take anything in at the moment. Please try again in a minute.")
NOT_EVER: Final = render_aside("I cannot take this in. Whoever runs me can see the reason in my log.")
TOO_OLD: Final = render_aside("This button is too old.")

log = structlog.stdlib.get_logger()


@asynccontextmanager
async def intake(accept: Accept, rest: Rest, clock: Clock, cursors: Cursors) -> "AsyncGenerator[Intake]":
    """An intake that at the end of the block still stores what has come in."""
    taking = Intake(accept, rest, clock, cursors)
    running = [asyncio.create_task(taking.store_messages()), asyncio.create_task(taking.note_now_and_then())]
    try:
        yield taking
    finally:
        await taking.settle()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _nothing() -> list[Inbound]:
    return []


class Intake:
    def __init__(self, accept: Accept, rest: Rest, clock: Clock, cursors: Cursors) -> None:
        self._accept, self._rest, self._clock, self._cursors = accept, rest, clock, cursors
        self._waiting: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue(WAITING)  # each stores something
        self._interactions: set[asyncio.Task[None]] = set()
        self._read_missed: Callable[[], Awaitable[list[Inbound]]] = _nothing
        self._is_behind = False  # something was said that is not stored
        self._heard: dict[str, MessageId] = {}  # the newest message, by shard
        self._noted: dict[str, MessageId] = {}
        self._note_waits = False

    def heard(self, shard: str, message: str) -> None:
        """A message came over this shard; if it is for the bot, it was handed over."""
        self._heard[shard] = MessageId(message)

    def take_message(self, message: Inbound) -> None:
        self._put(partial(self._store_in_order, message, self._clock.monotonic() + MESSAGE_SECONDS))

    def take_missed(self, read: Callable[[], Awaitable[list[Inbound]]]) -> None:
        """What was said while nobody listened; what comes from now on waits until that is read and stored."""
        self._read_missed = read
        self._put(self._catch_up)

    def take_interaction(self, pending: Pending) -> None:
        task = asyncio.create_task(self._store_and_acknowledge(pending))
        self._interactions.add(task)
        task.add_done_callback(self._interactions.discard)

    async def store_messages(self) -> None:
        """One after the other for ever, so that they stay in order."""
        while True:
            store = await self._waiting.get()
            await store()
            self._waiting.task_done()

    async def note_now_and_then(self) -> None:
        while True:
            await self._clock.sleep(NOTE_SECONDS)
            self._note()

    async def settle(self) -> None:
        """Wait, not for long, until all that came in is stored."""
        self._note()
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._waiting.join()
                await asyncio.gather(*self._interactions, return_exceptions=True)
        except TimeoutError:
            log.error("events_lost", messages=self._waiting.qsize(), interactions=len(self._interactions))

    def _put(self, store: Callable[[], Awaitable[None]]) -> None:
        try:
            self._waiting.put_nowait(store)
        except asyncio.QueueFull:
            self._is_behind = True
            log.error("event_not_stored", cause="too many wait", fix="check REDIS_URL and the server behind it")

    def _note(self) -> None:
        """Have it written down how far was heard, once all before it is stored."""
        is_due = self._is_behind or self._heard != self._noted
        if is_due and not self._note_waits and not self._waiting.full():
            self._note_waits = True
            self._put(partial(self._store_note, dict(self._heard)))

    async def _store_note(self, heard: dict[str, MessageId]) -> None:
        self._note_waits = False
        if self._is_behind:
            await self._catch_up()
        if self._is_behind or not heard:
            return
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._cursors.move(heard)
        except (RedisError, TimeoutError) as error:
            log.info("cursors_not_moved", cause=type(error).__name__)
        else:
            self._noted = heard

    async def _store_in_order(self, message: Inbound, until: float) -> None:
        failed = await self._store(message, max(ATTEMPT_SECONDS, until - self._clock.monotonic()))
        self._is_behind = self._is_behind or failed is NOT_NOW

    async def _catch_up(self) -> None:
        self._is_behind = True
        try:
            missed = await self._read_missed()
        except RedisError as error:
            log.warning("store_away", cause=type(error).__name__)
            return
        except Exception as error:  # noqa: BLE001 (whatever it is, what comes next must not wait for it)
            log.error("missed_messages_not_read", cause=type(error).__name__, where=where(error))
            missed = []
        self._is_behind = False
        for message in missed:
            await self._store_in_order(message, self._clock.monotonic() + MESSAGE_SECONDS)

    async def _store_and_acknowledge(self, pending: Pending) -> None:
        await self._acknowledge(pending, await self._take_in(pending))

    async def _acknowledge(self, pending: Pending, callback: Callback) -> None:
        ids = {"interaction": pending.id, "token": pending.token}
        for _ in range(CALLBACK_ATTEMPTS):
            try:
                await self._rest.call("POST", CALLBACK, ids, callback)
            except ChannelBusy as busy:
                log.info("interaction_not_yet_acknowledged", cause=str(busy))
            except Refused as refused:
                if refused.code != Code.ALREADY_ANSWERED:  # else a call whose reply was lost, or an earlier delivery
                    log.warning("interaction_not_acknowledged", cause=str(refused))
                return
            else:
                return

    async def _take_in(self, pending: Pending) -> Callback:
        """Store what it says; gives what to tell Discord then."""
        if pending.message is None:
            return TOO_OLD
        failed = await self._store(pending.message, INTERACTION_SECONDS)
        return failed or (THINKING if pending.kind == COMMAND else UNCHANGED)

    async def _store(self, message: Inbound, seconds: float) -> Callback | None:
        """Store it, trying for so many seconds; gives what to tell somebody who waits where it was not stored."""
        try:
            async with asyncio.timeout(seconds):
                await self._keep_trying(message)
        except TimeoutError:
            log.error("event_not_stored", cause="the store is away", fix="check REDIS_URL and the server behind it")
            return NOT_NOW
        except Exception as error:  # noqa: BLE001 (whatever it is, what comes next must not wait for it)
            log.error("event_not_stored", cause=type(error).__name__, where=where(error), fix="report it as a bug")
            return NOT_EVER
        return None

    async def _keep_trying(self, message: Inbound) -> None:
        wait = FIRST_WAIT_SECONDS
        while not await self._attempt(message):
            await self._clock.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _attempt(self, message: Inbound) -> bool:
        """False when the store is away. Raises whatever else is wrong."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                if message.thread.team == DIRECT:
                    await self._cursors.met(message.handle.get("reply_in", message.thread.channel), self._clock.now())
                await self._accept(message)
        except (RedisError, TimeoutError) as error:
            log.warning("store_away", cause=type(error).__name__)
            return False
        return True
