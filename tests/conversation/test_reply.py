"""The growing reply, on a platform that counts what is asked of it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.clock import SystemClock
from bot.content import FileRef, TextContent
from bot.conversation.adapter import ChannelBusy
from bot.conversation.posts import Posts
from bot.conversation.reply import Reply
from bot.models import Inbound, Limits, MessageId, Part, Thread, UserId
from bot.state.outbox import Outbox
from bot.state.store import connect

MESSAGE = Inbound(
    thread=Thread(platform="test", team="T1", channel="C1", root=MessageId("1")),
    message=MessageId("1"),
    author=UserId("U1"),
    content=(TextContent(text="hello"),),
    addressed=True,
)


class Busy:
    """A platform that is busy for the first calls."""

    limits = Limits(message_chars=100, edit_seconds=0.01)

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls = 0
        self.shown: list[str] = []

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        self._count()
        self.shown.append(part.text)
        return MessageId(f"R{len(self.shown)}")

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        self._count()
        self.shown[int(message[1:]) - 1] = part.text

    async def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        raise NotImplementedError
        yield b""

    def _count(self) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise ChannelBusy("test", retry_after=0.1)


@pytest.fixture
async def outbox(redis_url: str) -> AsyncGenerator[Outbox]:
    async with connect(redis_url) as redis:
        yield Outbox(redis)


async def test_a_busy_platform_is_not_pestered_for_the_final_text(outbox: Outbox) -> None:
    channel = Busy(times=3)

    async with (
        asyncio.timeout(5),
        Reply(channel, MESSAGE, await Posts.open(channel, MESSAGE, outbox), SystemClock()) as r,
    ):
        r.add("All of it.")
        await r.complete()

    assert channel.shown == ["All of it."]
    assert channel.calls == 4


async def test_notes_stand_outside_of_code(outbox: Outbox) -> None:
    channel = Busy(times=0)

    async with (
        asyncio.timeout(5),
        Reply(channel, MESSAGE, await Posts.open(channel, MESSAGE, outbox), SystemClock()) as r,
    ):
        r.add("```\ncode that was cut")
        await r.complete("_A note._")

    assert channel.shown == ["```\ncode that was cut\n```\n\n_A note._"]


async def test_a_text_that_is_told_again_does_not_shrink_before_it_has_begun(outbox: Outbox) -> None:
    channel = Busy(times=0)

    async with (
        asyncio.timeout(5),
        Reply(channel, MESSAGE, await Posts.open(channel, MESSAGE, outbox), SystemClock()) as r,
    ):
        r.add("This much is known")
        r.restart()
        await r.complete("_The rest is not._")

    assert channel.shown == ["This much is known\n\n_The rest is not._"]
