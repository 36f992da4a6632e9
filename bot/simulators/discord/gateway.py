"""The gateway's sessions: who is connected, who hears of what, and the ways in which a connection is lost.

Source: "Gateway", Discord developer docs.
"""

import secrets
from collections import deque

from bot.simulators.discord.faults import Delivery
from bot.simulators.discord.frames import Connection
from bot.simulators.discord.ledger import Ledger
from bot.simulators.discord.message_payloads import Render
from bot.simulators.discord.sessions import NO_INTENT, Intent, Session
from bot.simulators.discord.world import World

SESSIONS_KEPT = 100
STARTS_A_DAY = 1000
DAY_SECONDS = 24 * 3600.0
RECONNECT, INVALID_SESSION = 7, 9
GOING_AWAY, ABORTED = 1001, 1006


class Gateway:
    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world = world
        self.ledger = ledger
        self.delivery = Delivery()
        self.url = ""  # once serving
        self.heartbeat_seconds = 41.25
        self.identify_seconds = 5.0  # between two starts of sessions
        self.shards = 1  # recommended to bots that ask
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self._starts: deque[float] = deque(maxlen=STARTS_A_DAY)
        self._down_until = 0.0

    @property
    def sessions(self) -> list[Session]:
        return list(self._sessions.values())

    @property
    def connected(self) -> bool:
        """Whether any session would hear an event right now."""
        return any(session.connection for session in self._sessions.values())

    def dispatch(self, name: str, render: Render, *, intent: Intent = NO_INTENT, guild_id: str | None) -> None:
        """Tell every session that may hear it. The event is what it is now, also when it is delivered late."""
        now = {reads_all: render(reads_all) for reads_all in (True, False)}

        def deliver() -> None:
            for session in self.sessions:
                if session.hears(intent, guild_id):
                    session.dispatch(name, now[Intent.MESSAGE_CONTENT in session.intents])

        self.delivery.run(deliver)

    def drop(self, *, resumable: bool, close_code: int, outage_seconds: float = 0.0) -> set[Connection]:
        """Lose every connection, and return them. With `resumable` sessions live on; else they are gone.

        A `close_code` of 1006 cuts the line without closing it. During the outage nobody gets in again.
        """
        self._down_until = self.world.clock.now() + outage_seconds
        if not resumable:
            self._sessions.clear()
        for connection in tuple(self._connections):
            self._lose(connection, resumable=resumable, close_code=close_code)
        self.ledger.record("gateway", event="dropped", resumable=resumable, close_code=close_code)
        return set(self._connections)

    def has_session_on(self, connections: set[Connection]) -> bool:
        return any(session.connection in connections for session in self._sessions.values())

    def ask_to_reconnect(self) -> None:
        """Opcode 7, as before each deploy of Discord's own servers."""
        for connection in self._connections:
            connection.send(RECONNECT)

    def close(self) -> None:
        """The simulator stops."""
        for connection in self._connections:
            connection.close(GOING_AWAY)

    def is_down(self) -> bool:
        return self.world.clock.now() < self._down_until

    def connect(self, connection: Connection) -> None:
        self._connections.add(connection)

    def disconnect(self, connection: Connection, session: Session | None, *, ended: bool) -> None:
        """A line is gone. A session that its client ended is over; any other waits for a RESUME."""
        self._connections.discard(connection)
        if session is not None and session.connection is connection:
            session.connection, session.lost_at = None, self.world.clock.now()
        self.ledger.record("gateway", event="disconnected", session=session and session.id, ended=ended)
        if session is not None and session.connection is None and ended:
            self._sessions.pop(session.id, None)

    def start(self, connection: Connection, intents: Intent, shard: tuple[int, int]) -> Session:
        self._forget_old()
        session = Session(secrets.token_hex(16), intents, shard, connection)
        self._sessions[session.id] = session
        self.ledger.record("gateway", event="identified", session=session.id, shard=list(shard))
        return session

    def may_start(self) -> bool:
        """Whether enough time has passed since the last start; counts this one."""
        now = self.world.clock.now()
        too_soon = bool(self._starts) and now - self._starts[-1] < self.identify_seconds
        if not too_soon:
            self._starts.append(now)
        return not too_soon

    def starts_left(self) -> int:
        now = self.world.clock.now()
        return STARTS_A_DAY - sum(now - start < DAY_SECONDS for start in self._starts)

    def find(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def forget(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)

    def information(self) -> dict[str, object]:
        """GET /gateway/bot."""
        limit = {
            "total": STARTS_A_DAY,
            "remaining": self.starts_left(),
            "reset_after": int(DAY_SECONDS * 1000),
            "max_concurrency": 1,
        }
        return {"url": self.url, "shards": self.shards, "session_start_limit": limit}

    def _lose(self, connection: Connection, *, resumable: bool, close_code: int) -> None:
        if close_code == ABORTED:
            connection.abort()
        elif resumable:
            connection.close(close_code)
        else:
            connection.send(INVALID_SESSION, data=False)

    def _forget_old(self) -> None:
        waiting = [session for session in self._sessions.values() if session.connection is None]
        for session in waiting[: max(0, len(self._sessions) - SESSIONS_KEPT + 1)]:
            del self._sessions[session.id]
