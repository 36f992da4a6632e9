"""The command line in processes of its own."""

import asyncio
import contextlib
import os
import re
import socket
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from bot.simulators.discord import DiscordSimulator
from bot.simulators.slack import SlackSimulator

BEGIN_SECONDS = 60.0
CLEAN = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def surrounded_by(slack: SlackSimulator, discord: DiscordSimulator, gemini_url: str) -> dict[str, str]:
    """The variables of processes whose platforms and API are simulated."""
    return {
        "GEMINI_API_KEY": "simulated",
        "GOOGLE_GEMINI_BASE_URL": gemini_url,
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "HOST": "127.0.0.1",
    }


def free_port() -> int:
    """For a process and all that come after it in its place."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.asynccontextmanager
async def parley(*arguments: str, folder: Path, **variables: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """The command in an empty folder, with nothing set but these variables; ended at the end, by its pid."""
    async with python("bot", *arguments, folder=folder, **variables) as process:
        yield process


@contextlib.asynccontextmanager
async def python(
    module: str, *arguments: str, folder: Path, **variables: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A module of this environment as a program."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        cwd=folder, env=CLEAN | {"PYTHONPATH": str(Path(__file__).parents[2])} | variables,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def url_in(process: asyncio.subprocess.Process) -> str:
    """The first address it prints, within a time in which also a slow machine begins."""
    assert process.stdout is not None
    printed = b""
    async with asyncio.timeout(BEGIN_SECONDS):
        async for line in process.stdout:
            printed += line
            if found := re.search(rb"http://[\d.:]+\d", line):
                return found.group().decode()
    raise AssertionError(f"it ended without an address: {printed.decode()}")
