"""What people do in one thread, as the adapters tell it, and what of it waits."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bot.content import TextContent
from bot.conversation.overtaking import overtaken
from bot.models import Inbound, MessageId, Thread, UserId
from bot.state.inbox import settled
from bot.state.run import Run
from bot.state.runs import Runs
from bot.state.store import key

THREAD = Thread(platform="slack", team="T1", channel="C1", root=MessageId("1715.0001"))


class Wakes:
    """Stands where the engine is, and keeps what it is asked."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.threads: asyncio.Queue[Thread] = asyncio.Queue()  # for which another run is to go on

    async def for_message(self, thread: Thread, message: str) -> None:
        self.messages.append(message)

    async def for_run(self, thread: Thread) -> None:
        self.threads.put_nowait(thread)


async def nobody_is_woken(_: Thread, __: str = "") -> None:
    """There is no engine; a test takes the runs itself, or looks into the inboxes."""


def said(message: str, *, addressed: bool = False, thread: Thread = THREAD, text: str = "Hello") -> Inbound:
    return Inbound(
        thread=thread,
        message=MessageId(message),
        author=UserId("U1"),
        content=(TextContent(text=text),),
        addressed=addressed,
    )


def edited(message: str, revision: str = "1716.0001", *, addressed: bool = False, thread: Thread = THREAD) -> Inbound:
    first = said(message, addressed=addressed, thread=thread, text="Hello again")
    return first.model_copy(update={"revision": revision})


def deleted(message: str, *, thread: Thread = THREAD) -> Inbound:
    gone = {"content": (), "revision": "deleted", "deleted": True}
    return said(message, thread=thread).model_copy(update=gone)


def pressed(message: str, *, thread: Thread = THREAD) -> Inbound:
    """A button that says "stop"."""
    return said(message, addressed=True, thread=thread, text="stop").model_copy(update={"silent": True})


async def waiting(redis: Redis, thread: Thread = THREAD) -> list[str]:
    """The ids of what waits in the thread, oldest first."""
    entries = await redis.lrange(key(thread, "inbox"), 0, -1)
    return [Inbound.model_validate_json(entry).id for entry in entries]


async def answered(runs: Runs, thread: Thread = THREAD) -> list[str]:
    """Take everything out that waits in the thread; gives the ids of what was to be answered, in that order."""
    ids: list[str] = []
    async with runs.take(thread) as run:
        while run is not None and (message := await run.next()):
            if not message.deleted and overtaken(message, await run.later()) is None:
                ids.append(message.id)
            await run.take_out(settled(message))
    return ids


async def oldest(run: Run | None) -> Inbound:
    """What the run works on, which there has to be."""
    assert run is not None
    message = await run.next()
    assert message is not None
    return message


@asynccontextmanager
async def under(watching: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """What has to go on beside a test, and must not end before it."""
    task = asyncio.create_task(watching)
    try:
        yield
    finally:
        task.cancel()
        async with asyncio.timeout(5):  # a worker that stops has not much more
            await asyncio.wait([task])
        assert task.cancelled(), task.exception()
