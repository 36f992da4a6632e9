"""What the commands share that look into the records of a service: the store, which they only read, and how they print.

On a terminal long facts are folded into its width. For a pipe each stays in one piece on its line, so that `grep` finds
it and it can be copied.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console, RenderableType

from bot.content import Record
from bot.service.health import refuse_unusable
from bot.service.settings import Invalid, Settings
from bot.service.trouble import trouble
from bot.state.embedded import shared
from bot.state.store import connect

ANSWER_SECONDS = 5.0  # for a store that says nothing
READ_SECONDS = 60.0  # for all that is read, which may be thousands of records
PIPE_CHARS = 10_000  # of one line


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncGenerator[Redis]:
    """The store, for a look at it. Raises Invalid when it cannot be asked, also from within the block."""
    async with _store(settings) as url, connect(url) as redis:
        await refuse_unusable(redis)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await redis.exists("parley")  # a PING would be answered by a server that still loads, too
            async with asyncio.timeout(READ_SECONDS):
                yield redis
        except (RedisError, TimeoutError) as error:
            found = trouble(error)
            raise Invalid([f"The store cannot be asked ({found.says}): {found.fix}."]) from error


def say(*shown: RenderableType) -> None:
    """Print on stdout, one below the other."""
    width = None if sys.stdout.isatty() else PIPE_CHARS
    console = Console(highlight=False, markup=False, emoji=False, width=width)
    with console.capture() as capture:
        console.print(*shown, sep="\n")
    _write(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def say_to_programs(said: Iterable[Record]) -> None:
    """One JSON object a line."""
    _write(f"{one.model_dump_json()}\n" for one in said)


def utc(at: float) -> str:
    """A time, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")


def _write(lines: Iterable[str]) -> None:
    sys.stdout.writelines(lines)
    sys.stdout.flush()  # here whoever reads may have gone, such as `head`; at the exit that would be reported


@asynccontextmanager
async def _store(settings: Settings) -> AsyncGenerator[str]:
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    if not settings.data.exists():
        raise Invalid([f"REDIS_URL is not set, and there is no store in {settings.data}."])
    async with shared(settings.data) as url:
        yield url
