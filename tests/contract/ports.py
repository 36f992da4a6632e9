"""Ports for servers that have to know theirs beforehand."""

import os
import socket
from contextlib import suppress

from bot.service.settings import Settings


def reachable(settings: Settings) -> Settings:
    """With an address that the API can call."""
    port = _free_port()
    return settings.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}/"})


def _free_port() -> int:
    """Below those that outgoing connections take, one of which would have it by the time it is listened to."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no free port")
