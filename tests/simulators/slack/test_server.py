"""It starts at once, ends cleanly, and can serve again."""

import asyncio
import socket

import aiohttp
import pytest

from bot.simulators.slack import SlackSimulator, Stall
from bot.simulators.slack.server import listen


async def test_nothing_runs_on_after_it_stopped_and_it_can_start_again() -> None:
    before = asyncio.all_tasks()
    simulator = SlackSimulator()

    for _ in range(2):
        async with simulator.serve(), aiohttp.ClientSession() as http:
            response = await http.get(f"{simulator.api_url}auth.test")
            assert await response.json() == {"ok": False, "error": "not_authed"}

    assert asyncio.all_tasks() == before


async def test_open_streams_and_stalled_calls_do_not_hold_up_the_end() -> None:
    simulator = SlackSimulator()
    simulator.fails("auth.test", Stall(seconds=60))
    headers = {"Authorization": f"Bearer {simulator.token}"}

    async with asyncio.timeout(5), aiohttp.ClientSession(headers=headers) as http:
        async with simulator.serve():
            origin = simulator.api_url.removesuffix("/api/")
            stalled = asyncio.create_task(http.get(f"{simulator.api_url}auth.test"))
            following = await http.get(f"{origin}/control/changes")
            await following.content.readuntil(b"\n\n")
        assert (await stalled).status == 200
        await following.read()


async def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(OSError, match="in use"):
            async with SlackSimulator().serve(port=taken.getsockname()[1]):
                pass


def test_it_has_no_address_before_it_serves() -> None:
    with pytest.raises(RuntimeError):
        _ = SlackSimulator().api_url


def test_connections_send_without_delay() -> None:
    with listen(0) as bound:
        assert bound.proto == socket.IPPROTO_TCP
