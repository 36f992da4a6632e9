"""What Slack knows of people. It needs the scope users:read, which nothing else does: without it, nothing is known.

Source: "users.info method", "user object", Slack developer docs.
"""

import asyncio
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.calls import Calls, Refused
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy
from bot.models import Inbound, UserId

KNOWN_SECONDS = 3_600.0
PATIENCE_SECONDS = 3.0  # somebody waits for the answer that this is only a detail of
REMEMBERED = 1_000

log = structlog.stdlib.get_logger()


class People:
    def __init__(self, client: AsyncWebClient, calls: Calls, clock: Clock) -> None:
        self._client, self._calls, self._clock = client, calls, clock
        self._zones: dict[tuple[str, UserId], tuple[str | None, float]] = {}  # with the monotonic end, oldest first

    async def time_zone(self, message: Inbound) -> str | None:
        """The IANA name of the author's time zone, None where it cannot be had. Never raises."""
        person = (message.thread.team, message.author)
        zone, until = self._zones.get(person, (None, 0.0))
        if self._clock.monotonic() < until:
            return zone
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                zone = await self._ask(message)
        except (ChannelBusy, TimeoutError) as error:
            log.debug("time_zone_not_known", cause=str(error) or type(error).__name__)
            return None
        self._remember(person, zone)
        return zone

    async def _ask(self, message: Inbound) -> str | None:
        try:
            answer = await self._calls.make(
                "people", message.thread, lambda: self._client.users_info(user=message.author), must=False
            )
        except Refused as refused:
            log.debug("time_zone_not_known", cause=str(refused))
            return None
        user: Any = answer.get("user")
        zone = user.get("tz") if isinstance(user, dict) else None
        return zone if isinstance(zone, str) and zone else None

    def _remember(self, person: tuple[str, UserId], zone: str | None) -> None:
        self._zones.pop(person, None)
        self._zones[person] = (zone, self._clock.monotonic() + KNOWN_SECONDS)
        if len(self._zones) > REMEMBERED:
            del self._zones[next(iter(self._zones))]
