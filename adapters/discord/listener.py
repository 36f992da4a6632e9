"""One connection to Discord's gateway: what comes over it, handed to the intake.

discord.py keeps the connection: sharding, heartbeats, resuming. Events are read from its raw frames, as JSON, so
that one which the library cannot make sense of is not lost with the connection that it ends. What a session did not
hear, because the one before could not be resumed or nobody was there, is read when it begins.

Source: "Gateway", "Gateway Events", Discord developer docs.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import discord
import structlog
from discord.gateway import DiscordWebSocket
from yarl import URL

from adapters.discord.changes import parse_deletions, parse_reaction
from adapters.discord.commands import DEFINITIONS, are_registered
from adapters.discord.cursors import Cursors
from adapters.discord.events import EPOCH_SECONDS, parse_edit, parse_message, snowflake_at
from adapters.discord.intake import Intake
from adapters.discord.interactions import parse_interaction
from adapters.discord.missed import Missed, Payload, Unread
from adapters.discord.rest import Refused, Rest
from adapters.discord.where import where
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy
from bot.models import Inbound, MessageId

COMMANDS = "/applications/{application}/commands"
HEARD = ("READY", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "INTERACTION_CREATE")
SERVERS_SECONDS, LOOK_SECONDS = 10.0, 0.05  # for what Discord tells of all servers when a session begins
MARGIN_SECONDS = 5.0  # messages of several channels may come a little out of order

log = structlog.stdlib.get_logger()


class Listener(discord.AutoShardedClient):
    """discord.py, told to remember as little as it can; what it does with an event is to hand it to the intake."""

    def __init__(self, taking: Intake, rest: Rest, cursors: Cursors, clock: Clock) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = intents.message_content = True
        intents.guild_reactions = intents.dm_reactions = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=True,  # the raw frames
        )
        self._taking, self._rest, self._cursors, self._clock = taking, rest, cursors, clock
        self._missed = Missed(rest, cursors, clock)
        self._shards: dict[int, str] = {}  # which of how many, by number

    async def setup_hook(self) -> None:
        await _learn_gateway(self._rest)
        await register(self._rest, str(self.application_id))

    async def on_socket_raw_receive(self, frame: str) -> None:
        if not any(name in frame for name in HEARD):
            return
        event = cast("dict[str, object]", json.loads(frame))
        payload = event.get("d")
        if isinstance(payload, dict):
            self._hear(event.get("t"), cast("Payload", payload))

    async def on_error(self, event_method: str, /, *_args: object, **_named: object) -> None:
        """In the place of the library's own, which writes down what the error says."""
        error = sys.exception()
        if error is not None:
            log.error("event_not_read", handler=event_method, cause=type(error).__name__, where=where(error))

    def _hear(self, name: object, payload: Payload) -> None:
        in_thread = isinstance(self.get_channel(_number(payload.get("channel_id"))), discord.Thread)
        match name:
            case "MESSAGE_CREATE":
                self._take(self._parse_message(payload, in_thread))
                self._note(payload)
            case "MESSAGE_UPDATE":
                own, roles = self._own_id, self._own_roles(payload)
                self._take(parse_edit(payload, bot=own, roles=roles, in_thread=in_thread))
            case "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK":
                self._take(*parse_deletions(payload, in_thread=in_thread))
            case "MESSAGE_REACTION_ADD":
                self._take(parse_reaction(payload, bot=self._own_id, in_thread=in_thread))
            case "INTERACTION_CREATE":
                pending = parse_interaction(payload)
                if pending is not None:
                    placed = pending.message and self._placed(pending.message)
                    self._taking.take_interaction(pending._replace(message=placed))
            case "READY":
                self._shards[payload["shard"][0]] = "{}/{}".format(*payload["shard"])
                self._taking.take_missed(self._read_missed)
            case _:
                pass

    def _take(self, *messages: Inbound | None) -> None:
        for message in messages:
            if message is not None:
                self._taking.take_message(self._placed(message))

    def _placed(self, message: Inbound) -> Inbound:
        """What is said in a thread is said in the channel, too, in which that hangs; only the library knows which."""
        thread = self.get_channel(_number(message.thread.channel))
        is_known = isinstance(thread, discord.Thread)
        return message.model_copy(update={"place": str(thread.parent_id)}) if is_known else message

    def _note(self, message: Payload) -> None:
        shard = (_number(message.get("guild_id")) >> 22) % (self.shard_count or 1)
        if shard in self._shards and _number(message.get("id")):
            self._taking.heard(self._shards[shard], message["id"])

    def _parse_message(self, payload: Payload, in_thread: bool) -> Inbound | None:
        return parse_message(payload, bot=self._own_id, roles=self._own_roles(payload), in_thread=in_thread)

    def _parse_missed(self, payload: Payload, in_thread: bool) -> Inbound | None:
        message = self._parse_message(payload, in_thread)
        return message and self._placed(message)

    async def _read_missed(self) -> list[Inbound]:
        """What was said since the cursors. Raises redis.RedisError when the store is away."""
        since = await self._since()
        with suppress(TimeoutError):
            async with asyncio.timeout(SERVERS_SECONDS):
                while any(server.unavailable for server in self.guilds):
                    await self._clock.sleep(LOOK_SECONDS)
        servers = [server for server in self.guilds if server.shard_id in since]
        places = [place for server in servers for place in self._unread(server, since[server.shard_id])]
        direct = [Unread(channel, since[0]) for channel in await self._cursors.direct_channels() if 0 in since]
        return await self._missed.read([*direct, *places], self._parse_missed)

    async def _since(self) -> dict[int, int]:
        """From where to read, by the number of the shard. What has no cursor yet gets one."""
        cursors = await self._cursors.get()
        now = MessageId(str(snowflake_at(self._clock.now())))
        oldest = min(cursors.values(), key=int, default=now)  # there are some where the number of shards has changed
        if new := {shard: oldest for shard in self._shards.values() if shard not in cursors}:
            await self._cursors.move(new)
        margin = snowflake_at(EPOCH_SECONDS + MARGIN_SECONDS)
        return {number: int((cursors | new)[shard]) - margin for number, shard in self._shards.items()}

    def _unread(self, server: discord.Guild, since: int) -> Iterator[Unread]:
        """Its channels and active threads with something newer, as far as they are open to us."""
        member = server.get_member(_number(self._own_id))
        places = (*server.text_channels, *server.voice_channels, *server.stage_channels, *server.threads)
        for place in places:
            newest, is_thread = place.last_message_id or 0, isinstance(place, discord.Thread)
            if newest > since and (member is None or place.permissions_for(member).read_message_history):
                yield Unread(str(place.id), since, str(server.id), is_thread, newest)

    @property
    def _own_id(self) -> str:
        return str(self.user.id) if self.user else ""

    def _own_roles(self, payload: Payload) -> tuple[str, ...]:
        guild = self.get_guild(_number(payload.get("guild_id")))
        return (str(guild.self_role.id),) if guild and guild.self_role else ()


async def register(rest: Rest, application: str) -> None:
    """Make Discord's list of our commands equal to ours. Where it is already, nothing changes: creations are counted.

    A failure is logged and no more than that: what was registered stays usable.
    """
    ids = {"application": application}
    try:
        listed = await rest.call("GET", COMMANDS, ids)
        if not are_registered(listed.get("items")):
            await rest.call("PUT", COMMANDS, ids, DEFINITIONS)
            log.info("commands_registered", names=[one["name"] for one in DEFINITIONS])
    except (Refused, ChannelBusy) as error:
        log.error(
            "commands_not_registered", cause=str(error), fix="invite the bot with the scope applications.commands"
        )


async def _learn_gateway(rest: Rest) -> None:
    """Where a session cannot be resumed, discord.py goes to a fixed address, not to the one that the API names."""
    with suppress(Refused, ChannelBusy):
        answer = await rest.call("GET", "/gateway", {})
        DiscordWebSocket.DEFAULT_GATEWAY = URL(str(answer["url"]))


def _number(snowflake: object) -> int:
    return int(snowflake) if isinstance(snowflake, str) and snowflake.isdecimal() else 0
