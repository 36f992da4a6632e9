"""Slack as a place for replies: posts, edits and the status line, over the Web API alone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.files import SlackFiles
from adapters.slack.format import render_blocks, render_fallback, render_markdown
from adapters.slack.pace import Pace, Paces
from bot.clock import Clock
from bot.content import FileRef
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import File, Inbound, Limits, MessageId, Part, Thread

MARKDOWN_CHARS = 12_000  # of `markdown_text`
EDIT_SECONDS = 1.2  # chat.update allows about 50 a minute
STATUS_SECONDS = 90.0  # Slack takes a status away after two minutes
LOST_REPLY_SECONDS = 1.0  # before asking again after a call whose reply was lost
PART = "parley_part"  # event type of the metadata that carries a part's key
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"})

log = structlog.stdlib.get_logger()


@asynccontextmanager
async def slack_channel(token: str, api_url: str, clock: Clock) -> AsyncGenerator["SlackChannel"]:
    """The channel, over one shared session; by default each call would open a connection of its own.

    No call is repeated by itself: the client's default does, and posts twice after a lost reply.
    """
    async with aiohttp.ClientSession(trust_env=True, cookie_jar=aiohttp.DummyCookieJar()) as session:
        client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])
        yield SlackChannel(client, SlackFiles(session, token, api_url), clock)


class SlackChannel:
    """Replies in Slack threads.

    Source: "chat.postMessage method", "chat.update method", "Rate limits", Slack developer docs.
    """

    limits = Limits(message_chars=MARKDOWN_CHARS, edit_seconds=EDIT_SECONDS)

    def __init__(self, client: AsyncWebClient, files: SlackFiles, clock: Clock) -> None:
        self._client = client
        self._files = files
        self._clock = clock
        self._paces = Paces(clock)

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        if not part.final:
            # For the last edit, which it will need; where edits are short, one post at the end will do.
            await self._paces.of("edits", to.thread).take(must=False)
        found = await self._find(to.thread, part) if again else None
        if found is not None and part.file is None:
            await self.edit(to, found, part)
        return found or await (self._post_text(to, part) if part.file is None else self._post_file(to, part.file))

    async def _post_text(self, to: Inbound, part: Part) -> MessageId:
        posted = await self._call(
            self._paces.of("posts", to.thread),
            lambda: self._client.chat_postMessage(
                channel=to.thread.channel,
                thread_ts=to.thread.root,
                metadata={"event_type": PART, "event_payload": {"key": part.key}},
                unfurl_links=False,
                unfurl_media=False,
                **_content(part),
            ),
        )
        return MessageId(str(posted["ts"]))

    async def _post_file(self, to: Inbound, file: File) -> MessageId:
        """The message of a file comes by itself, later; the file's id stands for it."""
        uploaded = await self._call(
            self._paces.of("posts", to.thread),
            lambda: self._client.files_upload_v2(
                channel=to.thread.channel, thread_ts=to.thread.root, filename=file.name, content=file.data
            ),
        )
        return MessageId(str((uploaded.get("file") or {})["id"]))

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        await self._call(
            self._paces.of("edits", to.thread),
            lambda: self._client.chat_update(channel=to.thread.channel, ts=message, **_content(part)),
            must=part.final,
        )

    def open(self, file: FileRef) -> AsyncIterator[bytes]:
        return self._files.open(file)

    @asynccontextmanager
    async def activity(self, to: Inbound, label: str) -> AsyncGenerator[None]:
        """Slack clears the status itself with the next message, so there is nothing to undo."""
        showing = asyncio.create_task(self._keep_status(to.thread, label))
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _keep_status(self, thread: Thread, label: str) -> None:
        while True:
            try:
                await self._call(
                    self._paces.of("statuses", thread),
                    lambda: self._client.assistant_threads_setStatus(
                        channel_id=thread.channel, thread_ts=thread.root, status=label
                    ),
                    must=False,
                )
            except (ChannelBusy, Undeliverable) as error:
                log.debug("status_not_shown", cause=str(error))
            await self._clock.sleep(STATUS_SECONDS)

    async def _find(self, thread: Thread, part: Part) -> MessageId | None:
        """The message that carries the part's key, or its file, if an earlier post went through unheard."""
        async for message in self._replies(thread):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == PART and metadata["event_payload"].get("key") == part.key:
                return MessageId(str(message["ts"]))
            if part.file and any(file.get("name") == part.file.name for file in message.get("files") or ()):
                return MessageId(str(message["ts"]))
        return None

    async def _replies(self, thread: Thread) -> AsyncGenerator[dict[str, Any]]:
        cursor = ""
        while True:
            page = await self._call(self._paces.of("reads", thread), partial(self._page, thread, cursor))
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _page(self, thread: Thread, cursor: str) -> AsyncSlackResponse:
        return await self._client.conversations_replies(
            channel=thread.channel, ts=thread.root, cursor=cursor, include_all_metadata=True, limit=200
        )

    async def _call(
        self, pace: Pace, call: Callable[[], Awaitable[AsyncSlackResponse]], *, must: bool = True
    ) -> AsyncSlackResponse:
        """One call, not repeated, with Slack's errors as ours."""
        await pace.take(must=must)
        try:
            return await call()
        except SlackApiError as error:
            raise _ours(pace, error) from error
        except (aiohttp.ClientError, TimeoutError, SlackClientError) as error:
            cause = f"slack: {type(error).__name__}"
            raise ChannelBusy(cause, retry_after=LOST_REPLY_SECONDS, unheard=True) from error


def _content(part: Part) -> dict[str, Any]:
    if part.actions is None:
        return {"markdown_text": render_markdown(part.text)}
    return {"blocks": render_blocks(part.text, part.actions), "text": render_fallback(part.text)}


def _ours(pace: Pace, error: SlackApiError) -> ChannelBusy | Undeliverable:
    response = error.response
    code = str(response.get("error"))
    if response.status_code == 429:
        retry_after = float(response.headers.get("Retry-After", "1"))
        pace.refused(retry_after)
        return ChannelBusy("slack: rate limit", retry_after=retry_after)
    if response.status_code >= 500 or code in PASSING:
        cause = f"slack: {code}, HTTP {response.status_code}"
        return ChannelBusy(cause, retry_after=LOST_REPLY_SECONDS, unheard=True)
    return Undeliverable(f"slack: {code}")
