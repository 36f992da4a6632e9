"""Few bytes go along, many are uploaded, the largest first."""

import httpx

from bot.content import ImageContent, Inline, TextContent, Uri, VideoContent
from bot.interactions.files import FilesClient
from bot.interactions.placing import place
from bot.interactions.requests import Viewed
from tests.interactions.conftest import Recorder, answer

FILE = {"name": "files/abc", "uri": "https://example.invalid/files/abc", "state": "ACTIVE", "sizeBytes": "70"}
TEXT = TextContent(text="What is this?")
SMALL = ImageContent(mime_type="image/png", source=Inline(data=bytes(40)))
LARGE = Viewed(content=VideoContent(mime_type="video/mp4", source=Inline(data=bytes(70))), resolution="low")
LINKED = ImageContent(mime_type="image/png", source=Uri(uri="https://example.invalid/a.png"))


async def test_what_is_small_goes_along(recorder: Recorder, http: httpx.AsyncClient) -> None:
    message = (TEXT, SMALL, LARGE, LINKED)

    assert await place(message, FilesClient(http), inline_bytes=110) == (message, ())

    assert recorder.requests == []


async def test_the_largest_is_uploaded_until_the_rest_fits(recorder: Recorder, http: httpx.AsyncClient) -> None:
    started = answer(200, {}, x_goog_upload_url=f"{recorder.url}/upload/1")
    recorder.answers(started, answer(200, {"file": FILE}, x_goog_upload_status="final"))

    placed, files = await place((TEXT, SMALL, LARGE, LINKED), FilesClient(http), inline_bytes=109)

    uploaded = VideoContent(mime_type="video/mp4", source=Uri(uri="https://example.invalid/files/abc"))
    assert placed == (TEXT, SMALL, Viewed(content=uploaded, resolution="low"), LINKED)
    assert [file.name for file in files] == ["files/abc"]
    assert recorder.requests[0].body == {"file": {"mime_type": "video/mp4", "size_bytes": 70}}
