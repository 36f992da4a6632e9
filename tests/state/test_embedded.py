"""The embedded store as a process of its own: it starts anywhere, keeps data, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.state.embedded import StoreUnusable, embedded
from bot.state.store import connect

KILLED_PARLEY = """
import asyncio, sys
from pathlib import Path
from bot.state.embedded import embedded
from bot.state.store import connect

async def main():
    async with embedded(Path(sys.argv[1])) as url, connect(url) as redis:
        await redis.set("kept", "yes")
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url, connect(url) as redis:
        await redis.set("kept", "yes")

    async with embedded(tmp_path) as url, connect(url) as redis:
        assert await redis.get("kept") == "yes"


async def test_a_folder_with_spaces_and_a_very_long_name_works(tmp_path: Path) -> None:
    folder = tmp_path / ("a folder " * 12) / ("with a long name " * 10)

    async with embedded(folder) as url, connect(url) as redis:
        assert await redis.ping()


async def test_a_second_parley_on_the_same_folder_is_told_so(tmp_path: Path) -> None:
    async with embedded(tmp_path):
        with pytest.raises(StoreUnusable, match="PARLEY_DATA"):
            async with embedded(tmp_path):
                pass


async def test_a_killed_parley_leaves_no_server_in_the_way_of_the_next(tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", KILLED_PARLEY, str(tmp_path)], stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert await asyncio.to_thread(first.stdout.readline) == b"ready\n"

    os.kill(first.pid, signal.SIGKILL)
    await asyncio.to_thread(first.wait)
    first.stdout.close()

    async with embedded(tmp_path) as url, connect(url) as redis:
        assert await redis.get("kept") == "yes"


async def test_only_this_user_can_reach_the_server(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url:
        socket = Path(url.removeprefix("unix://"))

        assert socket.stat().st_mode & 0o077 == 0
        assert socket.parent.stat().st_mode & 0o077 == 0
