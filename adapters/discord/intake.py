"""What the gateway brings is stored, then acknowledged, with nothing in between.

Discord does not deliver a second time, so a store that is away is waited for: half a minute for messages, in their
order, and for commands and buttons as long as Discord itself waits. What fails for any other reason would fail again,
and keep waiting what comes after it: it is dropped, with the reason in the log.

Source: "Receiving and Responding", Discord developer docs.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from adapters.discord.codes import Code
from adapters.discord.interactions import COMMAND, Pending
from adapters.discord.rest import Refused, Rest
from adapters.discord.where import where
from bot.clock import Clock
from bot.conversation.adapter import Accept, ChannelBusy
from bot.models import Inbound

MESSAGE_SECONDS = 30.0
INTERACTION_SECONDS = 2.0  # to store one; Discord waits 3 for an answer
ATTEMPT_SECONDS = 5.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 2.0
SETTLE_SECONDS = 5.0  # at the end, for what has come in
WAITING = 10_000
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
async def intake(accept: Accept, rest: Rest, clock: Clock) -> "AsyncGenerator[Intake]":
    """An intake that at the end of the block still stores what has come in."""
    taking = Intake(accept, rest, clock)
    storing = asyncio.create_task(taking.store_messages())
    try:
        yield taking
    finally:
        await taking.settle()
        storing.cancel()
        await asyncio.gather(storing, return_exceptions=True)


class Intake:
    def __init__(self, accept: Accept, rest: Rest, clock: Clock) -> None:
        self._accept, self._rest, self._clock = accept, rest, clock
        self._messages: asyncio.Queue[tuple[Inbound, float]] = asyncio.Queue(WAITING)
        self._interactions: set[asyncio.Task[None]] = set()

    def take_message(self, message: Inbound) -> None:
        try:
            self._messages.put_nowait((message, self._clock.monotonic() + MESSAGE_SECONDS))
        except asyncio.QueueFull:
            log.error("event_not_stored", cause="too many wait", fix="check REDIS_URL and the server behind it")

    def take_interaction(self, pending: Pending) -> None:
        task = asyncio.create_task(self._store_and_acknowledge(pending))
        self._interactions.add(task)
        task.add_done_callback(self._interactions.discard)

    async def store_messages(self) -> None:
        """One after the other for ever, so that they stay in order."""
        while True:
            message, until = await self._messages.get()
            await self._store(message, max(ATTEMPT_SECONDS, until - self._clock.monotonic()))
            self._messages.task_done()

    async def settle(self) -> None:
        """Wait, not for long, until all that came in is stored."""
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._messages.join()
                await asyncio.gather(*self._interactions, return_exceptions=True)
        except TimeoutError:
            log.error("events_lost", messages=self._messages.qsize(), interactions=len(self._interactions))

    async def _store_and_acknowledge(self, pending: Pending) -> None:
        callback = await self._take_in(pending)
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
                await self._accept(message)
        except (RedisError, TimeoutError) as error:
            log.warning("store_away", cause=type(error).__name__)
            return False
        return True
