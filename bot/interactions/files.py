"""The Files API: what is too large to go along in a request is uploaded first, and named by its uri.

An uploaded file lives for 48 hours. Its record is spelled in another way than interactions are.

Source: "Files API", Gemini API docs.
"""

from collections.abc import AsyncIterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

import httpx

from bot.clock import Clock, SystemClock
from bot.interactions import uploads
from bot.interactions.calls import Call, build, opened, read_object
from bot.interactions.errors import FileFailed, Unavailable
from bot.interactions.failures import UNAVAILABLE_WAIT_SECONDS
from bot.interactions.wire import Json, JsonObject, entry, text, without

POLL_SECONDS = 2.0
LONGEST_PROCESSING_SECONDS = 300.0
_READ = ("name", "uri", "mimeType", "sizeBytes", "state", "displayName", "expirationTime")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An uploaded file. It can be used once its state is ACTIVE."""

    name: str  # "files/<id>"
    uri: str
    mime_type: str
    size_bytes: int
    state: str  # PROCESSING, ACTIVE, FAILED
    display_name: str = ""
    expires: datetime | None = None
    extra: JsonObject = field(default_factory=dict[str, Json])  # fields not named here, as they came


class FilesClient:
    """Operations on files. `http` comes from `open_http`, and stays the caller's to close."""

    def __init__(self, http: httpx.AsyncClient, *, version: str = "v1", clock: Clock | None = None) -> None:
        self._http = http
        self._version = version
        self._clock = clock or SystemClock()

    async def upload(
        self, content: bytes | AsyncIterable[bytes], *, size_bytes: int, mime_type: str, name: str = ""
    ) -> File:
        """Upload content in chunks, holding one at a time. The file may still have to be waited for.

        Raises ValueError when the content has not `size_bytes`, InteractionError when the upload fails.
        """
        path = f"/upload/{self._version}/files"
        upload = await uploads.begin(self._http, path, size_bytes=size_bytes, mime_type=mime_type, name=name)
        offset_bytes, answer = 0, None
        async with aclosing(uploads.chunks_of(content)) as chunks:
            async for chunk in chunks:
                if offset_bytes + len(chunk) > size_bytes:
                    raise ValueError(f"the content has more than {size_bytes} bytes")
                answer = await uploads.send(self._http, upload, chunk, offset_bytes=offset_bytes, clock=self._clock)
                offset_bytes += len(chunk)
        if answer is None:
            raise ValueError(f"the content has {offset_bytes} bytes, not {size_bytes}")
        return decode_file(entry(answer, "file"))

    async def get(self, name: str) -> File:
        """The file as it is now; `name` is "files/<id>"."""
        call = Call(method="GET", path=self._path(name))
        async with opened(self._http, build(self._http, call), call) as response:
            return decode_file(await read_object(response, call))

    async def delete(self, name: str) -> None:
        call = Call(method="DELETE", path=self._path(name))
        async with opened(self._http, build(self._http, call), call):
            pass

    async def wait_until_active(self, file: File, *, timeout_seconds: float = LONGEST_PROCESSING_SECONDS) -> File:
        """The file once it can be used. Raises FileFailed when it never will be, or not in time."""
        deadline = self._clock.monotonic() + timeout_seconds
        while file.state != "ACTIVE":
            if file.state == "FAILED":
                raise FileFailed(f"{file.name} could not be processed")
            if self._clock.monotonic() >= deadline:
                raise FileFailed(f"{file.name} is still {file.state} after {timeout_seconds:.0f} s")
            await self._clock.sleep(POLL_SECONDS)
            file = await self.get(file.name)
        return file

    def _path(self, name: str) -> str:
        return f"/{self._version}/files/{quote(name.removeprefix('files/'), safe='')}"


def decode_file(fields: JsonObject) -> File:
    """Raises Unavailable when there is no file in it."""
    if not text(fields, "name"):
        raise Unavailable("an answer without a file", retry_after=UNAVAILABLE_WAIT_SECONDS)
    size = text(fields, "sizeBytes")  # 64 bits, so it comes as text
    return File(
        name=text(fields, "name"),
        uri=text(fields, "uri"),
        mime_type=text(fields, "mimeType"),
        size_bytes=int(size) if size.isascii() and size.isdecimal() and len(size) < 20 else 0,
        state=text(fields, "state"),
        display_name=text(fields, "displayName"),
        expires=_moment(text(fields, "expirationTime")),
        extra=without(fields, *_READ),
    )


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
