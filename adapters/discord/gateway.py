"""Discord's gateway as a source of messages: connected, listening, reconnecting.

discord.py keeps the connection: sharding, heartbeats, resuming. Events are read from its raw frames, as JSON, so
that one which the library cannot make sense of is not lost with the connection that it ends.

Source: "Gateway", "Opcodes and Status Codes", Discord developer docs.
"""

import json
import logging
import sys
from contextlib import suppress
from typing import cast

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.commands import DEFINITIONS, are_registered
from adapters.discord.events import parse_message
from adapters.discord.intake import Intake, intake
from adapters.discord.interactions import parse_interaction
from adapters.discord.rest import API_URL, Refused, Rest, connect
from adapters.discord.where import where
from bot.clock import Clock
from bot.conversation.adapter import Accept, ChannelBusy

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 5.0, 300.0  # a day has only 1,000 starts, and then the token is reset
STEADY_SECONDS = 600.0  # a connection that lasted so long was a good one
COMMANDS = "/applications/{application}/commands"
MESSAGE, INTERACTION = "MESSAGE_CREATE", "INTERACTION_CREATE"

log = structlog.stdlib.get_logger()


class GatewayRefused(Exception):
    """Discord will not let the bot in as it is set up; connecting again would not help."""


class DiscordGateway:
    """Messages to the bot in all its servers and direct channels."""

    def __init__(self, token: str, *, api_url: str | None = None, clock: Clock) -> None:
        self._token, self._api_url, self._clock = token, api_url, clock
        _use_api(api_url or API_URL)

    async def run(self, accept: Accept) -> None:
        """Deliver messages until cancelled, reconnecting. Raises GatewayRefused, with the fix in its text."""
        async with (
            connect(self._token, api_url=self._api_url, clock=self._clock) as rest,
            intake(accept, rest, self._clock) as taking,
        ):
            failures = 0
            while True:
                started = self._clock.monotonic()
                await self._listen(taking, rest)
                failures = 1 if self._clock.monotonic() - started > STEADY_SECONDS else failures + 1
                await self._clock.sleep(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (failures - 1)))

    async def _listen(self, taking: Intake, rest: Rest) -> None:
        """Listen until the connection is lost for good. Raises GatewayRefused when another would not help."""
        try:
            async with Listener(taking, rest) as listener:
                await listener.start(self._token)
        except discord.LoginFailure as error:
            raise GatewayRefused("Discord does not know this token; check DISCORD_TOKEN") from error
        except discord.PrivilegedIntentsRequired as error:
            fix = "switch on Message Content Intent on the bot's page in Discord's developer portal"
            raise GatewayRefused(f"Discord does not let the bot read messages; {fix}") from error
        except discord.ConnectionClosed as error:
            raise GatewayRefused(f"Discord closed the gateway with code {error.code}; check DISCORD_TOKEN") from error
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("gateway_away", cause=type(error).__name__)
        except Exception as error:  # noqa: BLE001 (an event it cannot read ends its run; the next one begins anew)
            log.error("gateway_broke", cause=type(error).__name__, where=where(error))


class Listener(discord.AutoShardedClient):
    """discord.py, told to remember as little as it can; what it does with an event is to hand it to the intake."""

    def __init__(self, taking: Intake, rest: Rest) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = intents.message_content = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=True,  # the raw frames
        )
        self._taking, self._rest = taking, rest

    async def setup_hook(self) -> None:
        await _learn_gateway(self._rest)
        await register(self._rest, str(self.application_id))

    async def on_socket_raw_receive(self, frame: str) -> None:
        if MESSAGE not in frame and INTERACTION not in frame:
            return
        event = cast("dict[str, object]", json.loads(frame))
        payload = event.get("d")
        if not isinstance(payload, dict):
            return
        if event.get("t") == MESSAGE:
            self._on_message(cast("dict[str, object]", payload))
        elif event.get("t") == INTERACTION:
            pending = parse_interaction(cast("dict[str, object]", payload))
            if pending is not None:
                self._taking.take_interaction(pending)

    async def on_error(self, event_method: str, /, *_args: object, **_named: object) -> None:
        """In the place of the library's own, which writes down what the error says."""
        error = sys.exception()
        if error is not None:
            log.error("event_not_read", handler=event_method, cause=type(error).__name__, where=where(error))

    def _on_message(self, payload: dict[str, object]) -> None:
        message = parse_message(
            payload,
            bot=str(self.user.id) if self.user else "",
            roles=self._own_roles(payload.get("guild_id")),
            in_thread=isinstance(self.get_channel(_number(payload.get("channel_id"))), discord.Thread),
        )
        if message is not None:
            self._taking.take_message(message)

    def _own_roles(self, guild_id: object) -> tuple[str, ...]:
        guild = self.get_guild(_number(guild_id))
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


def _use_api(api_url: str) -> None:
    """Point discord.py at an API. It knows only one per process; the gateway's address it then learns from there."""
    Route.BASE = api_url.rstrip("/")
    logging.getLogger("discord").setLevel(logging.WARNING)  # below that it writes down texts, tokens and sessions


async def _learn_gateway(rest: Rest) -> None:
    """Where a session cannot be resumed, discord.py goes to a fixed address, not to the one that the API names."""
    with suppress(Refused, ChannelBusy):
        answer = await rest.call("GET", "/gateway", {})
        DiscordWebSocket.DEFAULT_GATEWAY = URL(str(answer["url"]))


def _number(snowflake: object) -> int:
    return int(snowflake) if isinstance(snowflake, str) and snowflake.isdecimal() else 0
