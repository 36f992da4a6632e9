"""Where embeds were refused lately: there a status is text from the start, so that no edit shows it empty for a moment.

Source: "Permissions", Discord developer docs.
"""

from adapters.discord.parts import without_progress
from bot.clock import Clock
from bot.models import Inbound, Part

FORGOTTEN_SECONDS = 600.0  # somebody may allow them meanwhile
REMEMBERED = 10_000


class Undrawn:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}  # by thread

    def note(self, to: Inbound, part: Part) -> None:
        """This part was refused there."""
        if part.progress is None:
            return
        self._until[str(to.thread)] = self._clock.monotonic() + FORGOTTEN_SECONDS
        if len(self._until) > REMEMBERED:
            del self._until[next(iter(self._until))]

    def fitting(self, to: Inbound, part: Part) -> Part:
        """The part, without its progress where that would not be drawn."""
        if part.progress is None or self._clock.monotonic() >= self._until.get(str(to.thread), 0.0):
            return part
        return without_progress(part)
