"""The processes of one history of researches: a web, a gateway and workers, started again whenever they die."""

import asyncio
import signal
import time
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.chaos.forking import ROOT, Forked, ForkServer, Order, ProcessName
from tests.chaos.keeping import TIMING
from tests.chaos.points import Kill
from tests.service.processes import free_port

STOP_SECONDS = 25.0  # what a PaaS leaves after SIGTERM, with some to spare


class House:
    def __init__(self, forks: ForkServer, folder: Path, variables: dict[str, str], *, told: bool) -> None:
        self._forks, self._folder = forks, folder
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._variables = variables | {"PYTHONPATH": str(ROOT)} | ({"PARLEY_PUBLIC_URL": self.url} if told else {})
        self._running: dict[ProcessName, Forked] = {}
        self._all: list[Forked] = []
        self.kills: list[str] = []  # the points where processes died
        self.workers_died_at: list[float] = []  # seconds since 1970
        self.wrong: list[str] = []  # processes that ended by themselves

    async def open(self, deaths: Mapping[ProcessName, Sequence[Kill]]) -> list[Coroutine[Any, Any, None]]:
        """Start everything. What is given back sees to it that each that dies as planned has a successor."""
        successions: list[Coroutine[Any, Any, None]] = []
        for name, kills in deaths.items():
            process = await self._start(name, kills[0] if kills else None)
            if kills:
                successions.append(self._succeed(name, process, kills))
        return successions

    async def kill(self, name: ProcessName) -> None:
        process = self._running[name]
        process.signal(signal.SIGKILL)
        await process.ended
        self._has_died(name, f"{name} anywhere")

    async def start(self, name: ProcessName) -> None:
        await self._start(name, None)

    async def deploy(self) -> None:
        """A new worker, then SIGTERM for the old one, which may die on its way out."""
        old = self._running["worker"]
        await self._start("worker", None)
        old.signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            status = await asyncio.shield(old.ended)
        if status not in (0, -signal.SIGKILL):
            self.wrong.append(f"a worker ended with status {status} after SIGTERM")

    def stall(self, stops: bool) -> None:
        self._running["worker"].signal(signal.SIGSTOP if stops else signal.SIGCONT)

    async def close(self) -> None:
        for process in self._all:
            process.signal(signal.SIGCONT)
            process.signal(signal.SIGKILL)
        await asyncio.gather(*(process.ended for process in self._all))

    async def _succeed(self, name: ProcessName, process: Forked, kills: Sequence[Kill]) -> None:
        for kill, following in zip(kills, [*kills[1:], None], strict=True):
            status = await asyncio.shield(process.ended)
            if status != -signal.SIGKILL:
                if kill.point.value != "K32":  # which is only come to after SIGTERM
                    self.wrong.append(f"{name} ended with status {status} on its way to {kill.point}")
                return
            self._has_died(name, kill.point.value)
            if self._running[name] is process:  # else a deploy has already put another in its place
                process = await self._start(name, following)

    def _has_died(self, name: ProcessName, where: str) -> None:
        self.kills.append(where)
        if name == "worker":
            self.workers_died_at.append(time.time())

    async def _start(self, name: ProcessName, kill: Kill | None) -> Forked:
        order = Order(
            process=name,
            variables=self._variables | {"PORT": str(self._port)},
            log=str(self._folder / f"{len(self._all):03}-{name}.log"),
            timing=TIMING,
            point=kill.point.value if kill else "",
            visits=kill.visits if kill else 1,
        )
        process = await self._forks.start(order)
        self._running[name] = process
        self._all.append(process)
        return process
