"""HTTP: a server inside our own loop, and the routes that do not belong to a platform."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.state.store import ping

READY_SECONDS = 2.0
Endpoint = Callable[[Request], Awaitable[Response]]


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: stopping is decided in one place, for all of a process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving(app: Starlette, host: str, port: int) -> AsyncGenerator[str]:
    """Serve until the block ends; gives the address. Port 0 takes a free one. Raises OSError when it is taken."""
    listener = socket.create_server((host, port))
    server = Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield "http://{}:{}".format(*listener.getsockname()[:2])
    finally:
        server.should_exit = True
        await task


def web_app(redis: Redis, slack_events: Endpoint | None) -> Starlette:
    """The routes of `parley web`."""
    routes = [Route("/healthz", healthz), Route("/readyz", _readyz(redis))]
    if slack_events is not None:
        routes.append(Route("/slack/events", slack_events, methods=["POST"]))
    return Starlette(routes=routes)


async def healthz(request: Request) -> Response:  # noqa: ARG001 (an endpoint's signature)
    """The process lives, whatever else is away: a restart would not bring that back."""
    return JSONResponse({"ok": True})


def _readyz(redis: Redis) -> Endpoint:
    async def readyz(request: Request) -> Response:  # noqa: ARG001 (an endpoint's signature)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await ping(redis)
        except (RedisError, TimeoutError, OSError) as error:
            return JSONResponse({"store": type(error).__name__}, 503)
        return JSONResponse({"store": "ok"})

    return readyz
