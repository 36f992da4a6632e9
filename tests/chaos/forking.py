"""Starting the service's processes in milliseconds: a server that has imported the program forks it on order.

What it starts are real processes: each has its own session, loop and connections, and dies of its own signals. Orders
and news are lines of JSON over the server's standard input and output. Signals go through the server too, which knows
what it has started and not yet reaped, so that none ever reaches a stranger that got the same pid.
"""

import asyncio
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, TypeAdapter

ROOT = Path(__file__).parents[2]
LINE_BYTES = 1_000_000
ProcessName = Literal["web", "worker", "discord"]


class Order(BaseModel, frozen=True):
    """A process to start."""

    process: ProcessName
    variables: dict[str, str]  # all that its environment has
    log: str  # the file that gets its output
    timing: dict[str, float]  # fields of Timing, in seconds
    point: str = ""  # where it is to die, if anywhere
    visits: int = 1  # at which arrival there
    variant: str = ""  # which guarantee it is to lack, if any


class Signal(BaseModel, frozen=True):
    """Something to send to a process that was started."""

    pid: int
    number: int


ORDERS: TypeAdapter[Order | Signal] = TypeAdapter(Order | Signal)


class Forked:
    """A process of the service, for as long as it lives."""

    def __init__(self, server: "ForkServer", order: Order, pid: int) -> None:
        self.order, self.pid = order, pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()  # its status; -9 after SIGKILL
        self._server = server

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still is there."""
        self._server.tell(Signal(pid=self.pid, number=number))

    async def address(self) -> str:
        """The first address that it prints. Raises ChildProcessError when it ends without one."""
        while True:
            printed = Path(self.order.log).read_text(encoding="utf-8")
            if found := re.search(r"http://[\d.:]+\d", printed):
                return found.group()
            if self.ended.done():
                raise ChildProcessError(f"{self.order.process} ended without an address: {printed[-2_000:]}")
            await asyncio.sleep(0.01)


class ForkServer:
    """Starts processes; all of them end with it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ordered: deque[tuple[Order, asyncio.Future[Forked]]] = deque()
        self._running: dict[int, Forked] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator["ForkServer"]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.chaos.forked", cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES
        )
        server = cls(process)
        listening = asyncio.create_task(server._listen())
        try:
            yield server
        finally:
            if process.stdin is not None:
                process.stdin.close()  # it ends what it has started, and itself
            await process.wait()
            await listening

    async def start(self, order: Order) -> Forked:
        Path(order.log).touch()
        started: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        self._ordered.append((order, started))
        self.tell(order)
        return await started

    def tell(self, order: Order | Signal) -> None:
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(order.model_dump_json().encode() + b"\n")

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            news: dict[str, int] = json.loads(line)
            if "started" in news:
                self._has_started(news["started"])
            else:
                self._running.pop(news["ended"]).ended.set_result(news["status"])
        for _, started in self._ordered:
            if not started.done():
                started.set_exception(ChildProcessError("the fork server has ended"))

    def _has_started(self, pid: int) -> None:
        order, started = self._ordered.popleft()
        self._running[pid] = Forked(self, order, pid)
        if started.cancelled():
            self._running[pid].signal(signal.SIGKILL)
        else:
            started.set_result(self._running[pid])
