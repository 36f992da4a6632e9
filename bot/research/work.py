"""A long task while a step of it is taken: what is known, and what every step may do."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.conversation.adapter import Channel, Undeliverable
from bot.conversation.posts import Posts
from bot.failpoints import Point, reached
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import BadKey, BadRequest, InteractionError, NotFound, PaymentRequired, QuotaExceeded
from bot.interactions.types import Interaction
from bot.interactions.wire import text
from bot.models import Action, Part, Progress
from bot.research import texts
from bot.research.progress import render_progress
from bot.research.rules import Rules
from bot.research.signs import bill, see
from bot.research.texts import Words
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.run import Run
from bot.state.slots import Slots
from bot.state.store import Command
from bot.state.tasks import LastWord, Stage, Task, Wish

STATUS = 0  # the part that people see first
FIRST_LOOKS = ((20.0, 1.5), (120.0, 5.0))  # until it has lasted so long, seconds between two of them
LATER_LOOKS = ((600.0, 15.0),)  # where the API does not tell of the end by itself
CALMEST_SECONDS = 30.0
NEAR_SECONDS = 5.0  # by which the clocks of two workers may differ
CALM = 3  # times as long between two edits that tell of nothing but the time
UNSEEN_SECONDS = 300.0  # between two tries to show something where its place takes nothing
CANCEL_SECONDS = 3.0  # for cancelling, and for the look after it: people see soon that it stopped
STRAY_SECONDS = 300.0  # between two tries to cancel, after an hour of them: a key may be dead for good
CALMER_AFTER_SECONDS = 60 * 60.0
LOCKED_OUT = (BadKey, PaymentRequired, QuotaExceeded)  # what only the people who run me can mend

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
    interaction: Interaction | None = None  # as the last look showed it

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked for, or since the research itself began; negative where a clock went back."""
        return self.clock.now() - (self.task.begun_at or self.task.started_at)

    @property
    def elapsed_here(self) -> float:
        """Seconds since it came to its present stage."""
        return self.clock.now() - (self.task.stage_at or self.task.started_at)

    @property
    def unseen(self) -> float:
        """Seconds for which its place has taken nothing."""
        return 0.0 if self.task.unseen_at is None else self.clock.now() - self.task.unseen_at

    @property
    def wait(self) -> float:
        return until_next_look(self.elapsed_here, tells=bool(self.rules.webhook_url))

    @property
    def stray_wait(self) -> float:
        """Seconds until what could not be cancelled is tried again."""
        return self.wait if self.elapsed_here < CALMER_AFTER_SECONDS else STRAY_SECONDS

    async def save(self, *commands: Command, beside: Sequence[Command] = ()) -> None:
        await self.run.write(self.records.tasks.saved(self.task), *commands, beside=beside)

    async def keep(self, *, beside: Sequence[Command] = ()) -> None:
        """Save what nobody could find out again: where Redis is away at this very moment, when it is back."""
        self.run.checkpoint = lambda: [self.records.tasks.saved(self.task)]
        await self.save(beside=beside)
        self.run.checkpoint = tuple

    async def show(self, said: Words, *actions: Action) -> None:
        """Say in the status message what is new, at once. That it was said is saved with the end of the step."""
        await self._show(said.text, render_progress(self.task, said, self.interaction), actions)
        self.task.shown = said.still

    async def show_calmly(self, said: Words, *actions: Action) -> None:
        """Say it unless the message was edited a moment ago; what is left out comes with the next look.

        That time passes is worth an edit less often: a workspace has about 50 a minute for all that goes on in it.
        """
        is_news = said.still != self.task.shown
        if self._is_due(is_news=is_news) and (is_news or said.time):
            try:
                await self.show(said, *actions)
            except Undeliverable as error:  # what is at work goes on, and so do the looks at it
                self.miss(error)

    def miss(self, error: Undeliverable) -> None:
        """Its place takes nothing just now."""
        now = self.clock.now()
        self.task.unseen_at = now if self.task.unseen_at is None else self.task.unseen_at
        self.task.shown_at = now
        self.warn("task_undeliverable", error, fix="let the bot write in its channel again; the cause says why not")

    def _is_due(self, *, is_news: bool) -> bool:
        passed = self.clock.now() - self.task.shown_at
        if passed < 0:  # a clock went back
            return True
        if self.task.unseen_at is not None:
            return passed >= UNSEEN_SECONDS
        return not self.task.shown or passed >= self.rules.status_seconds * (1 if is_news else CALM)

    async def _show(self, text: str, progress: Progress | None, actions: tuple[Action, ...]) -> None:
        status = self.posts.key(STATUS)
        await self.posts.show(Part(key=status, text=text, final=not actions, actions=actions, progress=progress))
        self.task.shown_at, self.task.unseen_at = self.clock.now(), None

    def enter(self, stage: Stage) -> None:
        """Come to a stage. What it says first is shown at once, also where the message was edited a moment ago."""
        self.task.enter(stage, self.clock.now())
        self.task.shown = ""

    def note(self, what: str) -> None:
        self.task.note(self.clock.now(), what)

    def note_once(self, what: str) -> None:
        """Unless it is what happened last: what repeats would leave no room for the rest."""
        if not self.task.life or self.task.life[-1].what != what:
            self.note(what)

    def warn(self, event: str, error: Exception, **facts: str) -> None:
        """Tell the operator what is in the way; once in each stage, since it may be tried again for days."""
        what = f"{event.replace('_', ' ')}: {type(error).__name__}"
        if any(moment.what == what and moment.at >= self.task.stage_at for moment in self.task.life):
            return
        self.note(what)
        fix = {"fix": "check GEMINI_API_KEY, its billing and its quota"} if isinstance(error, LOCKED_OUT) else {}
        log.warning(event, cause=str(error), kind=type(error).__name__, **facts, **fix)

    def count(self, interaction: Interaction) -> None:
        """What a look at it shows: that it lives, what it has found, what it has cost."""
        self.interaction = interaction
        see(self.task, interaction, self.clock.now())

    def moves_in(self, interaction: Interaction) -> Sequence[Command]:
        """What a managed agent made in its sandbox is there for the next task of the thread."""
        environment_id = text(interaction.extra, "environment_id")
        if not environment_id:
            return ()
        self.task.environment_id = environment_id
        return [self.records.tasks.works_in(self.task, environment_id)]

    async def goes_on_from(self) -> Head:
        """Where the thread is; or was, before the report of an earlier attempt, which that of another one replaces."""
        turn = await self.records.turns.get(self.task.name)
        head = await self.records.heads.get(self.task.asked.thread)
        if turn is not None and (turn.interaction_id is not None or head.turn == turn.name):
            return Head(interaction_id=turn.parent_interaction_id, turn=turn.parent)
        return head

    async def end(self, how: str, *actions: Action, found: str = "", why: str = "") -> None:
        """The task is over, which people are told with what it found and cost; `why` is for the operator."""
        said = texts.render_ended(self.task, how, self.elapsed, found)
        drawn = render_progress(self.task, said, self.interaction)
        await self.end_with(LastWord(text=said.text, progress=drawn, actions=actions), why or how)

    async def end_with(self, last_word: LastWord, why: str) -> None:
        """The task is over with this word. Once it is saved the task can no longer go on."""
        task = self.task
        task.last_word, task.failures = last_word, 0  # which has its own tries
        self.enter(Stage.ENDING)
        self.note(f"over after {self.elapsed:.0f} s: {why}")
        of_before = self.records.tasks.settled(task, Wish.RETRY)
        await self.save(of_before, beside=self.slots.left(task))
        reached(Point.END_SAVED)
        log.info("task_ended", interaction=task.interaction_id, seconds=round(self.elapsed))
        await self.say_last_word()

    async def say_last_word(self) -> None:
        """Raises ChannelBusy or Undeliverable; then say it again."""
        task = self.task
        if task.last_word is not None:
            await self._show(task.last_word.text, task.last_word.progress, task.last_word.actions)
        self.enter(Stage.ENDED)
        self.note("ended")
        came_too_late = [wish for wish in Wish if wish is not Wish.RETRY]
        await self.save(self.records.tasks.settled(task, *came_too_late))

    async def withdraw(self) -> None:
        """The task is over without a word, since nobody asks for it any more."""
        if not self.task.ended:
            await self.cancel_upstream()
        self.enter(Stage.ENDED)
        self.task.withdrawn = True
        self.note("withdrawn")
        await self.save(self.records.tasks.settled(self.task, *Wish), beside=self.slots.left(self.task))

    async def cancel_upstream(self) -> Interaction | None:
        """Stop what is at work, and read once what came of it; None where nothing is, or nobody can say.

        It takes seconds at most. What could not be cancelled is tried again later.
        """
        interaction_id = self.task.interaction_id
        if interaction_id is None:
            return None
        is_over = await self.cancels(interaction_id)
        reached(Point.CANCEL_SENT)
        interaction = await self._look_at(interaction_id)
        is_over = is_over or (interaction is not None and not interaction.is_running)
        if not is_over and interaction_id not in self.task.strays:
            self.task.strays.append(interaction_id)
        if interaction is not None:
            self.count(interaction)
        return interaction

    async def cancels_stray(self, interaction_id: str) -> bool:
        """The same for one that nobody waits for, which has cost something all the same."""
        if not await self.cancels(interaction_id):
            return False
        interaction = await self._look_at(interaction_id)
        if interaction is not None:
            bill(self.task, interaction, self.clock.now())
        return True

    async def _look_at(self, interaction_id: str) -> Interaction | None:
        with suppress(InteractionError, TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                return await self.interactions.get(interaction_id)
        return None

    async def cancels(self, interaction_id: str) -> bool:
        """Cancel an interaction; False when that has to be tried again."""
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                await self.interactions.cancel(interaction_id)
        except (NotFound, BadRequest):  # gone, or ended by itself
            return True
        except (InteractionError, TimeoutError) as error:
            self.warn("not_cancelled", error, interaction=interaction_id)
            return False
        return True


def until_next_look(elapsed: float, *, tells: bool) -> float:
    """Seconds: quick at first, since people watch, then calm, then calmer, sooner where the API tells of the end.

    Calm too where a clock went back, which makes of the beginning an hour; not where two workers differ by a little.
    """
    looks = FIRST_LOOKS if tells else FIRST_LOOKS + LATER_LOOKS
    return next((seconds for until, seconds in looks if -NEAR_SECONDS <= elapsed < until), CALMEST_SECONDS)
