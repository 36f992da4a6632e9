"""A long task while a step of it is taken: what is known, and what every step may do."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.conversation.adapter import Channel
from bot.conversation.posts import Posts
from bot.failpoints import Point, reached
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import BadRequest, NotFound
from bot.models import Action, Part
from bot.research import texts
from bot.research.rules import Rules
from bot.state.records import Records
from bot.state.run import Run
from bot.state.slots import Slots
from bot.state.store import Command
from bot.state.tasks import Stage, Task

STATUS = 0  # the part that people see first
LOOKS = ((20.0, 1.5), (120.0, 5.0), (600.0, 10.0))  # until it has lasted so long, seconds between two of them
CALMEST_SECONDS = 20.0

log = structlog.stdlib.get_logger()


@dataclass
class Work:
    task: Task
    run: Run
    posts: Posts
    channel: Channel
    records: Records
    slots: Slots
    interactions: InteractionsClient
    clock: Clock
    rules: Rules
    wishes: dict[str, str]

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked for, or since the research itself began."""
        return self.clock.now() - (self.task.begun_at or self.task.started_at)

    @property
    def wait(self) -> float:
        """Seconds until the next look: quick at first, since people watch, then calm, then calmer."""
        return next((seconds for until, seconds in LOOKS if self.elapsed < until), CALMEST_SECONDS)

    async def save(self, *commands: Command, beside: Sequence[Command] = ()) -> None:
        await self.run.write(self.records.tasks.saved(self.task), *commands, beside=beside)

    async def show(self, text: str, *actions: Action) -> None:
        """Say in the status message what is new, at once."""
        await self.posts.show(Part(key=self.posts.key(STATUS), text=text, final=not actions, actions=actions))
        self.task.shown, self.task.shown_at = text, self.clock.now()
        await self.save()

    async def show_calmly(self, text: str, *actions: Action) -> None:
        """Say it unless the message was edited a moment ago; what is left out comes with the next look."""
        if self.clock.now() - self.task.shown_at >= self.rules.status_seconds or not self.task.shown:
            await self.show(text, *actions)

    async def end(self, how: str, *actions: Action) -> None:
        """The last word, with what it cost."""
        await self.show(texts.render_ended(self.task, how, self.elapsed), *actions)
        self.task.stage = Stage.ENDED
        await self.save(beside=self.slots.left(self.task))
        log.info("task_ended", interaction=self.task.interaction_id, seconds=round(self.elapsed))

    async def cancel_upstream(self) -> None:
        if self.task.interaction_id is not None:
            with suppress(NotFound, BadRequest):  # gone, or ended by itself
                await self.interactions.cancel(self.task.interaction_id)
        reached(Point.CANCEL_SENT)
