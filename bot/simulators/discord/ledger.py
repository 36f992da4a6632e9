"""What happened on this Discord, in order: the only witness that tests ask."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeVar

from bot.simulators.discord.clock import Clock

Kind = Literal[
    "post",
    "edit",
    "delete",
    "thread_created",
    "channel_created",
    "channel_edited",
    "typing",
    "reaction",
    "notification",  # somebody's phone would ring
    "preview",  # a link that Discord's servers would fetch
    "interaction",
    "interaction_answered",
    "interaction_failed",
    "commands_registered",
    "gateway",
    "call",
    "violation",  # something a well-behaved bot does not do
]
Payload = dict[str, Any]  # JSON as it goes over the wire
Found = TypeVar("Found")
KEPT = 50_000
WAITING = 10_000  # entries a slow reader may be behind before it is left out


@dataclass(frozen=True, slots=True)
class Entry:
    number: int  # 1, 2, 3 …
    at: float  # seconds since 1970, on the simulator's clock
    kind: Kind
    facts: Payload

    def __getitem__(self, name: str) -> Any:
        """The fact of that name, None when the entry has none."""
        return self.facts.get(name)

    def as_json(self) -> Payload:
        return {"number": self.number, "at": self.at, "kind": self.kind, **self.facts}


class Ledger:
    """Entries are only ever added. The oldest are forgotten beyond `kept`; `dropped` says how many."""

    def __init__(self, clock: Clock, *, kept: int = KEPT) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._readers: set[asyncio.Queue[Entry | None]] = set()
        self.last_number = 0
        self._closed = False

    @property
    def dropped(self) -> int:
        return self.last_number - len(self._entries)

    def record(self, kind: Kind, **facts: Any) -> Entry:
        self.last_number += 1
        entry = Entry(self.last_number, self._clock.now(), kind, facts)
        self._entries.append(entry)
        for reader in tuple(self._readers):
            self._tell(reader, entry)
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def of(self, *kinds: Kind, **facts: Any) -> list[Entry]:
        """Entries of these kinds whose facts have all of these values, oldest first."""
        return [entry for entry in self if entry.kind in kinds and facts.items() <= entry.facts.items()]

    def after(self, number: int) -> list[Entry]:
        """Entries with a greater number, as far as they are still kept."""
        return list(islice(self._entries, max(0, number - self.dropped), None))

    @contextmanager
    def reader(self) -> Generator[asyncio.Queue[Entry | None]]:
        """New entries as they come; None is the last one, for a reader that fell behind or at closing time."""
        queue: asyncio.Queue[Entry | None] = asyncio.Queue()
        if self._closed:
            queue.put_nowait(None)
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    async def follow(self, after: int | None = None) -> AsyncIterator[Entry]:
        """Entries after that number, by default from now on, then each new one, until the simulator stops."""
        with self.reader() as queue:
            for entry in self.after(self.last_number if after is None else after):
                yield entry
            while (entry := await queue.get()) is not None:
                yield entry

    async def wait_for(self, predicate: Callable[[], Found], timeout_seconds: float) -> Found:
        """Ask again after each entry until the answer is true in Python's sense, and return it.

        Raises TimeoutError with the last entries.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._answer(predicate)
        except TimeoutError as error:
            last = [f"{entry.kind} {entry.facts}"[:200] for entry in self.after(self.last_number - 8)]
            raise TimeoutError(f"not within {timeout_seconds} s; last in the ledger: {last}") from error

    def reopen(self) -> None:
        self._closed = False

    def close(self) -> None:
        """End all that read along, and all that still come."""
        self._closed = True
        for reader in self._readers:
            reader.put_nowait(None)

    async def _answer(self, predicate: Callable[[], Found]) -> Found:
        with self.reader() as queue:
            while not (found := predicate()):
                if await queue.get() is None:
                    raise ConnectionError("the simulator stopped before it happened")
            return found

    def _tell(self, reader: asyncio.Queue[Entry | None], entry: Entry) -> None:
        if reader.qsize() < WAITING:
            reader.put_nowait(entry)
        else:
            self._readers.discard(reader)
            reader.put_nowait(None)
