"""One run of a scope, which is a thread's inbox or a task: what it may do as long as it is the newest one."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, Protocol

import structlog
from pydantic import ValidationError

from bot.models import Inbound, Thread
from bot.state.store import INBOX_SECONDS, Command, key

Afterwards = Literal["hold", "end", "leave", "renew"]

log = structlog.stdlib.get_logger()


class RunLost(Exception):
    """This run has no say any more: a newer one has, or Redis is away, or we stop."""


class Keeper(Protocol):
    """Who knows the scripts; see `Runs`."""

    async def perform(
        self, run: "Run", afterwards: Afterwards, commands: Sequence[Command], beside: Sequence[Command] = ()
    ) -> int:
        """How many entries wait in the inbox after the commands, or -1 when there is a newer run."""
        ...

    async def entries(self, run: "Run") -> list[str]: ...


class Run:
    def __init__(
        self, thread: Thread, scope: str, fence: int, entries: list[str], keeper: Keeper, found: Sequence[Any]
    ) -> None:
        self.thread, self.scope, self.fence = thread, scope, fence
        self.found = found  # what was read when it was taken
        self._entries = entries  # of the inbox, as far as they were seen
        self._keeper = keeper
        self._news = asyncio.Event()
        self._owner = asyncio.current_task()
        self.stopped_by: str | None = None  # the last message that stopped something in this run
        self.lost = False
        self.ended = False
        self.checkpoint: Callable[[], Iterable[Command]] = tuple
        """What to save should the run end before its work does."""

    def __str__(self) -> str:
        return f"{self.thread} {self.scope}"

    async def write(self, *commands: Command, beside: Sequence[Command] = ()) -> None:
        """Perform commands and renew the lease. Raises RunLost, or redis.RedisError."""
        await self._perform("hold", commands, beside)

    async def save(self) -> None:
        """Save what has been reached so far; which also tells whether this run still has a say."""
        await self.write(*self.checkpoint())

    async def renew(self) -> bool:
        """Renew the lease, beside the work and in no order with it; False when there is a newer run."""
        waiting = await self._keeper.perform(self, "renew", ())
        self.tell(waiting)
        return waiting >= 0

    async def end(self, *commands: Command, beside: Sequence[Command] = ()) -> None:
        """Perform commands as the last of this run, and let go of the scope."""
        await self._perform("leave", commands, beside)
        self.ended = True

    async def next(self) -> Inbound | None:
        """The oldest message that waits; None when none does, and the run has ended with that."""
        while not self.ended:
            if not self._entries or self._news.is_set():
                await self._look()
            if not self._entries:
                await self.take_out()
                continue
            message = _parsed(self._entries[0])
            if message is not None:
                return message
            await self._park()
        return None

    async def take_out(self, *commands: Command) -> None:
        """Take the oldest message out, with commands that belong to that. With the last one the run ends."""
        taken = [Command("LREM", key(self.thread, self.scope), (1, entry)) for entry in self._entries[:1]]
        waiting = await self._perform("end", [*taken, *commands])
        self._entries = self._entries[1:]
        self.ended = waiting == 0
        self.tell(waiting)

    async def later(self) -> list[Inbound]:
        """What waits behind the oldest message."""
        if self._news.is_set():
            await self._look()
        return [message for message in map(_parsed, self._entries[1:]) if message]

    async def news(self) -> None:
        """Return when something new may have come into the inbox."""
        await self._news.wait()

    def tell(self, waiting: int | None = None) -> None:
        """There may be news; with a number, only if more entries wait than were seen."""
        if waiting is None or waiting > len(self._entries):
            self._news.set()

    def lose(self) -> None:
        """Cut the work short, from outside."""
        if not self.lost and self._owner is not None:
            self.lost = True
            self._owner.cancel()

    async def _look(self) -> None:
        self._news.clear()
        self._entries = await self._keeper.entries(self)

    async def _park(self) -> None:
        """Keep an entry that cannot be read beside the inbox, for the release that can."""
        parked = key(self.thread, "parked")
        log.error("entry_parked", thread=str(self.thread), fix="start the release that wrote it")
        await self.take_out(Command("RPUSH", parked, (self._entries[0],)), Command("EXPIRE", parked, (INBOX_SECONDS,)))

    async def _perform(
        self, afterwards: Afterwards, commands: Sequence[Command], beside: Sequence[Command] = ()
    ) -> int:
        waiting = await self._keeper.perform(self, afterwards, commands, beside)
        if waiting < 0:
            self.lost = self.ended = True
            raise RunLost(f"a newer run has {self}")
        if afterwards == "hold":
            self.tell(waiting)
        return waiting


def _parsed(entry: str) -> Inbound | None:
    try:
        return Inbound.model_validate_json(entry)
    except ValidationError:
        return None
