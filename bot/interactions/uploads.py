"""A resumable upload: a start that gives an address, then the bytes in chunks.

The address is a credential: whoever has it may write. So it is in no log and in no error, and the API key,
which is not needed there, does not go there.

Source: "Files API", Gemini API docs.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass

import httpx

from bot.clock import Clock
from bot.interactions.calls import Call, build, opened, read_object
from bot.interactions.errors import FileFailed, Unavailable
from bot.interactions.failures import UNAVAILABLE_WAIT_SECONDS
from bot.interactions.wire import Json, JsonObject, without

CHUNK_BYTES = 8 * 1024 * 1024
PAUSES_SECONDS = (1.0, 2.0, 4.0)  # before a chunk is sent again

_uploading: ContextVar[bool] = ContextVar("_uploading", default=False)
logging.getLogger("httpx").addFilter(lambda _: not _uploading.get())  # it logs every address


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload that has begun; `headers` go with every chunk."""

    url: str
    headers: dict[str, str]
    size_bytes: int


async def begin(http: httpx.AsyncClient, path: str, *, size_bytes: int, mime_type: str, name: str) -> Upload:
    file: dict[str, Json] = {"display_name": name or None, "mime_type": mime_type, "size_bytes": size_bytes}
    headers = {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-header-content-length": str(size_bytes),
        "x-goog-upload-header-content-type": mime_type,
    }
    if name and name.isascii() and name.isprintable():
        headers["x-goog-upload-file-name"] = name
    starting = {**headers, "x-goog-upload-command": "start"}
    body: dict[str, Json] = {"file": without(file)}
    call = Call(method="POST", path=path, headers=starting, body=body, accept="*/*")
    async with opened(http, build(http, call), call) as response:
        url = response.headers.get("x-goog-upload-url")
    if not url:
        raise Unavailable("an upload without an address", retry_after=UNAVAILABLE_WAIT_SECONDS)
    return Upload(url=url, headers=headers, size_bytes=size_bytes)


async def send(
    http: httpx.AsyncClient, upload: Upload, chunk: bytes, *, offset_bytes: int, clock: Clock
) -> JsonObject | None:
    """Send one chunk, again where it may not have arrived; gives the answer to the last one.

    Raises InteractionError when the upload cannot go on.
    """
    is_last = offset_bytes + len(chunk) >= upload.size_bytes
    call = Call(
        method="POST",
        path=upload.url,
        headers={
            **upload.headers,
            "x-goog-upload-offset": str(offset_bytes),
            "x-goog-upload-command": "upload, finalize" if is_last else "upload",
        },
        body=chunk,
        accept="*/*",
    )
    for pause_seconds in (*PAUSES_SECONDS, None):
        try:
            return await _attempt(http, call, expected="final" if is_last else "active")
        except Unavailable:
            if pause_seconds is None:
                raise
            await clock.sleep(pause_seconds)
    raise AssertionError("the last attempt returns or raises")


async def _attempt(http: httpx.AsyncClient, call: Call, *, expected: str) -> JsonObject | None:
    token = _uploading.set(True)
    try:
        request = build(http, call)
        request.headers.pop("x-goog-api-key", None)
        async with opened(http, request, call) as response:
            status = response.headers.get("x-goog-upload-status")
            if status is None:
                raise Unavailable("a chunk without a status", retry_after=UNAVAILABLE_WAIT_SECONDS)
            if status != expected:
                raise FileFailed(f"an upload that is {status}, not {expected}")
            return await read_object(response, call) if expected == "final" else None
    finally:
        _uploading.reset(token)


async def chunks_of(content: bytes | AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes in chunks of `CHUNK_BYTES`, the last one shorter; one at least, perhaps empty."""
    held = bytearray()
    async for piece in _pieces_of(content):
        held += piece
        while len(held) > CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    yield bytes(held)


async def _pieces_of(content: bytes | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), CHUNK_BYTES):
            yield content[start : start + CHUNK_BYTES]
    else:
        async for piece in content:
            yield piece
