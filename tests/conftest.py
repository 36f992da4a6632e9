"""What every test runs under: uvloop as in production, and no network but this machine's own."""

import asyncio
import ipaddress
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
import uvloop
from redis.asyncio import Redis

from bot.state.embedded import embedded
from bot.state.store import connect
from tests.chaos.redis_server import RedisServer, redis_server

structlog.configure(  # tracebacks without local variables, as in production; drawing those takes a second each
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


class Blocked(RuntimeError):
    """A test tried to reach something that is not this machine."""


def _check(host: object) -> None:
    if host in (None, "", "localhost", b"localhost"):
        return
    try:
        loopback = ipaddress.ip_address(str(host)).is_loopback or str(host) == "0.0.0.0"  # noqa: S104
    except ValueError:
        loopback = False
    if not loopback:
        raise Blocked(f"tests may only use loopback, not {host!r}")


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and args[0].family != socket.AF_UNIX:
        _check(args[1][0])
    elif event == "socket.getaddrinfo":
        _check(args[0])


sys.addaudithook(_audit)


class GuardedLoop(uvloop.Loop):
    """uvloop connects below Python's sockets, where no audit event is raised; so it is asked here."""

    async def create_connection(self, protocol_factory: Any, host: Any = None, *args: Any, **kwargs: Any) -> Any:
        _check(host)
        return await super().create_connection(protocol_factory, host, *args, **kwargs)

    async def getaddrinfo(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        _check(host)
        return await super().getaddrinfo(host, *args, **kwargs)

    async def sock_connect(self, sock: Any, address: Any) -> Any:
        if sock.family != socket.AF_UNIX:
            _check(address[0])
        return await super().sock_connect(sock, address)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": GuardedLoop}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """The URL of a real Valkey, one for the whole run."""
    async with embedded(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest_asyncio.fixture
async def redis_url(valkey: str) -> AsyncGenerator[str]:
    """The URL of an empty store; after the test every key of ours must have a TTL."""
    async with connect(valkey) as redis:
        await redis.flushall()
        yield valkey
        names = await redis.keys("parley:*")
        immortal = [name for name in names if await redis.ttl(name) == -1]  # -2: it has ended since
        assert immortal == []


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    async with connect(redis_url) as redis:
        yield redis


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[RedisServer]:
    """A store of the test's own, which it may stop and start."""
    async with redis_server(tmp_path) as server:
        await server.start()
        yield server
