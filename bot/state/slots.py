"""How many long tasks may run, or be planned, at once for each person and each team; the others wait in line."""

from collections.abc import Sequence
from typing import NamedTuple

from redis.asyncio import Redis

from bot.state.store import DAY_SECONDS, Command, Script
from bot.state.tasks import Task

SLOT_SECONDS = 90 * 60  # after which a task that nobody ended no longer counts
LINE_SECONDS = 2 * DAY_SECONDS


class Most(NamedTuple):
    of_person: int = 2
    of_team: int = 10


class Line(NamedTuple):
    """Where a task waits."""

    before: int  # others that come first
    own: int = 0  # that its person has at work, where the limit of a person is why; 0 where that of the team is


class Slots:
    def __init__(self, redis: Redis, most: Most) -> None:
        self._redis, self._most = redis, most
        self._admit = Script("admit")

    async def admit(self, task: Task, *, now: float) -> Line | None:
        """None when the task may run, and counts as running from now on; else where it waits."""
        arguments = [task.name, f"{now:.3f}", f"{now + SLOT_SECONDS:.3f}", *self._most, LINE_SECONDS]
        before, own = await self._admit.run(self._redis, _keys(task), arguments)
        return None if before < 0 else Line(before, own)

    async def first_in_line(self, task: Task) -> list[str]:
        """The names of those that may run next once this task has left: of its person, and of its team."""
        lines = [await self._redis.zrange(key, 0, 0) for key in _keys(task)[2:]]
        return sorted({str(name) for line in lines for name in line})

    def left(self, task: Task) -> Sequence[Command]:
        """The task neither runs nor waits any more."""
        return [Command("ZREM", key, (task.name,)) for key in _keys(task)]


def _keys(task: Task) -> list[str]:
    team = f"{task.asked.thread.platform}:{task.asked.thread.team}"
    author = task.asked.author
    return [
        *(f"parley:running:{team}:{author}", f"parley:running:{team}"),
        *(f"parley:line:{team}:{author}", f"parley:line:{team}"),
    ]
