"""Where on Discord replies stand: in direct channels, in threads, and in the threads that are opened for them.

Source: "Start Thread from Message", "Threads", Discord developer docs.
"""

from contextlib import suppress

import structlog

from adapters.discord.codes import Code
from adapters.discord.events import DIRECT, THREADS
from adapters.discord.format import render_title
from adapters.discord.rest import Refused, Rest
from bot.content import TextContent
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import Inbound, MessageId, Part

REMEMBERED = 10_000
UNNAMED = "Conversation"
CHANNEL, MESSAGES = "/channels/{channel}", "/channels/{channel}/messages"
MESSAGE = MESSAGES + "/{message}"
UNTHREADED = (  # no thread can be opened
    Code.NO_PERMISSION,
    Code.WRONG_CHANNEL,
    Code.TOO_MANY_THREADS,
    Code.TOO_MANY_NEWS_THREADS,
    Code.TITLE_STOPPED_BY_MODERATION,
)
OPENED = (Code.THREAD_EXISTS, Code.UNKNOWN_MESSAGE)  # the thread of a message that was deleted since lives on

log = structlog.stdlib.get_logger()


class Places:
    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._opened: dict[str, str] = {}  # the channel for replies, by the message that asked

    async def reply_in(self, to: Inbound, *, must: bool) -> str:
        """The channel that replies go to. For a mention in a text channel, a thread that is opened from it."""
        open_in = to.handle.get("open_in")
        if open_in is None:
            return to.handle.get("reply_in", to.thread.channel)
        asked = asking_message(to)
        if to.thread.channel != asked:  # it goes on with what was said in the channel itself
            return open_in
        if asked not in self._opened:
            self._opened[asked] = await self._open(to, open_in, must=must)
            if len(self._opened) > REMEMBERED:
                del self._opened[next(iter(self._opened))]
        return self._opened[asked]

    def replied_in(self, to: Inbound) -> tuple[str, ...]:
        """The channels in which replies may stand already; no thread is opened for the answer."""
        open_in = to.handle.get("open_in")
        if open_in is None:
            return (to.handle.get("reply_in", to.thread.channel),)
        asked = asking_message(to)
        return (asked, open_in) if to.thread.channel == asked else (open_in,)

    async def channel_around(self, to: Inbound) -> str:
        """The text channel in which it was said, or in which the thread hangs where it was said.

        Raises Undeliverable in direct messages, which have no threads.
        """
        if to.thread.team == DIRECT:
            raise Undeliverable("discord: direct messages have no threads")
        if "open_in" in to.handle:
            return to.handle["open_in"]
        said_in = to.handle.get("reply_in", to.thread.channel)
        channel = await self._rest.call("GET", CHANNEL, {"channel": said_in})
        return str(channel["parent_id"]) if channel.get("type") in THREADS else said_in

    async def begin(self, channel: str, message: MessageId, part: Part) -> None:
        """Open a thread from a message of ours, once. One from which none can be opened is taken away again."""
        ids, title = {"channel": channel, "message": message}, render_title(part.text) or UNNAMED
        try:
            await self._rest.call("POST", MESSAGE + "/threads", ids, {"name": title})
        except Refused as refused:
            if refused.code == Code.THREAD_EXISTS:
                return
            with suppress(Refused, ChannelBusy):
                await self._rest.call("DELETE", MESSAGE, ids)
            raise

    async def _open(self, to: Inbound, channel: str, *, must: bool) -> str:
        """The thread's id, which is that of its message; where none can be opened, the channel's."""
        asked = asking_message(to)
        ids = {"channel": channel, "message": asked}
        try:
            await self._rest.call("POST", MESSAGE + "/threads", ids, {"name": _title(to)}, must=must)
        except Refused as refused:
            if refused.code in UNTHREADED:
                log.info("thread_not_opened", cause=str(refused))
                return channel
            if refused.code not in OPENED:
                raise
        return asked


def asking_message(to: Inbound) -> str:
    """The message on Discord behind what is answered; what happens later by itself has that one's id and more."""
    return to.message.partition("-")[0]


def _title(to: Inbound) -> str:
    """The thread's name: the beginning of what was asked."""
    texts = [one.text for one in to.content if isinstance(one, TextContent)]
    return render_title(texts[0] if texts else "") or UNNAMED
