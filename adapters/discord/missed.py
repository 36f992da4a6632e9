"""What was said while no session heard it, read from the channels that have something newer than was heard.

Messages are found as they stand now. That one was edited, deleted or reacted to meanwhile is not found out where it
was heard before; nor is anything in a thread that was archived again meanwhile, or in a server that is in an outage.

Source: "Get Channel Messages", "Gateway", Discord developer docs.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import structlog
from redis.exceptions import RedisError

from adapters.discord.codes import Code
from adapters.discord.cursors import Cursors
from adapters.discord.events import snowflake_at
from adapters.discord.rest import Refused, Rest
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy
from bot.models import Inbound

WINDOW_SECONDS = 24 * 60 * 60.0  # what is older, nobody waits for any more
CHANNELS = 500  # those with the newest messages
PAGE, PAGES = 100, 5  # messages at once, and how often: of a busy channel the newest 500
READ_SECONDS = 60.0  # for everything; who writes meanwhile waits
ATTEMPTS, LONGEST_WAIT_SECONDS = 5, 5.0

HISTORY = f"/channels/{{channel}}/messages?limit={PAGE}"
OLDER = HISTORY + "&before={before}"
CLOSED_TO_US = (Code.UNKNOWN_CHANNEL, Code.NO_ACCESS, Code.NO_PERMISSION)

Payload = dict[str, Any]
Parse = Callable[[Payload, bool], Inbound | None]
"""From a message, and whether it stands in a thread, to what it says to the bot, if anything."""

log = structlog.stdlib.get_logger()


@dataclass(frozen=True)
class Unread:
    """A channel that may have messages nobody heard."""

    channel: str
    since: int  # messages with greater ids
    server: str | None = None  # None: a direct channel
    is_thread: bool = False
    newest: int = 0  # message, where Discord tells it


class Missed:
    def __init__(self, rest: Rest, cursors: Cursors, clock: Clock) -> None:
        self._rest, self._cursors, self._clock = rest, cursors, clock

    async def read(self, unread: Iterable[Unread], parse: Parse) -> list[Inbound]:
        """What was said to the bot in these channels, oldest first.

        Direct channels are read before the others, and what cannot be read in time is left alone.
        """
        places = sorted(unread, key=lambda place: (place.server is None, place.newest), reverse=True)
        found: list[Inbound] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(READ_SECONDS), asyncio.TaskGroup() as group:
                for place in places[:CHANNELS]:
                    group.create_task(self._read(place, parse, found))
        log.info("missed_messages_read", channels=len(places), most=CHANNELS, messages=len(found))
        return sorted(found, key=lambda one: int(one.message))

    async def _read(self, place: Unread, parse: Parse, found: list[Inbound]) -> None:
        try:
            written = await self._written_since(place)
        except Refused as refused:
            log.info("channel_not_read", cause=str(refused))
            if refused.code in CLOSED_TO_US and place.server is None:
                with suppress(RedisError):
                    await self._cursors.left(place.channel)
        except ChannelBusy as busy:
            log.warning("channel_not_read", cause=str(busy))
        else:
            server = {"guild_id": place.server} if place.server else {}
            parsed = (parse(message | server, place.is_thread) for message in written)
            found += [message for message in parsed if message is not None]

    async def _written_since(self, place: Unread) -> list[Payload]:
        """The messages that are newer, but no older than the window, newest first as Discord lists them."""
        since = max(place.since, snowflake_at(self._clock.now() - WINDOW_SECONDS))
        found: list[Payload] = []
        page = await self._page(HISTORY, channel=place.channel)
        while page:
            found += [one for one in page if int(one["id"]) > since]
            oldest = str(page[-1]["id"])
            if len(page) < PAGE or int(oldest) <= since or len(found) >= PAGE * PAGES:
                break
            page = await self._page(OLDER, channel=place.channel, before=oldest)
        return found

    async def _page(self, path: str, **ids: str) -> list[Payload]:
        """Waits where Discord is busy. Raises Refused; ChannelBusy when it stays so."""
        for _ in range(ATTEMPTS - 1):
            try:
                return _messages(await self._rest.call("GET", path, ids))
            except ChannelBusy as busy:
                await self._clock.sleep(min(busy.retry_after, LONGEST_WAIT_SECONDS))
        return _messages(await self._rest.call("GET", path, ids))


def _messages(answer: Payload) -> list[Payload]:
    return cast("list[Payload]", answer.get("items", []))
