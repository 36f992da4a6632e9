"""Keeps a history's processes running, through the deaths, stalls and deploys that its plan has for them."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from tests.chaos.forking import Forked, ForkServer, Order, ProcessName
from tests.chaos.plan import WEBS, WORKERS, Fault, Plan, Restart, Stall
from tests.chaos.points import Kill
from tests.chaos.verdict import Finding
from tests.service.processes import free_port

TIMING = {
    "lease": 1.0, "watch": 0.1, "lost": 0.7, "sweep": 0.5, "redelivery": 2.0, "reconnection": 0.2, "grace": 0.1,
    "seat": 1.0,
}  # fmt: skip
PATIENCE_SECONDS = 3.0  # with a process that does not come to the point where it is to die
ANYWHERE = "anywhere"  # then it dies where it is
STOP_SECONDS = 25.0  # what a PaaS leaves after SIGTERM, with some to spare


class Keeper:
    """The processes of one history, by names such as `worker-1`."""

    def __init__(self, plan: Plan, forks: ForkServer, folder: Path, variables: dict[str, str], variant: str) -> None:
        self._plan, self._forks, self._folder = plan, forks, folder
        self._variables, self._variant = variables, variant
        self._ports = {name: free_port() for name in WEBS}
        self._running: dict[str, Forked] = {}
        self._starts = 0
        self.findings: list[Finding] = []
        self.kills: list[str] = []  # the points where processes died
        self.workers_died_at: list[float] = []  # seconds since 1970
        self.stalls = self.restarts = 0

    @property
    def interruptions(self) -> int:
        """How often a worker was cut short in what it did, at most."""
        return len(self.workers_died_at) + self.stalls + self.restarts

    def address(self, web: str) -> str:
        return f"http://127.0.0.1:{self._ports[web]}/slack/events"

    @contextlib.asynccontextmanager
    async def keeping(self) -> AsyncGenerator[None]:
        """Processes die and are started again while the block lasts; after it none is left."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._keep(name, faults)) for name, faults in self._plan.faults.items()]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
        await self._end()

    async def _keep(self, name: str, faults: Sequence[Fault]) -> None:
        for fault in faults:
            match fault:
                case Kill():
                    await self._until_killed(name, fault)
                case Restart():
                    await self._restart(name, fault)
                case Stall():
                    pass  # of the process that stays, below
        process = await self._start(name)
        for stall in faults:
            if isinstance(stall, Stall):
                await self._stall(process, stall)
        status = await asyncio.shield(process.ended)
        self.findings.append(Finding("process", name, f"ended by itself with status {status}"))

    async def _until_killed(self, name: str, kill: Kill) -> None:
        process, point = await self._start(name, kill), kill.point.value
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.shield(process.ended)
        except TimeoutError:
            point = ANYWHERE
            process.signal(signal.SIGKILL)
        self._has_died(name, await asyncio.shield(process.ended), point)
        await asyncio.sleep(self._plan.pauses[name])

    def _has_died(self, name: str, status: int, point: str) -> None:
        if status != -signal.SIGKILL:
            self.findings.append(Finding("process", name, f"ended with status {status} on its way to {point}"))
            return
        self.kills.append(point)
        if name in WORKERS:
            self.workers_died_at.append(time.time())

    async def _restart(self, name: str, restart: Restart) -> None:
        process = await self._start(name, restart.kill)
        await asyncio.sleep(restart.after_seconds)
        process.signal(signal.SIGTERM)
        self.restarts += 1
        async with asyncio.timeout(STOP_SECONDS):
            status = await asyncio.shield(process.ended)
        if restart.kill is not None:
            self._has_died(name, status, restart.kill.point.value)
        elif status:
            self.findings.append(Finding("process", name, f"ended with status {status} after SIGTERM"))

    async def _stall(self, process: Forked, stall: Stall) -> None:
        await asyncio.sleep(stall.after_seconds)
        process.signal(signal.SIGSTOP)
        self.stalls += 1
        await asyncio.sleep(stall.seconds)
        process.signal(signal.SIGCONT)

    async def _start(self, name: str, kill: Kill | None = None) -> Forked:
        self._starts += 1
        order = Order(
            process=_process(name),
            variables=self._variables | ({"PORT": str(self._ports[name])} if name in WEBS else {}),
            log=str(self._folder / f"{self._starts:03}-{name}.log"),
            timing=TIMING,
            point=kill.point.value if kill else "",
            visits=kill.visits if kill else 1,
            variant=self._variant,
        )
        self._running[name] = await self._forks.start(order)
        return self._running[name]

    async def _end(self) -> None:
        for process in self._running.values():
            process.signal(signal.SIGKILL)
        await asyncio.gather(*(process.ended for process in self._running.values()))


def _process(name: str) -> ProcessName:
    return "web" if name in WEBS else "worker" if name in WORKERS else "discord"
