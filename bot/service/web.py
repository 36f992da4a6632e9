"""HTTP: a server inside our own loop, and its routes."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.service.health import Endpoint, healthz


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


def web_app(health: list[Route], slack_events: Endpoint | None) -> Starlette:
    """The routes of `parley web`."""
    routes = [Route("/healthz", healthz), *health]
    if slack_events is not None:
        routes.append(Route("/slack/events", slack_events, methods=["POST"]))
    return Starlette(routes=routes)
