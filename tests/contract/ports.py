"""Ports for servers that have to know theirs beforehand."""

import os
import socket
from contextlib import suppress


def free_port() -> int:
    """Below those that outgoing connections take, one of which would have it by the time it is listened to."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no free port")
