"""A task step by step, as a worker takes it: what its tests share."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from bot.clock import SystemClock
from bot.content import FileRef
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import Inbound, MessageId, Part
from bot.research.manager import ResearchManager
from bot.state.records import Records
from bot.state.store import Command
from bot.state.tasks import Task
from tests.conversation.platform import MESSAGE, Platform

TASK = Task(
    asked=MESSAGE,
    question="What do otters eat?",
    agent="deep-research-preview-04-2026",
    reference="P-00000",
    started_at=SystemClock().now(),
)


class Killed(BaseException):
    """The process is gone."""


class Room(Platform):
    """A platform on which something happens when a text becomes visible."""

    def __init__(self) -> None:
        super().__init__(message_chars=4_000)
        self.takes_files = True
        self.busy_with = ""  # the end of a file's name; it takes no such file just now
        self.opening = asyncio.Event()
        self.happens: dict[str, Callable[[], Awaitable[None]]] = {}  # once, by what stands in the text
        self.fails_before: dict[str, Callable[[], Awaitable[None]]] = {}  # the same, before it is visible

    async def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        """None of its files ever comes."""
        self.opening.set()
        await asyncio.Event().wait()
        yield b""

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        if part.file is not None and not self.takes_files:
            raise Undeliverable
        if part.file is not None and self.busy_with and part.file.name.endswith(self.busy_with):
            raise ChannelBusy("429", retry_after=1.0)
        return await super().post(to, part, again=again)

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        for text in [text for text in self.fails_before if text in part.text]:
            await self.fails_before.pop(text)()
        await super().edit(to, message, part)
        for text in [text for text in self.happens if text in part.text]:
            await self.happens.pop(text)()

    @property
    def files(self) -> list[str]:
        return [part.file.name for part in self.messages.values() if part.file]

    @property
    def reports(self) -> list[str]:
        return [text for text in self.shown if "Simulated research" in text and "**Research**" not in text]


async def stepped(manager: ResearchManager, task: Task) -> None:
    """All the steps until it has ended."""
    while await manager.step(task.asked.thread, task.id) is not None:
        pass


async def known(records: Records, task: Task) -> Task:
    found = await records.tasks.get(task.asked.thread, task.id)
    assert found is not None
    return found


async def stored(records: Records, task: Task) -> None:
    """Write it, as if it had come to that."""
    await written(records, records.tasks.saved(task))


async def written(records: Records, *commands: Command) -> None:
    for command in commands:
        await records.redis.execute_command(command.name, command.key, *command.arguments)
