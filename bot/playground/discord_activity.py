"""What only the ledger of the Discord simulator tells: who is typing where, and who used which command."""

import time
from dataclasses import dataclass

from bot.simulators.discord import Entry, Ledger

TYPING_SECONDS = 10.0  # Source: "Trigger Typing Indicator", Discord developer docs
USES_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Use:
    """A command in use."""

    name: str
    user_id: str


class Activity:
    """Reads the ledger as it grows, whenever it is asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read_to = 0
        self._typing: dict[str, tuple[str, float]] = {}  # by channel: who, and until when in seconds since 1970
        self._uses: dict[str, Use] = {}  # by interaction, oldest first

    def typist(self, channel_id: str) -> str | None:
        """The id of who is typing in a channel; it ends with their message, or after ten seconds."""
        self._read()
        user_id, until = self._typing.get(channel_id, ("", 0.0))
        return user_id if until > time.time() else None

    def use(self, interaction_id: str) -> Use | None:
        self._read()
        return self._uses.get(interaction_id)

    def _read(self) -> None:
        if self._read_to == self._ledger.last_number:
            return
        for entry in self._ledger.after(self._read_to):
            self._note(entry)
            self._read_to = entry.number
        for forgotten in list(self._uses)[:-USES_KEPT]:
            del self._uses[forgotten]

    def _note(self, entry: Entry) -> None:
        match entry.kind:
            case "typing":
                end = min(entry.at, time.time()) + TYPING_SECONDS  # the simulator's clock may have been put forward
                self._typing[entry["channel_id"]] = (entry["user_id"], end)
            case "post" if self._typing.get(entry["channel_id"], ("",))[0] == entry["author_id"]:
                del self._typing[entry["channel_id"]]
            case "interaction" if entry["type"] == "command":
                self._uses[entry["interaction_id"]] = Use(entry["name"], entry["user_id"])
            case _:
                pass
