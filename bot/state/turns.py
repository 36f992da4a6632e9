"""The turn records: how far the answer to each message has come, and which turn it goes on from.

While a turn is under way, its record is what the next run goes on from after a crash. Afterwards it is a node of the
conversation's tree: an edited question is answered again from its parent, a fork begins at it, and where the
API has lost a conversation, it is told again from these records.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from bot.models import Inbound, MessageId, Thread
from bot.state.life import Moment, note
from bot.state.reading import parse
from bot.state.store import DAY_SECONDS, Command, key

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that reads like something else
REMEMBERED_CHARS = 20_000  # of a question, and of an answer


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class Turn(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # errors are logged, texts are not

    version: int = 2
    name: str = ""  # thread and message; version 1 had none
    reference: str  # what people are shown when it fails, such as P-7F3K2
    revision: str = ""  # of the message
    digest: str = ""  # of what it says, to know an edit that changes nothing
    state: State = State.WAITING
    parent: str | None = None  # the name of the turn it goes on from
    parent_interaction_id: str | None = None
    interaction_id: str | None = None  # once created, it is read and never created again
    last_event_id: str | None = None  # up to which `answer` goes
    question: str = ""
    answer: str = ""
    notes: list[str] = []  # that stand under the answer
    cause: str = ""  # why it failed, in the operator's words
    taken_for: str = ""  # the word of a command, where its message answers what the bot has asked
    taken_about: str = ""  # and the name of the task that it was asked about
    life: list[Moment] = []

    @classmethod
    def of(cls, message: Inbound) -> Self:
        return cls(name=turn_name(message.thread, message.message), reference=reference(message))

    def note(self, at: float, what: str) -> None:
        note(self.life, at, what)

    def begin_again(self, revision: str) -> None:
        """The question has changed: another answer from the same parent."""
        self.revision, self.state = revision, State.WAITING
        self.interaction_id = self.last_event_id = None
        self.question = self.answer = self.cause = ""
        self.notes = []


class Turns:
    def __init__(self, redis: Redis, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._seconds = retention_days * DAY_SECONDS

    async def get(self, name: str) -> Turn | None:
        """The record of a turn by its name."""
        return parse_turn(await self._redis.get(turn_key(*parse_turn_name(name))), name)

    async def named(self, reference: str) -> list[str]:
        """The names of the turns, and of their tasks, that a reference stands for: one, but for rare chances."""
        return sorted(str(name) for name in await self._redis.smembers(references_key(reference)))

    async def after(self, turn: Turn, last: str | None) -> Turn | None:
        """The one that goes on from the turn, on the way to the last one; None where that does not come from it."""
        seen = {turn.parent}
        while last is not None and last not in seen:
            seen.add(last)
            later = await self.get(last)
            if later is None or later.parent == turn.name:
                return later
            last = later.parent
        return None

    def saved(self, turn: Turn) -> Command:
        return Command("SET", turn_key(*parse_turn_name(turn.name)), (turn.model_dump_json(), "EX", self._seconds))

    def referred(self, message: Inbound) -> Sequence[Command]:
        """Lets the turn be found by its reference."""
        names = references_key(reference(message))
        name = turn_name(message.thread, message.message)
        return Command("SADD", names, (name,)), Command("EXPIRE", names, (self._seconds,))


def parse_turn(stored: str | bytes | None, name: str) -> Turn | None:
    """The record of the turn of that name."""
    turn = parse(Turn, stored, "turn", name)
    if turn is not None:
        turn.name = name
    return turn


def turn_name(thread: Thread, message: MessageId) -> str:
    return f"{thread} {message}"


def parse_turn_name(name: str) -> tuple[Thread, MessageId]:
    """The thread and the message of a turn, or of its task. Raises ValueError when it is not the name of one."""
    thread, _, message = name.partition(" ")
    return Thread.parse(thread), MessageId(message)


def is_turn_name(name: str) -> bool:
    try:
        parse_turn_name(name)
    except ValueError:
        return False
    return True


def turn_key(thread: Thread, message: MessageId) -> str:
    return key(thread, f"turn:{message}")


def references_key(reference: str) -> str:
    return f"parley:refs:{reference}"


def reference(message: Inbound) -> str:
    """A short name for one turn, the same in every run of it."""
    number = int.from_bytes(hashlib.sha256(f"{message.thread} {message.message}".encode()).digest()[:4], "big")
    return "P-" + "".join(ALPHABET[number >> shift & 31] for shift in range(0, 25, 5))
