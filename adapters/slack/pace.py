"""How often Slack may be asked for something, kept on our side so that its refusals stay rare.

Slack counts posts by channel and all else by workspace.

Source: "Rate limits", Slack developer docs.
"""

from typing import Literal, NamedTuple

from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy
from bot.models import Thread


class Limit(NamedTuple):
    per_minute: int
    burst: int


Kind = Literal["posts", "edits", "removals", "reads", "files", "statuses", "people"]
LIMITS: dict[Kind, Limit] = {
    "posts": Limit(60, 4),
    "edits": Limit(50, 40),
    "removals": Limit(50, 40),
    "reads": Limit(50, 20),
    "files": Limit(100, 20),
    "statuses": Limit(600, 60),  # Slack gives no number
    "people": Limit(100, 20),
}
PLACES = 10_000  # channels and workspaces that are remembered


class Pace:
    """Calls that share one of Slack's limits: `per_minute` on average, with bursts.

    Calls that have to come through wait for their place, in order. The others, such as the edits of a
    growing reply, leave half of the burst to them and are told when to come again, with newer text.
    """

    def __init__(self, name: str, limit: Limit, clock: Clock) -> None:
        self._name = name
        self._interval = 60 / limit.per_minute
        self._tolerance = limit.burst * self._interval
        self._clock = clock
        self._used_until = clock.monotonic()  # as if every call so far had taken its whole interval

    async def take(self, *, must: bool) -> None:
        """Return when the call may be made. Raises ChannelBusy, unless it must be made, when that is not now."""
        ahead = self._ahead()
        if not must and ahead > self._tolerance / 2:
            raise ChannelBusy(f"slack: our pace of {self._name}", retry_after=ahead - self._tolerance / 2)
        self._used_until = self._clock.monotonic() + ahead + self._interval
        if ahead > self._tolerance:
            await self._clock.sleep(ahead - self._tolerance)

    def _ahead(self) -> float:
        return max(0.0, self._used_until - self._clock.monotonic())

    def refused(self, retry_after: float) -> None:
        """Slack says we were too fast: nothing goes out for so many seconds."""
        self._used_until = max(self._used_until, self._clock.monotonic() + retry_after + self._tolerance)


class Paces:
    """One pace for each kind of call and each place that Slack counts it by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._paces: dict[tuple[Kind, str], Pace] = {}  # the least recently used first

    def of(self, kind: Kind, thread: Thread) -> Pace:
        place = (kind, f"{thread.team}/{thread.channel}" if kind == "posts" else thread.team)
        pace = self._paces.pop(place, None) or Pace(kind, LIMITS[kind], self._clock)
        self._paces[place] = pace
        if len(self._paces) > PLACES:
            del self._paces[next(iter(self._paces))]
        return pace
