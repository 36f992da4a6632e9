"""The status line under a thread, such as "is thinking…".

Slack takes it away itself when the bot posts there. Where no post follows, or where the call that shows it may come
to Slack only after the post, we have to.

Source: "assistant.threads.setStatus method", Slack developer docs.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.calls import Calls
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import Thread

STATUS_SECONDS = 90.0  # Slack takes a status away after two minutes

log = structlog.stdlib.get_logger()


class Statuses:
    def __init__(self, client: AsyncWebClient, calls: Calls, clock: Clock) -> None:
        self._client, self._calls, self._clock = client, calls, clock
        self._shown: set[Thread] = set()  # and not followed by a post yet

    @asynccontextmanager
    async def shown(self, thread: Thread, label: str) -> AsyncGenerator[None]:
        """Show a status until the first post in the thread, or the end of the block."""
        showing = asyncio.create_task(self._keep(thread, label))
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
            if thread in self._shown:
                self._shown.discard(thread)
                await self._set(thread, "")

    def posted(self, thread: Thread) -> None:
        """Something was posted in the thread, which takes its status away."""
        self._shown.discard(thread)

    async def _keep(self, thread: Thread, label: str) -> None:
        while True:
            await self._set(thread, label)
            await self._clock.sleep(STATUS_SECONDS)

    async def _set(self, thread: Thread, label: str) -> None:
        if label:
            self._shown.add(thread)
        try:
            await self._calls.make(
                "statuses",
                thread,
                lambda: self._client.assistant_threads_setStatus(
                    channel_id=thread.channel, thread_ts=thread.root, status=label
                ),
                must=False,
            )
        except (ChannelBusy, Undeliverable) as error:
            log.debug("status_not_shown", cause=str(error))
        except asyncio.CancelledError:  # it may yet come to Slack, after the post
            self._shown.add(thread)
            raise
