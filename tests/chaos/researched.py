"""One research as its asker lives through it, and the verdict on it, from the simulators' ledgers alone."""

import asyncio
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.simulators.discord import DiscordSimulator
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.ledger import RecordedRequest
from bot.simulators.slack import SlackSimulator
from tests.chaos.people import DiscordPlace, Place, Shown, SlackPlace
from tests.chaos.verdict import standing
from tests.contract.platforms import Said, Upload, creates

FILE: Upload = ("notes.txt", b"Otters eat fish.", "text/plain")
LOOK_SECONDS = 0.05
START_SECONDS = 0.3  # in which a start is announced, saved, asked for and answered
AGAIN_SECONDS = 8.0  # before a person presses a button again that has shown no effect
ENDED = re.compile(r"_(done|stopped|cancelled|given up; I cannot tell whether it still runs) \(\d+:\d\d")
STATUS = ("**Research", "Research:")  # as words, and as the title of a drawing
ASKS = "cannot tell whether it runs"


@dataclass(frozen=True)
class Wanted:
    """What its asker wants of a research."""

    consent: bool
    stops: bool = False  # presses Stop as soon as it runs
    has_file: bool = False
    patience_seconds: float = 0.5  # before "shall I start it again?" is answered with Retry


@dataclass
class Research:
    """One question to the agent, on one platform, in a channel of its own."""

    name: str
    number: int  # of the channel
    place: Place
    gemini: GeminiSimulator
    wanted: Wanted
    said: Said | None = None
    retries: int = 0  # pressed, after the bot had asked
    was_asked: bool = False
    pressed_again: bool = False  # since nothing had come of it
    stop_pressed_at: float | None = None  # seconds since 1970, as all moments here
    ended_at: float | None = None
    _pressed: dict[str, float] = field(default_factory=dict[str, float])

    async def live(self) -> None:
        """Ask, then press what has to be pressed, until it has ended."""
        files = [FILE] if self.wanted.has_file else []
        question = f"research What does the animal {self.name} eat?"
        self.said = await self.place.platform.mention(question, place=self.number, files=files)
        while not self.has_ended(self.said):
            await asyncio.sleep(LOOK_SECONDS)
            await self._press_what_is_due(self.said)
        self.ended_at = time.time()

    def has_ended(self, said: Said) -> bool:
        platform = self.place.platform
        ends = any(ENDED.search(reply) for reply in platform.replies(said)[:1])
        return ends and platform.buttons(said) == self._last_buttons()

    def starts(self) -> tuple[int, int]:
        """How many plans and how many researches the API was asked for."""
        named = [request for request in creates(self.gemini) if self._is_ours(request)]
        plans = sum(_plans(request) for request in named)
        return plans, len(named) - plans

    def changes(self) -> list[float]:
        """When anything was seen of it."""
        return [shown.at for shown in self._shown()]

    def may_have_been_starting(self, died_at: float) -> bool:
        """Whether a worker that died then, perhaps of what it did for another research, was just starting this one."""
        since = time.time() - time.monotonic()
        created = [request.at + since for request in creates(self.gemini) if self._is_ours(request)]
        announced = [at for at in self.changes() if at < min(created, default=math.inf)]
        return any(-START_SECONDS < at - died_at < START_SECONDS for at in (*created, *announced))

    def changed_at(self) -> float:
        return max(self.changes(), default=0.0)

    def broken(self) -> Iterator[str]:
        """Everything that is not as it was promised."""
        if self.said is None or not self.has_ended(self.said):
            yield f"it has not ended: {self._replies()}"
            return
        yield from self._wrong_starts()
        yield from self._wrong_messages()
        yield from self._left(self.said)

    def _wrong_starts(self) -> Iterator[str]:
        plans, researches = self.starts()
        if self.wanted.stops and not self.was_asked and researches > 1:
            yield f"{researches} starts of what was stopped"
        elif not self.wanted.stops and researches < 1:
            yield "no start"
        if plans + researches > 1 + self.wanted.consent + self.retries:
            yield f"{plans} plans and {researches} starts, with {self.retries} times Retry"
        if self.wanted.consent != bool(plans):
            yield f"{plans} plans"

    def _wrong_messages(self) -> Iterator[str]:
        history = list(self._shown())
        files, words = self._files(history), [shown for shown in history if shown.message not in self._with_files()]
        most = _most_at_once(words)
        if most != 1:
            yield f"{most} status messages"
        last = standing(words)
        others = [text for text in last.values() if not text.startswith(STATUS)]
        if len(others) != (0 if self._was_stopped() else 1):
            yield f"{len(others)} messages beside the status: {[text[:80] for text in others]}"
        wanted = {} if self._was_stopped() else {"md": 1, "pdf": 1}
        counted = Counter(name.rpartition(".")[2] for name in files)
        if {kind: counted[kind] for kind in ("md", "pdf")} != {"md": 0, "pdf": 0} | wanted:
            yield f"files {files}"
        if doubled := [name for name, times in Counter(files).items() if times > 1]:
            yield f"files twice: {doubled}"

    def _left(self, said: Said) -> Iterator[str]:
        if (buttons := self.place.platform.buttons(said)) != self._last_buttons():
            yield f"buttons left: {buttons}"
        if self.place.is_waiting(said):
            yield "it still says that the bot is at work"
        if any(state in reply for reply in self._replies() for state in ("at work", "starting", "showing the report")):
            yield f"a working status is left: {self._replies()}"

    def _last_buttons(self) -> list[str]:
        """What was broken off may be begun again; what is done may not."""
        return [] if any("_done (" in reply for reply in self._replies()[:1]) else ["Retry"]

    def _was_stopped(self) -> bool:
        """It may also end by itself before it hears of the stop."""
        return any("_stopped (" in reply or "_cancelled (" in reply for reply in self._replies())

    async def _press_what_is_due(self, said: Said) -> None:
        buttons = self.place.platform.buttons(said)
        if "Retry" in buttons and any(ASKS in reply for reply in self._replies()):
            self.was_asked = True
            if time.time() - self.changed_at() > self.wanted.patience_seconds:
                self.retries += await self._press(said, "Retry")
        elif "Approve" in buttons:
            await self._press(said, "Approve")
        elif self.wanted.stops and "Stop" in buttons and self.starts()[1]:
            self.stop_pressed_at = self.stop_pressed_at or time.time()
            await self._press(said, "Stop")

    async def _press(self, said: Said, label: str) -> bool:
        if time.time() - self._pressed.get(label, 0.0) < AGAIN_SECONDS:
            return False
        self.pressed_again |= label in self._pressed
        self._pressed[label] = time.time()
        await self.place.platform.press(said, label)
        return True

    def _replies(self) -> list[str]:
        return self.place.platform.replies(self.said) if self.said else []

    def _shown(self) -> Iterator[Shown]:
        return self.place.shown(self.said) if self.said else iter(())

    def _is_ours(self, request: RecordedRequest) -> bool:
        return self._reference() == _reference_in(request)

    def _reference(self) -> str | None:
        """The task's name in the API's labels, by the first request that has the question in it."""
        question = f"animal {self.name} eat"
        asking = (request for request in creates(self.gemini) if question in json.dumps(request.body.get("input")))
        return next((_reference_in(request) for request in asking), None)

    def _with_files(self) -> set[str]:
        return {message for message, _ in self._posted_files()}

    def _files(self, history: Sequence[Shown]) -> list[str]:
        mine = {shown.message for shown in history}
        return [name for message, name in self._posted_files() if message in mine]

    def _posted_files(self) -> Iterator[tuple[str, str]]:
        """Message and name of every file that was ever posted."""
        match self.place:
            case SlackPlace(simulator=simulator):
                yield from _slack_files(simulator)
            case DiscordPlace(simulator=simulator):
                yield from _discord_files(simulator)
            case _:
                raise TypeError(f"no platform: {self.place}")


def _slack_files(simulator: SlackSimulator) -> Iterator[tuple[str, str]]:
    for entry in simulator.ledger.of("post"):
        match entry["files"]:
            case list(files):
                for file in files:
                    yield str(entry["ts"]), simulator.workspace.files[str(file)].name
            case _:
                continue


def _discord_files(simulator: DiscordSimulator) -> Iterator[tuple[str, str]]:
    for entry in simulator.ledger.of("post"):
        for name in entry["files"]:
            yield str(entry["message_id"]), str(name)


def _most_at_once(history: Sequence[Shown]) -> int:
    """The most status messages that stood there at any moment."""
    moments = (standing(history[:upto]).values() for upto in range(1, len(history) + 1))
    return max((sum(text.startswith(STATUS) for text in texts) for texts in moments), default=0)


def _plans(request: RecordedRequest) -> bool:
    match request.body.get("agent_config"):
        case {"collaborative_planning": True}:
            return True
        case _:
            return False


def _reference_in(request: RecordedRequest) -> str | None:
    match request.body.get("labels"):
        case {"parley_reference": str(reference)}:
            return reference
        case _:
            return None
