"""Discord's gateway as a source of messages: connected, listening, connected again.

Source: "Gateway", "Opcodes and Status Codes", Discord developer docs.
"""

import logging

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.cursors import Cursors, RememberedCursors
from adapters.discord.intake import Intake, intake
from adapters.discord.listener import Listener
from adapters.discord.rest import API_URL, Rest, connect
from adapters.discord.where import where
from bot.clock import Clock
from bot.conversation.adapter import Accept

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 5.0, 300.0  # a day has only 1,000 starts, and then the token is reset
STEADY_SECONDS = 600.0  # a connection that lasted so long was a good one

log = structlog.stdlib.get_logger()


class GatewayRefused(Exception):
    """Discord will not let the bot in as it is set up; connecting again would not help."""


class DiscordGateway:
    """Messages to the bot in all its servers and direct channels.

    With cursors that outlive the process, also those from when no process listened.
    """

    def __init__(self, token: str, *, api_url: str | None = None, clock: Clock, cursors: Cursors | None = None) -> None:
        self._token, self._api_url, self._clock = token, api_url, clock
        self._cursors = cursors or RememberedCursors()
        _use_api(api_url or API_URL)

    async def run(self, accept: Accept) -> None:
        """Deliver messages until cancelled, reconnecting. Raises GatewayRefused, with the fix in its text."""
        async with (
            connect(self._token, api_url=self._api_url, clock=self._clock) as rest,
            intake(accept, rest, self._clock, self._cursors) as taking,
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
            async with Listener(taking, rest, self._cursors, self._clock) as listener:
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


def _use_api(api_url: str) -> None:
    """Point discord.py at an API. It knows only one per process; the gateway's address it then learns from there."""
    Route.BASE = api_url.rstrip("/")
    logging.getLogger("discord").setLevel(logging.WARNING)  # below that it writes down texts, tokens and sessions
