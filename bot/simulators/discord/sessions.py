"""Gateway sessions: what a bot asked to hear, and what it would get again after a short absence."""

from collections import deque
from dataclasses import dataclass, field
from enum import IntFlag

from bot.simulators.discord.frames import Connection, frame

REPLAY_EVENTS = 2_000
RESUME_SECONDS = 180.0


class Intent(IntFlag):
    """Source: "Gateway", Discord developer docs."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


NO_INTENT = Intent(0)  # an event that every session hears
ALL_INTENTS = (1 << 26) - 1  # bits beyond are no intents at all


@dataclass
class Session:
    id: str
    intents: Intent
    shard: tuple[int, int]  # this one, of how many
    connection: Connection | None
    sequence: int = 0
    lost_at: float = 0.0
    events: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAY_EVENTS))

    def hears(self, intent: Intent, guild_id: str | None) -> bool:
        """Whether an event of this guild, or a direct one, is for this session. No intent: everybody hears it."""
        shard, count = self.shard
        own = 0 if guild_id is None else (int(guild_id) >> 22) % count
        return shard == own and (not intent or bool(intent & self.intents))

    def dispatch(self, name: str, data: object) -> None:
        """Number the event, keep it for a later RESUME, and send it if the line is up."""
        self.sequence += 1
        text = frame(0, data, name=name, sequence=self.sequence)
        self.events.append((self.sequence, text))
        if self.connection is not None:
            self.connection.send_text(text)

    def can_resume_after(self, sequence: int, now: float) -> bool:
        kept_from = self.events[0][0] if self.events else self.sequence + 1
        in_time = self.connection is not None or now - self.lost_at <= RESUME_SECONDS
        return in_time and kept_from <= sequence + 1

    def resume(self, connection: Connection, after: int) -> None:
        """Everything since, again, on another line."""
        self.connection = connection
        for sequence, text in self.events:
            if sequence > after:
                connection.send_text(text)
        self.dispatch("RESUMED", {"_trace": ["simulator"]})
