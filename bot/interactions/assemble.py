"""From events to the interaction they tell of: the final event carries no steps, so they are rebuilt here.

Tolerant by design, since streams are resumed and the API grows: a delta for an index nobody opened, or of a
kind that does not fit the step under it, opens a step of its own; several contents may share one index.

Source: "Streaming interactions", Gemini API docs.
"""

from collections import deque
from dataclasses import replace
from functools import reduce
from typing import TypeVar

from bot.interactions.continuation import joined
from bot.interactions.drafts import Draft, FieldsDraft, InputDraft, OutputDraft, ThoughtDraft, draft_of
from bot.interactions.events import (
    Annotated,
    ArgumentsDelta,
    CitedTextDelta,
    Continued,
    Created,
    Event,
    Finished,
    MediaDelta,
    OtherDelta,
    StatusChanged,
    StepStarted,
    TextDelta,
    ThoughtDelta,
    ThoughtSigned,
)
from bot.interactions.interaction import Interaction, Status, Usage
from bot.interactions.steps import ModelOutput

_Kind = TypeVar("_Kind", bound=Draft)


class Assembler:
    """Feed it every event of one interaction, over as many connections as it takes.

    `Created` means that everything comes again from the start, so it starts over.
    """

    def __init__(self, interaction_id: str | None = None) -> None:
        self.interaction_id = interaction_id
        self.last_event_id: str | None = None  # to resume after; None: only a replay of everything is safe
        self._parts: list[Interaction] = []  # that this one continues
        self._unnumbered: list[Event] = []  # that came after the last one with an id
        self.expected: deque[Event] = deque()  # of those, the ones that a resumed stream has still to repeat
        self._start_over(Interaction(id=interaction_id, status=""))

    def _start_over(self, shell: Interaction) -> None:
        self._shell = shell
        self._drafts: list[Draft] = [draft_of(step) for step in shell.steps]
        self._open: dict[int, Draft] = {}

    def resume_after(self, event_id: str | None) -> None:
        """Get ready for a stream of what came after an event.

        Not all events have ids, so such a stream repeats those that came since: they are to be left out.
        """
        is_known = event_id is not None and event_id == self.last_event_id
        self.expected = deque(self._unnumbered if is_known else ())
        self.last_event_id = event_id

    def repeats(self, event: Event) -> bool:
        """Whether an event has come before, on the connection that broke; asked while some are expected."""
        if self.expected and event == self.expected[0]:
            self.expected.popleft()
            return True
        self.expected.clear()
        return False

    def go_on(self) -> None:
        """What has come so far stays; the events that follow are those of an interaction that continues it."""
        self._parts.append(self._part())
        self.interaction_id = self.last_event_id = None
        self._unnumbered = []
        self._start_over(Interaction(id=None, status=""))

    def go_back(self) -> bool:
        """The continuation did not come about: ready for a replay of the part before; False if there is none."""
        if not self._parts:
            return False
        self.interaction_id = self._parts.pop().id
        self._start_over(Interaction(id=self.interaction_id, status=""))
        return True

    def feed(self, event: Event) -> Event:
        """Take one event in; gives it back, `Finished` with the whole interaction."""
        if event.event_id is not None:
            self.last_event_id = event.event_id
            if self._unnumbered:
                self._unnumbered = []
        elif self.last_event_id is not None:
            self._unnumbered.append(event)
        match event:
            case TextDelta():
                return self._take_text(event)
            case Finished():
                self._shell = self._finish(event.interaction)
                self._drafts = [draft_of(step) for step in self._shell.steps]
                return Finished(self.interaction(), event.event_id)
            case Created():
                return self._take_created(event)
            case StatusChanged():
                self._take_status(event)
            case StepStarted():
                self._take_start(event)
            case _:
                self._take_delta(event)
        return event

    def interaction(self) -> Interaction:
        """All that has come so far."""
        return reduce(joined, [*self._parts, self._part()])

    def _part(self) -> Interaction:
        steps = tuple(draft.build() for draft in self._drafts)
        return replace(self._shell, id=self.interaction_id, steps=steps)

    def _take_created(self, event: Created) -> Event:
        self.interaction_id = event.interaction.id or self.interaction_id
        self._start_over(event.interaction)
        if not self._parts:
            return event
        return Continued(event.interaction, reduce(joined, self._parts), event.event_id)

    def _take_start(self, event: StepStarted) -> None:
        last = self._drafts[-1] if self._drafts else None
        if event.joins and isinstance(event.step, ModelOutput) and type(last) is OutputDraft:
            last.join(event.step.content)
            self._open[event.index] = last
        else:
            self._begin(event.index, draft_of(event.step))

    def _take_text(self, event: TextDelta) -> Event:
        draft = self._at(event.index, OutputDraft)
        draft.blocks.add_text(event.text)
        if isinstance(event, CitedTextDelta):
            draft.blocks.annotate(event.annotations)
        if isinstance(draft, InputDraft):
            return OtherDelta(event.index, "text", {"text": event.text}, event.event_id)
        return event

    def _take_delta(self, event: Event) -> None:
        match event:
            case ThoughtDelta():
                self._at(event.index, ThoughtDraft).summary.add(event.content)
            case ThoughtSigned():
                self._at(event.index, ThoughtDraft).signature = event.signature
            case ArgumentsDelta():
                self._at(event.index, FieldsDraft).arguments.append(event.arguments)
            case Annotated():
                self._at(event.index, OutputDraft).blocks.annotate(event.annotations)
            case MediaDelta():
                self._at(event.index, OutputDraft).blocks.add_medium(event.content)
            case OtherDelta():
                draft = self._open.get(event.index) or self._begin(event.index, FieldsDraft(event.type))
                draft.other(event)
            case _:
                pass

    def _take_status(self, event: StatusChanged) -> None:
        self.interaction_id = self.interaction_id or event.interaction_id
        self._shell = replace(
            self._shell, status=event.status or self._shell.status, usage=event.usage or self._shell.usage
        )

    def _at(self, index: int, kind: type[_Kind]) -> _Kind:
        draft = self._open.get(index)
        return draft if isinstance(draft, kind) else self._begin(index, kind())

    def _begin(self, index: int, draft: _Kind) -> _Kind:
        self._drafts.append(draft)
        self._open[index] = draft
        return draft

    def _finish(self, final: Interaction) -> Interaction:
        """What the final event says, on top of what was told before."""
        so_far = self._part()
        self.interaction_id = final.id or so_far.id
        return replace(
            final,
            status=final.status or Status.COMPLETED,
            steps=final.steps or so_far.steps,
            usage=final.usage if final.usage != Usage() else so_far.usage,
            errors=final.errors or so_far.errors,
            model=final.model or so_far.model,
            agent=final.agent or so_far.agent,
            extra={**so_far.extra, **final.extra},
        )
