"""The fork server's side of `forking`: one thread, no loop, everything imported; and what a fork of it becomes.

`python -m tests.chaos.forked` reads orders from standard input until that ends.
"""

import asyncio
import ctypes
import gc
import json
import os
import random
import select
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import uvloop

from bot import failpoints
from bot.service import log
from bot.service.settings import load
from tests.chaos.forking import ORDERS, Order, Signal
from tests.chaos.processes import run
from tests.chaos.variants import break_it

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)
STDIN, STDOUT, STDERR = 0, 1, 2


def serve() -> None:
    """Obey until standard input ends; then end all that was started."""
    _die_with(os.getppid())
    gc.collect()
    gc.freeze()  # the forks share these pages as long as nobody writes to them
    children: set[int] = set()
    ends = _ends_of_children()
    orders = _lines(STDIN)
    while True:
        readable, _, _ = select.select([STDIN, ends], [], [])
        if ends in readable:
            os.read(ends, 1024)
            _reap(children)
        if STDIN in readable:
            lines = next(orders, None)
            if lines is None:
                break
            for line in lines:
                _obey(ORDERS.validate_json(line), children)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _ends_of_children() -> int:
    """A descriptor that is readable when a child has ended."""
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    signal.signal(signal.SIGCHLD, _do_nothing)
    signal.set_wakeup_fd(writes)
    return reads


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Without a handler the signal would not reach the descriptor."""


def _lines(descriptor: int) -> Iterator[list[bytes]]:
    """With each step the lines that one read completes."""
    rest = b""
    while read := os.read(descriptor, 65_536):
        *lines, rest = (rest + read).split(b"\n")
        yield lines


def _reap(children: set[int]) -> None:
    for pid in tuple(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            _tell(ended=pid, status=os.waitstatus_to_exitcode(status))


def _obey(order: Order | Signal, children: set[int]) -> None:
    match order:
        case Order():
            parent = os.getpid()
            if (pid := os.fork()) == 0:
                _become(order, parent)
            children.add(pid)
            _tell(started=pid)
        case Signal(pid=pid, number=number):
            if pid in children:  # else it has ended meanwhile
                os.kill(pid, number)


def _tell(**news: int) -> None:
    os.write(STDOUT, json.dumps(news).encode() + b"\n")


def _become(order: Order, parent: int) -> NoReturn:
    """In the fork: be the process that was ordered, and end with its status."""
    status = 1
    try:
        _settle(order, parent)
        _arm(order)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(order.process, load(), order.timing))
        status = 0
    except BaseException:  # noqa: BLE001 (it goes no further than this process)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _arm(order: Order) -> None:
    if order.point:
        failpoints.arm(failpoints.Point(order.point), order.visits)
    if order.variant:
        break_it(order.variant)


def _settle(order: Order, parent: int) -> None:
    """A session, an environment, an output and a source of randomness of its own."""
    os.setsid()
    _die_with(parent)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), STDIN)
    os.dup2(output, STDOUT)
    os.dup2(output, STDERR)
    os.chdir(Path(order.log).parent)
    os.environ.clear()
    os.environ.update(order.variables)
    random.seed()
    log.configure("json")


def _die_with(parent: int) -> None:
    """SIGKILL when the parent has died, whatever it died of."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    serve()
