"""The outbox: which parts of a reply are visible, so that none is posted twice.

A part is noted before it is posted and again when it is visible. One that is only noted may be visible
unheard; its platform is asked before the next try.
"""

from collections.abc import Mapping

from bot.models import Inbound, MessageId, PartKey, Thread
from bot.state.store import DAY_SECONDS, Command, key, place_key
from bot.state.turns import turn_name

NOTED = ""  # in the place of a message id


class Outbox:
    def __init__(self, *, retention_days: int = 55) -> None:
        self._seconds = retention_days * DAY_SECONDS

    def noted(self, to: Inbound, part: PartKey) -> tuple[Command, ...]:
        """The part is about to be posted."""
        name = outbox_key(to.thread, to.message)
        return Command("HSET", name, (part, NOTED)), Command("EXPIRE", name, (self._seconds,))

    def shown(self, to: Inbound, part: PartKey, message: MessageId) -> Command:
        """The part is visible as this message."""
        return Command("HSET", outbox_key(to.thread, to.message), (part, message))

    def placed(self, to: Inbound, message: MessageId) -> Command:
        """Who goes on from this message of the bot's comes to this turn of this thread."""
        return Command("SET", place_key(to.thread, message), (turn_name(to.thread, to.message), "EX", self._seconds))

    def removed(self, to: Inbound, part: PartKey) -> Command:
        return Command("HDEL", outbox_key(to.thread, to.message), (part,))


def outbox_key(thread: Thread, message: MessageId) -> str:
    return key(thread, f"outbox:{message}")


def parse_parts(stored: Mapping[str, str]) -> dict[PartKey, MessageId]:
    """The parts of a reply: where they are visible, or NOTED."""
    return {PartKey(part): MessageId(shown) for part, shown in stored.items()}
