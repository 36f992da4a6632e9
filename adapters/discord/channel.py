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
from adapters.discord.events import thread_in
from adapters.discord.files import DiscordFiles
from adapters.discord.parts import (
    differs,
    ensure_drawn,
    ensure_sendable,
    is_first,
    render_body,
    render_nonce,
    with_less,
)
from adapters.discord.places import CHANNEL, MESSAGE, MESSAGES, Places, asking_message
from adapters.discord.recent import RecentPosts
from adapters.discord.rest import Ids, Refused, Rest, connect
from adapters.discord.undrawn import Undrawn
from bot.clock import Clock
from bot.content import FileRef
from bot.conversation.adapter import ChannelBusy, MessageGone, Undeliverable
from bot.models import Inbound, Limits, MessageId, Part, Thread

PART_CHARS = 1_800  # of the 2,000 of a message: the rest is for what rendering adds, and for the question
EDIT_SECONDS = 1.1
TYPING_SECONDS = 8.0  # Discord shows it for ten
GONE = (Code.UNKNOWN_CHANNEL, Code.UNKNOWN_MESSAGE)

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
        self._places = Places(rest)
        self._undrawn = Undrawn(clock)
        self._clock = clock

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        """Post a part once. The first (`is_first`) takes the place of a command's "thinking…".

        A file that Discord does not take here has a note in its place, progress that it does not draw is text.
        """
        part = self._undrawn.fitting(to, part)
        with _as_ours():
            try:
                return await self._post(to, part, again=again)
            except Refused as refused:
                instead = self._with_less(to, part, refused)
                return await self._post(to, instead, again=True)  # what was taken of it stands there

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        """Show the part as it is now. Raises MessageGone when somebody deleted its message."""
        part = self._undrawn.fitting(to, part)
        with _as_ours():
            try:
                await self._edit(to, message, part)
            except Refused as refused:
                await self._edit(to, message, self._with_less(to, part, refused))

    async def remove(self, to: Inbound, message: MessageId) -> None:
        """Take a message of ours away. One that is gone already counts as removed."""
        with _as_ours():
            if await self._command_replies.remove(to, message):
                return
            for place in self._places.replied_in(to):
                if await self._delete(place, message):
                    return

    async def open_thread(self, to: Inbound, part: Part, *, again: bool = False) -> Thread:
        """Begin a thread from a message of ours that shows the part, once, in the channel around what was said.

        The part is no answer to a command: that one's "thinking…" waits for the first part of `post`. Raises
        Undeliverable in direct messages, and where nobody may open threads; then the message is gone again.
        """
        with _as_ours():
            channel = await self._places.channel_around(to)
            message = await self._post_in(channel, to, part, again=again)
            await self._places.begin(channel, message, part)
        return thread_in(to.thread.team, message, message)

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
        return await self._post_in(await self._places.reply_in(to, must=part.final), to, part, again=again)

    async def _edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        if not (is_first(to, part) and await self._command_replies.edit(to, message, part)):
            await self._change(await self._places.reply_in(to, must=part.final), message, to, part)

    def _with_less(self, to: Inbound, part: Part, refused: Refused) -> Part:
        """What to show instead. Raises the refusal where less would not help."""
        instead = with_less(part, refused)
        if instead is None:
            raise refused
        log.info("part_shown_with_less", cause=str(refused))
        self._undrawn.note(to, part)
        return instead

    async def _post_in(self, place: str, to: Inbound, part: Part, *, again: bool) -> MessageId:
        earlier = await self._recent.find(place, to, part) if again else None
        posted = earlier or await self._create(place, to, part)
        found = MessageId(str(posted["id"]))
        if again and differs(to, part, posted):
            with suppress(MessageGone):  # deleted since; whoever edits it will be told
                await self._change(place, found, to, part)
        else:
            ensure_drawn(part, posted)
        return found

    async def _keep_typing(self, to: Inbound) -> None:
        while True:
            try:
                place = await self._places.reply_in(to, must=False)
                await self._rest.call("POST", CHANNEL + "/typing", {"channel": place}, must=False)
            except ChannelBusy as busy:
                log.debug("typing_not_shown", cause=str(busy))
            except Refused as refused:
                log.debug("typing_refused", cause=str(refused))
                return
            await self._clock.sleep(TYPING_SECONDS)

    async def _create(self, place: str, to: Inbound, part: Part) -> dict[str, Any]:
        body = render_body(to, part) | {"nonce": render_nonce(part), "enforce_nonce": True}
        reply = {"message_reference": {"message_id": asking_message(to), "fail_if_not_exists": False}}
        answers = is_first(to, part) and place == to.handle.get("open_in")  # not apart: say to what
        try:
            return await self._send(place, body | reply if answers else body, part)
        except Refused as refused:
            if refused.code != Code.NO_HISTORY:
                raise
            return await self._send(place, body, part)

    async def _send(self, place: str, body: dict[str, Any], part: Part) -> dict[str, Any]:
        return await self._rest.call("POST", MESSAGES, {"channel": place}, body, file=part.file, must=part.final)

    async def _delete(self, place: str, message: MessageId) -> bool:
        """False where there is no such message."""
        try:
            await self._call("DELETE", {"channel": place, "message": message})
        except Refused as refused:
            if refused.code not in GONE:
                raise
            return False
        return True

    async def _change(self, place: str, message: MessageId, to: Inbound, part: Part) -> None:
        ids, body = {"channel": place, "message": message}, render_body(to, part)
        try:
            ensure_drawn(part, await self._call("PATCH", ids, body, must=part.final))
        except Refused as refused:
            if refused.code == Code.UNKNOWN_MESSAGE:
                raise MessageGone(f"discord: {refused}") from refused
            raise

    async def _call(self, method: str, ids: Ids, body: object = None, *, must: bool = True) -> dict[str, Any]:
        """Change a message of ours. A thread that was archived meanwhile is opened again for that."""
        try:
            return await self._rest.call(method, MESSAGE, ids, body, must=must)
        except Refused as refused:
            if refused.code != Code.ARCHIVED:
                raise
            await self._rest.call("PATCH", CHANNEL, {"channel": ids["channel"]}, {"archived": False})
            return await self._rest.call(method, MESSAGE, ids, body, must=must)


@contextmanager
def _as_ours() -> Generator[None]:
    try:
        yield
    except Refused as refused:
        raise Undeliverable(f"discord: {refused}") from refused
