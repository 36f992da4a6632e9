"""Discord as a place for replies: posts, edits, typing and files, over REST alone.

Nothing is posted twice: a message carries its part's key as a nonce that Discord enforces, so that a repeated post
finds the first one, and one that is repeated late is looked for; opening a thread and filling in the answer to a
command are the same when they are repeated.

Source: "Create Message", "Start Thread from Message", "Receiving and Responding", Discord developer docs.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import structlog

from adapters.discord.codes import Code
from adapters.discord.command_replies import CommandReplies
from adapters.discord.files import DiscordFiles
from adapters.discord.format import render_title
from adapters.discord.parts import (
    differs,
    ensure_sendable,
    is_first,
    render_body,
    render_nonce,
    with_question,
    without_file,
)
from adapters.discord.recent import RecentPosts
from adapters.discord.rest import Refused, Rest, connect
from bot.clock import Clock
from bot.content import FileRef, TextContent
from bot.conversation.adapter import ChannelBusy, MessageGone, Undeliverable
from bot.models import Inbound, Limits, MessageId, Part

PART_CHARS = 1_800  # of the 2,000 of a message: the rest is for what rendering adds, and for the question
EDIT_SECONDS = 1.1
TYPING_SECONDS = 8.0  # Discord shows it for ten
REMEMBERED = 10_000

CHANNEL, MESSAGES = "/channels/{channel}", "/channels/{channel}/messages"
MESSAGE = MESSAGES + "/{message}"
UNTHREADED = (Code.NO_PERMISSION, Code.WRONG_CHANNEL, Code.TOO_MANY_THREADS)  # no thread can be opened
OPENED = (Code.THREAD_EXISTS, Code.UNKNOWN_MESSAGE)  # the thread of a message that was deleted since lives on

log = structlog.stdlib.get_logger()


@asynccontextmanager
async def discord_channel(token: str, *, api_url: str | None = None, clock: Clock) -> "AsyncGenerator[DiscordChannel]":
    """A channel that is ready, with its connections closed when the block ends."""
    async with connect(token, api_url=api_url, clock=clock) as rest:
        yield DiscordChannel(rest, clock)


class DiscordChannel:
    """Replies in Discord's threads, direct channels and answers to commands."""

    limits = Limits(message_chars=PART_CHARS, edit_seconds=EDIT_SECONDS)

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._files = DiscordFiles(rest.session, rest.api_url)
        self._command_replies = CommandReplies(rest, clock)
        self._recent = RecentPosts(rest)
        self._clock = clock
        self._places: dict[str, str] = {}  # the channel for replies, by the message that asked

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        """Post a part once. The first (`is_first`) takes the place of a command's "thinking…".

        A file that Discord does not take here has a note in its place.
        """
        part = with_question(to, part)
        with _as_ours():
            try:
                return await self._post(to, part, again=again)
            except Refused as refused:
                instead = without_file(part, refused)
                if instead is None:
                    raise
                log.info("file_not_posted", cause=str(refused))
                return await self._post(to, instead, again=again)

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        """Show the part as it is now. Raises MessageGone when somebody deleted its message."""
        part = with_question(to, part)
        with _as_ours():
            if not (is_first(to, part) and await self._command_replies.edit(to, message, part)):
                await self._change(await self._place(to, must=part.final), message, part)

    @asynccontextmanager
    async def activity(self, to: Inbound, label: str) -> AsyncGenerator[None]:  # noqa: ARG002 (Discord has its own)
        """Typing ends by itself with the next message. To a command Discord shows that somebody is thinking."""
        showing = None if "token" in to.handle else asyncio.create_task(self._keep_typing(to))
        try:
            yield
        finally:
            if showing is not None:
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)

    def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        return self._files.open(file)

    async def _post(self, to: Inbound, part: Part, *, again: bool) -> MessageId:
        ensure_sendable(part)
        if is_first(to, part) and (answer := await self._command_replies.fill_in(to, part)):
            return answer
        place = await self._place(to, must=part.final)
        earlier = await self._recent.find(place, to, part) if again else None
        posted = earlier or await self._create(place, to, part)
        found = MessageId(str(posted["id"]))
        if again and differs(part, posted):
            with suppress(MessageGone):  # deleted since; whoever edits it will be told
                await self._change(place, found, part)
        return found

    async def _keep_typing(self, to: Inbound) -> None:
        while True:
            try:
                place = await self._place(to, must=False)
                await self._rest.call("POST", CHANNEL + "/typing", {"channel": place}, must=False)
            except ChannelBusy as busy:
                log.debug("typing_not_shown", cause=str(busy))
            except Refused as refused:
                log.debug("typing_refused", cause=str(refused))
                return
            await self._clock.sleep(TYPING_SECONDS)

    async def _place(self, to: Inbound, *, must: bool) -> str:
        """The channel that replies go to. For a mention in a text channel, a thread that is opened from it."""
        open_in = to.handle.get("open_in")
        if open_in is None:
            return to.handle.get("reply_in", to.thread.channel)
        if to.thread.channel != to.message:  # it goes on with what was said in the channel itself
            return open_in
        if to.message not in self._places:
            self._places[to.message] = await self._open_thread(to, open_in, must=must)
            if len(self._places) > REMEMBERED:
                del self._places[next(iter(self._places))]
        return self._places[to.message]

    async def _open_thread(self, to: Inbound, channel: str, *, must: bool) -> str:
        """The thread's id, which is that of its message; where none can be opened, the channel's."""
        ids = {"channel": channel, "message": to.message}
        try:
            await self._rest.call("POST", MESSAGE + "/threads", ids, {"name": _title(to)}, must=must)
        except Refused as refused:
            if refused.code in UNTHREADED:
                log.info("thread_not_opened", cause=str(refused))
                return channel
            if refused.code not in OPENED:
                raise
        return to.message

    async def _create(self, place: str, to: Inbound, part: Part) -> dict[str, Any]:
        body = render_body(part) | {"nonce": render_nonce(part), "enforce_nonce": True}
        reply = {"message_reference": {"message_id": to.message, "fail_if_not_exists": False}}
        answers = is_first(to, part) and place == to.handle.get("open_in")  # not apart: say to what
        try:
            return await self._send(place, body | reply if answers else body, part)
        except Refused as refused:
            if refused.code != Code.NO_HISTORY:
                raise
            return await self._send(place, body, part)

    async def _send(self, place: str, body: dict[str, Any], part: Part) -> dict[str, Any]:
        return await self._rest.call("POST", MESSAGES, {"channel": place}, body, file=part.file, must=part.final)

    async def _change(self, place: str, message: MessageId, part: Part) -> None:
        try:
            await self._patch(place, message, part)
        except Refused as refused:
            if refused.code != Code.ARCHIVED:
                raise
            await self._rest.call("PATCH", CHANNEL, {"channel": place}, {"archived": False})
            await self._patch(place, message, part)

    async def _patch(self, place: str, message: MessageId, part: Part) -> None:
        ids = {"channel": place, "message": message}
        try:
            await self._rest.call("PATCH", MESSAGE, ids, render_body(part), must=part.final)
        except Refused as refused:
            if refused.code == Code.UNKNOWN_MESSAGE:
                raise MessageGone(f"discord: {refused}") from refused
            raise


@contextmanager
def _as_ours() -> Generator[None]:
    try:
        yield
    except Refused as refused:
        raise Undeliverable(f"discord: {refused}") from refused


def _title(to: Inbound) -> str:
    """The thread's name: the beginning of what was asked."""
    texts = [one.text for one in to.content if isinstance(one, TextContent)]
    return render_title(texts[0] if texts else "") or "Conversation"
