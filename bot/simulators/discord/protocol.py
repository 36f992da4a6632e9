"""One client on the gateway: hello, identify or resume, heartbeats, and the codes with which a mistake is closed.

Source: "Gateway" and "Opcodes and Status Codes", Discord developer docs.
"""

import json
from collections import deque
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import WSMessage, WSMsgType, web
from pydantic import BaseModel, ValidationError

from bot.simulators.discord import payloads
from bot.simulators.discord.frames import Connection
from bot.simulators.discord.gateway import INVALID_SESSION, Gateway
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.sessions import ALL_INTENTS, NO_INTENT, Intent, Session

FRAME_BYTES = 4096
FRAMES, FRAMES_SECONDS = 120, 60.0
HELLO, HEARTBEAT_ACKNOWLEDGED = 10, 11
NORMAL_ENDS = (1000, 1001)
Parsed = TypeVar("Parsed", bound=BaseModel)


class Closing(Exception):
    """The client broke a rule; the number says which."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class IdentifyBody(BaseModel):
    token: str
    intents: int
    properties: Payload
    shard: tuple[int, int] = (0, 1)


class ResumeBody(BaseModel):
    token: str
    session_id: str
    seq: int | None = None


@dataclass(frozen=True)
class Command:
    op: int
    data: object


class Protocol:
    def __init__(self, gateway: Gateway, token: str, connection: Connection) -> None:
        self._gateway = gateway
        self._token = token
        self._connection = connection
        self._session: Session | None = None
        self._said_goodbye = False  # a session that its client closes with 1000 or 1001 is over
        self._frames: deque[float] = deque(maxlen=FRAMES)

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Serve a client until either side leaves."""
        self._gateway.connect(self._connection)
        try:
            self._connection.send(
                HELLO, {"heartbeat_interval": int(self._gateway.heartbeat_seconds * 1000), "_trace": []}
            )
            await self._listen(socket)
        finally:
            self._gateway.disconnect(self._connection, self._session, ended=self._said_goodbye)

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        while True:
            try:
                message = await socket.receive(timeout=self._gateway.heartbeat_seconds * 2)
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._said_goodbye = message.type == WSMsgType.CLOSE and message.data in NORMAL_ENDS
                    return
                self._receive(read(message))
            except TimeoutError:
                self._connection.close(4009, "Session timed out.")
            except Closing as closing:
                self._gateway.ledger.record("violation", rule=f"gateway {closing.code}", reason=str(closing))
                self._connection.close(closing.code, str(closing))

    def _receive(self, command: Command) -> None:
        self._count_frame()
        match command.op:
            case 1:  # heartbeat
                self._connection.send(HEARTBEAT_ACKNOWLEDGED)
            case 2:  # identify
                self._identify(_body(IdentifyBody, command.data))
            case 6:  # resume
                self._resume(_body(ResumeBody, command.data))
            case 3 | 4 | 8 if self._session is not None:
                pass  # presence, voice and member lists are no part of this Discord
            case 3 | 4 | 8:
                raise Closing(4003, "Not authenticated.")
            case _:
                raise Closing(4001, "Unknown opcode.")

    def _count_frame(self) -> None:
        now = self._gateway.world.clock.now()
        if len(self._frames) == FRAMES and now - self._frames[0] < FRAMES_SECONDS:
            raise Closing(4008, "Rate limited.")
        self._frames.append(now)

    def _identify(self, body: IdentifyBody) -> None:
        if self._session is not None and self._gateway.find(self._session.id):
            raise Closing(4005, "Already authenticated.")
        self._check_identity(body)
        if not self._gateway.may_start():
            self._gateway.ledger.record("violation", rule="identify", reason="sessions started too fast")
            self._connection.send(INVALID_SESSION, data=False)
            return
        self._session = self._gateway.start(self._connection, Intent(body.intents), body.shard)
        self._welcome(self._session)

    def _check_identity(self, body: IdentifyBody) -> None:
        if body.token.removeprefix("Bot ") != self._token:
            raise Closing(4004, "Authentication failed.")
        shard, count = body.shard
        if not 0 <= shard < count:
            raise Closing(4010, "Invalid shard.")
        if not 0 <= body.intents <= ALL_INTENTS:
            raise Closing(4013, "Invalid intent(s).")
        if Intent(body.intents) & self._switched_off():
            raise Closing(4014, "Disallowed intent(s).")

    def _switched_off(self) -> Intent:
        portal = self._gateway.world.portal
        switches = (
            (portal.message_content, Intent.MESSAGE_CONTENT),
            (portal.guild_members, Intent.GUILD_MEMBERS),
            (portal.presences, Intent.GUILD_PRESENCES),
        )
        return Intent(sum(intent for on, intent in switches if not on))

    def _welcome(self, session: Session) -> None:
        world = self._gateway.world
        guild = world.guild
        listed = session.hears(Intent.GUILDS, guild.id)
        session.dispatch("READY", self._ready(session, [guild.id] if session.hears(NO_INTENT, guild.id) else []))
        if listed:
            session.dispatch("GUILD_CREATE", payloads.guild(guild, world))

    def _ready(self, session: Session, guild_ids: list[str]) -> Payload:
        world = self._gateway.world
        return {
            "v": 10,
            "user": payloads.user(world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": guild_id, "unavailable": True} for guild_id in guild_ids],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._gateway.url,
            "shard": list(session.shard),
            "application": {"id": world.application_id, "flags": payloads.application_flags(world)},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": ["simulator"],
        }

    def _resume(self, body: ResumeBody) -> None:
        if body.token.removeprefix("Bot ") != self._token:
            raise Closing(4004, "Authentication failed.")
        session = self._gateway.find(body.session_id)
        sequence = body.seq or 0
        if session is None or not session.can_resume_after(sequence, self._gateway.world.clock.now()):
            self._gateway.forget(body.session_id)
            self._connection.send(INVALID_SESSION, data=False)
            return
        if sequence > session.sequence:
            raise Closing(4007, "Invalid seq.")
        self._session = session
        self._gateway.ledger.record("gateway", event="resumed", session=session.id, after=sequence)
        session.resume(self._connection, sequence)


def read(message: WSMessage) -> Command:
    """A client's frame. Raises Closing with 4002 when it is none."""
    text: str | bytes = message.data
    if len(text) > FRAME_BYTES:
        raise Closing(4002, "Payload too large.")
    try:
        payload = json.loads(text)
        return Command(int(payload["op"]), payload.get("d"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Closing(4002, "Error while decoding payload.") from error


def _body(model: type[Parsed], data: object) -> Parsed:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Closing(4002, "Error while decoding payload.") from error
