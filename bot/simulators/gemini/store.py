"""Interactions and the log each one writes: the simulator's memory, bounded.

Streaming, resuming and background work are one mechanism: an interaction appends events to its log, and any
number of readers follow the log from any place. A reader who leaves changes nothing for the others.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bot.simulators.gemini import wire
from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.environments import Environment
from bot.simulators.gemini.pieces import Piece
from bot.simulators.gemini.request import CreateRequest
from bot.simulators.gemini.wire import ApiError, JsonObject, Status, Usage

MAX_INTERACTIONS = 10_000
MAX_BYTES = 256 * 1024 * 1024
_LARGE_BYTES = 1024 * 1024
_WEIGHED_EVERY = 64
_EVENT_BYTES = 1_000  # an event in memory, about
_DAY_SECONDS = 24 * 60 * 60


class EventLog:
    """Events in the order they happened; grows until closed, and can be followed from any place meanwhile."""

    def __init__(self) -> None:
        self.events: list[JsonObject] = []
        self.closed = False
        self._changed = asyncio.Event()

    def append(self, event: JsonObject) -> None:
        self.events.append(event)
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    async def follow(self, start: int = 0) -> AsyncIterator[JsonObject]:
        """Events from place `start` on, waiting for more until the log is closed."""
        place = start
        while True:
            changed = self._changed
            while place < len(self.events):
                yield self.events[place]
                place += 1
            if self.closed:
                return
            await changed.wait()

    async def ended(self) -> None:
        while not self.closed:
            await self._changed.wait()

    def place_after(self, event_id: str | None) -> int:
        """Where to go on after an event was seen; the beginning without one. Raises ApiError 400 for a foreign id."""
        if not event_id:
            return 0
        for place, event in enumerate(self.events):
            if event.get("event_id") == event_id:
                return place + 1
        raise ApiError(400, "invalid_request", "'last_event_id' is not an event of this interaction.")

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@dataclass
class Interaction:
    """One interaction: what was asked, what came of it so far, and the log of how."""

    id: str
    request: CreateRequest
    input: list[JsonObject]
    created: float
    updated: float
    request_bytes: int
    media_bytes: int = 0
    environment: Environment | None = None  # of a managed agent
    continuation_token: str | None = None
    status: Status = "in_progress"
    steps: list[JsonObject] = field(default_factory=list[JsonObject])
    errors: list[JsonObject] = field(default_factory=list[JsonObject])
    usage: Usage = field(default_factory=Usage)
    log: EventLog = field(default_factory=EventLog)
    rest: list[Piece] = field(default_factory=list[Piece])  # what is left to say with the continuation token

    @property
    def finished(self) -> bool:
        return self.log.closed

    @property
    def size_bytes(self) -> int:
        return self.request_bytes + self.media_bytes + len(self.log.events) * _EVENT_BYTES

    def summary(self) -> JsonObject:
        """The interaction without its steps, as events carry it."""
        about: JsonObject = {"id": self.id, "object": "interaction", "status": self.status}
        for name in ("model", "agent", "previous_interaction_id", "labels"):
            if (value := getattr(self.request, name)) is not None:
                about[name] = value
        if self.environment is not None:
            about["environment_id"] = self.environment.id
        about["created"] = wire.timestamp(self.created)
        about["updated"] = wire.timestamp(self.updated)
        return about

    def result(self) -> JsonObject:
        """The summary with what only an ended interaction has: usage and errors."""
        about = self.summary()
        about["usage"] = self.usage.to_json()
        about["service_tier"] = self.request.service_tier or "standard"
        if self.errors:
            about["errors"] = wire.plain(self.errors)
        if self.continuation_token is not None:
            about["continuation_token"] = self.continuation_token
        return about

    def answer(self) -> JsonObject:
        """What POST says: the new steps only; an interaction that still runs has none to show."""
        return self.result() | {"steps": wire.plain(self.steps)} if self.finished else self.summary()

    def progress(self) -> JsonObject:
        """The output steps so far and nothing of the input; none before the first."""
        if not self.finished and not self.steps:
            return self.summary()
        usage: JsonObject = {"usage": self.usage.to_json()}
        about = self.result() if self.finished else self.summary() | usage
        return about | {"steps": wire.plain(self.steps)}

    def timeline(self) -> JsonObject:
        """What GET says: input and output steps so far; none before the first output."""
        about = self.progress()
        return about | {"steps": wire.plain([*self.input, *self.steps])} if "steps" in about else about


class Store:
    """Every interaction that can still be asked for. The oldest ended ones go first when it gets too much."""

    def __init__(self, clock: Clock, *, retention_days: float) -> None:
        self._clock = clock
        self._retention_seconds = retention_days * _DAY_SECONDS
        self._interactions: dict[str, Interaction] = {}
        self._created = 0

    def create(self, request: CreateRequest, steps: list[JsonObject], *, request_bytes: int) -> Interaction:
        now = self._clock.now()
        interaction = Interaction(
            id=f"v1_{secrets.token_urlsafe(24)}",
            request=request,
            input=steps,
            created=now,
            updated=now,
            request_bytes=request_bytes,
        )
        if request.store:
            self._interactions[interaction.id] = interaction
            self._trim(request_bytes)
        return interaction

    def get(self, interaction_id: str) -> Interaction:
        """Raises ApiError 404 for what is unknown, deleted, expired or was never stored."""
        if (interaction := self._known(interaction_id)) is None:
            raise ApiError(404, "not_found", "There is no such interaction.")
        return interaction

    def parent(self, interaction_id: str | None) -> Interaction | None:
        """The interaction to build on. Raises ApiError 404 when there is none, 400 while it still runs."""
        if interaction_id is None:
            return None
        parent = self.get(interaction_id)
        if not parent.finished:
            raise ApiError(400, "failed_precondition", "The previous interaction is still in progress.")
        return parent

    def chain(self, interaction: Interaction) -> list[Interaction]:
        """The interaction and its ancestors, oldest first. What was deleted is not remembered, nor what lies before."""
        chain = [interaction]
        while (parent := self._known(chain[-1].request.previous_interaction_id or "")) is not None:
            chain.append(parent)
        return chain[::-1]

    def delete(self, interaction_id: str) -> None:
        """The record goes, the run does not: an interaction that still runs has to be cancelled before."""
        self.get(interaction_id)
        del self._interactions[interaction_id]

    def _known(self, interaction_id: str) -> Interaction | None:
        """The interaction, unless its retention has run out: then it goes."""
        interaction = self._interactions.get(interaction_id)
        if interaction is None or self._clock.now() - interaction.created < self._retention_seconds:
            return interaction
        del self._interactions[interaction_id]
        return None

    def _trim(self, incoming_bytes: int) -> None:
        """Forget the oldest ended interactions; weighed now and then, as weighing looks at all of them."""
        self._created += 1
        if incoming_bytes < _LARGE_BYTES and self._created % _WEIGHED_EVERY:
            return
        total_bytes = sum(interaction.size_bytes for interaction in self._interactions.values())
        for interaction in [each for each in self._interactions.values() if each.finished]:
            if len(self._interactions) <= MAX_INTERACTIONS and total_bytes <= MAX_BYTES:
                return
            del self._interactions[interaction.id]
            total_bytes -= interaction.size_bytes
