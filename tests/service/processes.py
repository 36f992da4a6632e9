"""The command line in processes of its own."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

CLEAN = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


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
    """The first address it prints."""
    assert process.stdout is not None
    printed = b""
    async for line in process.stdout:
        printed += line
        if found := re.search(rb"http://[\d.:]+\d", line):
            return found.group().decode()
    raise AssertionError(f"it ended without an address: {printed.decode()}")
