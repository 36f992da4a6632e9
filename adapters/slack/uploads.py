"""Files that are shown in Slack: an address is asked for, the bytes go there, then the file is shared.

Sharing ends after its answer: the file's message comes later, and until then only the file's own record may tell
that it will. So an upload whose answer was lost is looked for under its id first, as long as this process knows it.

Source: "files.getUploadURLExternal method", "files.completeUploadExternal method", "files.info method",
"files.delete method", Slack developer docs.
"""

import io

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import render_call
from adapters.slack.calls import LOST_REPLY_SECONDS, Calls, Refused
from adapters.slack.format import render_markdown
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy
from bot.failpoints import Point, reached
from bot.models import File, Inbound, MessageId, Part, PartKey, Thread

TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10)
SHARED_AFTER_SECONDS = (0.0, 1.0, 2.0)  # waits before each look for a file that is being shared
REMEMBERED = 1_000
TOO_LARGE = frozenset({"file_upload_size_restricted", "http_413"})

TOO_LARGE_NOTE = "The file is too large for Slack, so I cannot show it."
SCOPE_NOTE = "I am not allowed to show files here. Whoever installed me has to give me the scope files:write."
REFUSED_NOTE = "Slack does not take the file, so I cannot show it."

log = structlog.stdlib.get_logger()


class Uploads:
    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, calls: Calls, clock: Clock) -> None:
        self._client = client
        self._session = session
        self._calls = calls
        self._clock = clock
        self._sharing: dict[PartKey, str] = {}  # the file's id, from before it is shared

    async def post(self, to: Inbound, part: Part, file: File) -> MessageId:
        """Show the file, with the part's text beside it. Its message comes by itself, so the file's id stands for it.

        Raises Refused where Slack does not take it.
        """
        file_id = await self._upload(to.thread, file)
        self._remember(part.key, file_id)
        reached(Point.FILE_UPLOADED)
        await self._calls.make(
            "posts",
            to.thread,
            lambda: self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": file.name}],
                channel_id=to.thread.channel,
                thread_ts=to.thread.root,
                initial_comment=render_call(part.notifies, "\n") + render_markdown(part.text) or None,
            ),
        )
        return MessageId(file_id)

    async def find(self, thread: Thread, part: Part) -> MessageId | None:
        """The part's file, if this process uploaded it and Slack has shared it or does so within seconds."""
        file_id = self._sharing.get(part.key)
        return MessageId(file_id) if file_id and await self._messages(thread, file_id) else None

    async def remove(self, thread: Thread, file_id: MessageId) -> None:
        """Take away what `post` has shown: the message with its text, and the file."""
        for message in await self._messages(thread, file_id):
            await self._calls.remove(thread, lambda ts=message: self._client.chat_delete(channel=thread.channel, ts=ts))
        await self._calls.remove(thread, lambda: self._client.files_delete(file=file_id))

    async def _messages(self, thread: Thread, file_id: str) -> list[str]:
        """The messages in the channel that show the file; none when none does within seconds."""
        for seconds in SHARED_AFTER_SECONDS:
            await self._clock.sleep(seconds)
            if messages := await self._shown_in(thread, file_id):
                return messages
        return []

    async def _shown_in(self, thread: Thread, file_id: str) -> list[str]:
        try:
            found = await self._calls.make("files", thread, lambda: self._client.files_info(file=file_id))
        except Refused as refused:
            log.debug("upload_not_found", cause=str(refused))
            return []
        shares: dict[str, dict[str, list[dict[str, str]]]] = (found.get("file") or {}).get("shares") or {}
        return [one["ts"] for channels in shares.values() for one in channels.get(thread.channel, ())]

    async def _upload(self, thread: Thread, file: File) -> str:
        given = await self._calls.make(
            "files",
            thread,
            lambda: self._client.files_getUploadURLExternal(filename=file.name, length=len(file.data)),
        )
        await self._calls.make("files", thread, lambda: self._send(str(given["upload_url"]), file.data))
        return str(given["file_id"])

    async def _send(self, url: str, data: bytes) -> None:
        """The address proves the right to write there: the token stays here."""
        async with self._session.post(url, data=io.BytesIO(data), timeout=TIMEOUT, allow_redirects=False) as response:
            status = response.status
        if status == 429 or status >= 500:
            raise ChannelBusy(f"slack: upload, HTTP {status}", retry_after=LOST_REPLY_SECONDS)
        if status != 200:
            raise Refused(f"http_{status}")

    def _remember(self, key: PartKey, file_id: str) -> None:
        self._sharing[key] = file_id
        if len(self._sharing) > REMEMBERED:
            del self._sharing[next(iter(self._sharing))]


def without_file(part: Part, refused: Refused) -> Part:
    """The part with a note in the place of the file that Slack refused."""
    if refused.code in TOO_LARGE:
        note = TOO_LARGE_NOTE
    else:
        note = SCOPE_NOTE if refused.code == "missing_scope" else REFUSED_NOTE
    return part.model_copy(update={"text": f"{part.text}\n\n{note}".strip(), "file": None})
