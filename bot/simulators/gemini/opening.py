"""Media that a request names by address: files of the Files API, and addresses on this machine.

Nothing beyond this machine is ever fetched; of what lies there the simulator says that it did not look.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import httpx

from bot.simulators.gemini import wire
from bot.simulators.gemini.facts import Facts, Look
from bot.simulators.gemini.files import Files, file_id
from bot.simulators.gemini.wire import ApiError, JsonObject, objects

MAX_BYTES = 100 * 1024 * 1024
_TIMEOUT_SECONDS = 10
_HERE = frozenset({"127.0.0.1", "localhost"})


async def open_media(steps: Sequence[JsonObject], files: Files) -> dict[str, Facts]:
    """What lies at the addresses in these steps. Raises ApiError for one that should be readable and is not."""
    opened: dict[str, Facts] = {}
    for uri in dict.fromkeys(_uris(steps)):
        if (found := file_id(uri)) is not None:
            opened[uri] = files.usable(found)
        elif is_here(uri):
            opened[uri] = await _fetch(uri)
    return opened


def is_here(uri: str) -> bool:
    """Whether a web address is on this machine."""
    try:
        return uri.startswith(("http://", "https://")) and urlsplit(uri).hostname in _HERE
    except ValueError:
        return False


def _uris(steps: Sequence[JsonObject]) -> Iterator[str]:
    for step in steps:
        for block in (*wire.blocks(step), *objects(step.get("result"))):
            if isinstance(uri := block.get("uri"), str):
                yield uri


async def _fetch(uri: str) -> Facts:
    look = Look()
    try:
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream("GET", uri) as response,
        ):
            response.raise_for_status()
            async for piece in response.aiter_bytes():
                look.add(piece)
                if look.size_bytes > MAX_BYTES:
                    raise ApiError(400, "invalid_request", "Content at a URI is larger than 100 MB.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ApiError(400, "invalid_request", "Content at a URI could not be fetched.") from error
    return look.facts()
