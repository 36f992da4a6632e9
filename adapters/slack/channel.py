"""Slack as a place for replies: posts, edits, removals and the status line, over the Web API alone."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.calls import Calls, Refused
from adapters.slack.drawing import Drawing
from adapters.slack.files import SlackFiles
from adapters.slack.people import People
from adapters.slack.status import Statuses
from adapters.slack.uploads import Uploads, without_file
from bot import proxies
from bot.clock import Clock
from bot.content import FileRef
from bot.conversation.adapter import MessageGone
from bot.models import Inbound, Limits, MessageId, Part, PartKey, Thread

MARKDOWN_CHARS = 12_000  # of `markdown_text`
EDIT_SECONDS = 1.2  # chat.update allows about 50 a minute
PAGE = 200  # messages read at once, as Slack advises
PART = "parley_part"  # event type of the metadata that carries a part's key

log = structlog.stdlib.get_logger()


@asynccontextmanager
async def slack_channel(token: str, api_url: str, clock: Clock) -> AsyncGenerator["SlackChannel"]:
    """The channel, over one shared session; by default each call would open a connection of its own.

    No call is repeated by itself: the client's default does, and posts twice after a lost reply.
    """
    async with aiohttp.ClientSession(trust_env=proxies.configured(), cookie_jar=aiohttp.DummyCookieJar()) as session:
        client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])
        calls = Calls(clock)
        uploads = Uploads(client, session, calls, clock)
        yield SlackChannel(client, calls, SlackFiles(session, token, api_url), uploads, clock)


class SlackChannel:
    """Replies in Slack threads.

    Source: "chat.postMessage method", "chat.update method", "chat.delete method", "Rate limits", Slack developer docs.
    """

    limits = Limits(message_chars=MARKDOWN_CHARS, edit_seconds=EDIT_SECONDS)

    def __init__(self, client: AsyncWebClient, calls: Calls, files: SlackFiles, uploads: Uploads, clock: Clock) -> None:
        self._client = client
        self._calls = calls
        self._files = files
        self._uploads = uploads
        self._statuses = Statuses(client, calls, clock)
        self._drawing = Drawing(calls, clock)
        self._people = People(client, calls, clock)

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        """Post a part once. A file that Slack does not take has a note in its place."""
        if not part.final:
            # For the last edit, which it will need; where edits are short, one post at the end will do.
            await self._calls.wait("edits", to.thread, must=False)
        found = await self._find(to.thread, part) if again else None
        if found is not None and part.file is None:
            with suppress(MessageGone):  # it was posted; whoever deleted it since then did not want it
                await self.edit(to, found, part)
        return found or await self._post(to, part)

    async def _post(self, to: Inbound, part: Part) -> MessageId:
        if part.file is None:
            return await self._post_text(to, part)
        try:
            return await self._uploads.post(to, part, part.file)
        except Refused as refused:
            log.info("file_not_posted", cause=str(refused))
            return await self._post_text(to, without_file(part, refused))

    async def _post_text(self, to: Inbound, part: Part) -> MessageId:
        return await self._post_message(to.thread, part, under=to.thread.root)

    async def _post_message(self, thread: Thread, part: Part, *, under: MessageId | None) -> MessageId:
        posted = await self._drawing.show(
            "posts",
            thread,
            part,
            lambda content: self._client.chat_postMessage(
                channel=thread.channel,
                thread_ts=under,
                metadata={"event_type": PART, "event_payload": {"key": part.key}},
                unfurl_links=False,
                unfurl_media=False,
                **content,
            ),
        )
        self._statuses.posted(thread)
        return MessageId(str(posted["ts"]))

    async def open_thread(self, to: Inbound, part: Part, *, again: bool = False) -> Thread:
        found = await self._find_opened(to, part) if again else None
        root = found or await self._post_message(to.thread, part, under=None)
        return to.thread.model_copy(update={"root": root})

    async def _find_opened(self, to: Inbound, part: Part) -> MessageId | None:
        """The message of that key in the channel itself, where it can only have come after the one it answers."""
        async for message in self._pages(to.thread, partial(self._history_page, to)):
            if _has_key(message, part.key):
                return MessageId(str(message["ts"]))
        return None

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        try:
            await self._drawing.show(
                "edits",
                to.thread,
                part,
                lambda content: self._client.chat_update(channel=to.thread.channel, ts=message, **content),
                must=part.final,
            )
        except Refused as refused:
            if refused.code == "message_not_found":
                raise MessageGone(str(refused)) from refused
            raise

    async def remove(self, to: Inbound, message: MessageId) -> None:
        if message.startswith("F"):  # a file's id stands for its message
            await self._uploads.remove(to.thread, message)
        else:
            await self._calls.remove(to.thread, lambda: self._client.chat_delete(channel=to.thread.channel, ts=message))

    def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        return self._files.open(file)

    def activity(self, to: Inbound, label: str) -> AbstractAsyncContextManager[None]:
        return self._statuses.shown(to.thread, label)

    async def time_zone(self, message: Inbound) -> str | None:
        return await self._people.time_zone(message)

    async def _find(self, thread: Thread, part: Part) -> MessageId | None:
        """The message that carries the part's key, or its file, if an earlier post went through unheard."""
        if part.file is not None and (shared := await self._uploads.find(thread, part)):
            return shared
        async for message in self._pages(thread, partial(self._replies_page, thread)):
            if _has_key(message, part.key):
                return MessageId(str(message["ts"]))
            if part.file and any(file.get("name") == part.file.name for file in message.get("files") or ()):
                return MessageId(str(message["ts"]))
        return None

    async def _pages(
        self, thread: Thread, read: Callable[[str], Awaitable[AsyncSlackResponse]]
    ) -> AsyncGenerator[dict[str, Any]]:
        """The messages of all pages; `read` gets the page that a cursor stands for."""
        cursor = ""
        while True:
            page = await self._calls.make("reads", thread, partial(read, cursor))
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _replies_page(self, thread: Thread, cursor: str) -> AsyncSlackResponse:
        return await self._client.conversations_replies(
            channel=thread.channel, ts=thread.root, cursor=cursor, include_all_metadata=True, limit=PAGE
        )

    async def _history_page(self, to: Inbound, cursor: str) -> AsyncSlackResponse:
        return await self._client.conversations_history(
            channel=to.thread.channel, oldest=to.message, cursor=cursor, include_all_metadata=True, limit=PAGE
        )


def _has_key(message: dict[str, Any], key: PartKey) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == PART and (metadata.get("event_payload") or {}).get("key") == key
