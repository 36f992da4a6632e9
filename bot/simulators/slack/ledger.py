"""What happened, in order: the append-only list by which a test or a load run is judged."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import JsonValue

from bot.simulators.slack.workspace import JsonObject

Kind = Literal[
    "post",  # a message became visible
    "edit",  # its text, blocks or metadata changed
    "delete",
    "status",  # the line "… is thinking"; an empty text says that it went away
    "reaction",
    "file",  # bytes arrived, or were fetched
    "response",  # something came by a response_url
    "notification",  # somebody would be notified, or might be (`certain`)
    "preview",  # Slack's servers would fetch this address, or might (`certain`)
    "call",  # one Web API request and what it got
    "delivery",  # one attempt to deliver an event, a button press or a command
    "violation",  # the caller did what the real service punishes or what loses text
]
T = TypeVar("T")

ENTRIES_KEPT = 50_000
CHARACTERS_KEPT = 32_000_000  # of text inside the entries


@dataclass(frozen=True, slots=True)
class Entry:
    number: int  # 1, 2, 3 …
    at: float  # seconds since 1970
    kind: Kind
    facts: JsonObject

    def __getitem__(self, name: str) -> JsonValue:
        """The fact of that name, None when the entry has none."""
        return self.facts.get(name)

    def as_json(self) -> JsonObject:
        return {"number": self.number, "at": self.at, "kind": self.kind, **self.facts}


class Ledger:
    """Bounded: when it is full the oldest entries go, and `dropped` counts them."""

    def __init__(self) -> None:
        self.dropped = 0
        self.closed = False
        self._entries: deque[Entry] = deque()
        self._characters = 0
        self._grown = asyncio.Event()

    def record(self, kind: Kind, **facts: JsonValue) -> Entry:
        entry = Entry(self.dropped + len(self._entries) + 1, time.time(), kind, facts)
        self._entries.append(entry)
        self._characters += _characters(entry)
        while len(self._entries) > ENTRIES_KEPT or self._characters > CHARACTERS_KEPT:
            self._characters -= _characters(self._entries.popleft())
            self.dropped += 1
        self._wake()
        return entry

    def of(self, *kinds: Kind) -> list[Entry]:
        return [entry for entry in self._entries if entry.kind in kinds]

    def after(self, number: int) -> list[Entry]:
        """The entries with a greater number, as far as they are still kept."""
        start = max(0, number - self.dropped)
        if start >= len(self._entries):
            return []
        return [self._entries[index] for index in range(start, len(self._entries))]

    @property
    def last_number(self) -> int:
        return self.dropped + len(self._entries)

    def close(self) -> None:
        """End every `follow`; recording stays possible."""
        self.closed = True
        self._wake()

    def reopen(self) -> None:
        self.closed = False

    async def follow(self, after: int | None = None) -> AsyncIterator[Entry]:
        """Entries after that number (by default from now on), then each new one, until `close`."""
        number = self.last_number if after is None else after
        while True:
            grown = self._grown
            for entry in self.after(number):
                number = entry.number
                yield entry
            if self.closed:
                return
            if not self.after(number):
                await grown.wait()

    async def wait_for(self, predicate: Callable[[], T], timeout_seconds: float) -> T:
        """Ask again after each new entry until the answer is truthy; raises TimeoutError, with the last entries."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while not (answer := predicate()):
                    await self._grown.wait()
                return answer
        except TimeoutError as error:
            last = [f"{entry.kind} {entry.facts}"[:200] for entry in self.after(self.last_number - 8)]
            raise TimeoutError(f"not within {timeout_seconds} s; last in the ledger: {last}") from error

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


def _characters(entry: Entry) -> int:
    return 200 + sum(len(str(fact)) for fact in entry.facts.values())
