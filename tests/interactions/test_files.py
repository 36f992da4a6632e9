"""Uploads arrive whole, chunk by chunk, and their address stays with us."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.interactions.errors import BadRequest, FileFailed, NotFound, Unavailable
from bot.interactions.files import File, FilesClient
from bot.interactions.uploads import CHUNK_BYTES
from tests.interactions.conftest import Recorder, Reply, answer

RECORD: dict[str, Any] = {
    "name": "files/abc",
    "mimeType": "video/mp4",
    "sizeBytes": "9",
    "state": "PROCESSING",
    "uri": "https://example.invalid/files/abc",
    "expirationTime": "2026-06-12T10:00:00Z",
    "sha256Hash": "YWJj",
}
FILE = File(name="files/abc", uri="u", mime_type="video/mp4", size_bytes=9, state="PROCESSING")
ACTIVE = answer(200, {"file": RECORD}, x_goog_upload_status="active")
FINAL = answer(200, {"file": RECORD}, x_goog_upload_status="final")
NO_STATUS = answer(200, {})


class Hurried:
    """A clock whose pauses take no time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.pauses.append(seconds)


@pytest.fixture
def clock() -> Hurried:
    return Hurried()


@pytest.fixture
def files(http: httpx.AsyncClient, clock: Hurried) -> FilesClient:
    return FilesClient(http, clock=clock)


def begun(recorder: Recorder) -> Reply:
    return answer(200, {}, x_goog_upload_url=f"{recorder.url}/upload/v1beta/files?upload_id=secret")


def chunks(recorder: Recorder) -> list[tuple[str, str, int]]:
    return [
        (sent.headers["x-goog-upload-command"], sent.headers["x-goog-upload-offset"], len(sent.body))
        for sent in recorder.requests[1:]
    ]


async def pieces(size_bytes: int) -> AsyncIterator[bytes]:
    for start in range(0, size_bytes, 1_000_000):
        yield bytes(min(1_000_000, size_bytes - start))


async def test_a_large_file_goes_in_chunks(recorder: Recorder, files: FilesClient) -> None:
    size_bytes = 2 * CHUNK_BYTES + 5
    recorder.answers(begun(recorder), ACTIVE, ACTIVE, FINAL)

    file = await files.upload(pieces(size_bytes), size_bytes=size_bytes, mime_type="video/mp4", name="clip.mp4")

    assert chunks(recorder) == [
        ("upload", "0", CHUNK_BYTES),
        ("upload", str(CHUNK_BYTES), CHUNK_BYTES),
        ("upload, finalize", str(2 * CHUNK_BYTES), 5),
    ]
    assert (file.name, file.size_bytes, file.extra) == ("files/abc", 9, {"sha256Hash": "YWJj"})
    assert file.expires is not None


async def test_a_file_of_whole_chunks_ends_with_a_whole_chunk(recorder: Recorder, files: FilesClient) -> None:
    recorder.answers(begun(recorder), FINAL)

    await files.upload(bytes(CHUNK_BYTES), size_bytes=CHUNK_BYTES, mime_type="video/mp4")

    assert chunks(recorder) == [("upload, finalize", "0", CHUNK_BYTES)]


@pytest.mark.parametrize("lost", [NO_STATUS, Reply(end="reset"), answer(503, {}), answer(502, b"<html>")])
async def test_a_chunk_that_may_not_have_arrived_is_sent_again(
    recorder: Recorder, files: FilesClient, clock: Hurried, lost: Reply
) -> None:
    recorder.answers(begun(recorder), lost, lost, FINAL)

    await files.upload(b"nine byte", size_bytes=9, mime_type="video/mp4")

    assert chunks(recorder) == [("upload, finalize", "0", 9)] * 3
    assert clock.pauses == [1.0, 2.0]


async def test_an_upload_is_given_up_after_three_more_tries(
    recorder: Recorder, files: FilesClient, clock: Hurried
) -> None:
    recorder.answers(begun(recorder), NO_STATUS)

    with pytest.raises(Unavailable):
        await files.upload(b"nine byte", size_bytes=9, mime_type="video/mp4")

    assert clock.pauses == [1.0, 2.0, 4.0]
    assert len(chunks(recorder)) == 4


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(200, {}, x_goog_upload_status="cancelled"), FileFailed),
        (answer(400, {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}), BadRequest),
        (answer(200, {}, x_goog_upload_status="final"), Unavailable),
    ],
)
async def test_an_upload_that_was_refused_is_our_error(
    recorder: Recorder, files: FilesClient, reply: Reply, kind: type[Exception]
) -> None:
    recorder.answers(begun(recorder), reply)

    with pytest.raises(kind):
        await files.upload(b"nine byte", size_bytes=9, mime_type="video/mp4")


@pytest.mark.parametrize("size_bytes", [8, 10])
async def test_a_wrong_size_is_noticed(recorder: Recorder, files: FilesClient, size_bytes: int) -> None:
    recorder.answers(begun(recorder), ACTIVE)

    with pytest.raises(ValueError, match="bytes"):
        await files.upload(b"nine byte", size_bytes=size_bytes, mime_type="video/mp4")


async def test_an_upload_needs_an_address(recorder: Recorder, files: FilesClient) -> None:
    recorder.answers(answer(200, {}))

    with pytest.raises(Unavailable):
        await files.upload(b"", size_bytes=0, mime_type="text/csv")


async def test_the_address_is_not_logged_and_the_key_does_not_go_there(
    recorder: Recorder, files: FilesClient, caplog: pytest.LogCaptureFixture
) -> None:
    recorder.answers(begun(recorder), NO_STATUS, FINAL)

    with caplog.at_level(logging.DEBUG):
        await files.upload(b"nine byte", size_bytes=9, mime_type="video/mp4")
        await files.delete("files/abc")

    assert "secret" not in caplog.text
    assert "DELETE" in caplog.text
    assert "x-goog-api-key" in recorder.requests[0].headers
    assert "x-goog-api-key" not in recorder.requests[1].headers
    assert dict(recorder.requests[1].query) == {"upload_id": "secret"}


async def test_a_name_in_any_script_is_kept(recorder: Recorder, files: FilesClient) -> None:
    recorder.answers(begun(recorder), FINAL)

    await files.upload(b"nine byte", size_bytes=9, mime_type="video/mp4", name="Liège\n.mp4")

    assert recorder.requests[0].body["file"]["display_name"] == "Liège\n.mp4"
    assert "x-goog-upload-file-name" not in recorder.requests[0].headers


async def test_a_file_is_waited_for(recorder: Recorder, files: FilesClient) -> None:
    recorder.answers(answer(200, RECORD), answer(200, RECORD), answer(200, {**RECORD, "state": "ACTIVE"}))

    assert (await files.wait_until_active(FILE)).state == "ACTIVE"

    assert [request.path for request in recorder.requests] == ["/v1/files/abc"] * 3


@pytest.mark.parametrize(("state", "requests"), [("FAILED", 1), ("PROCESSING", 3)])
async def test_a_file_that_never_becomes_active_is_an_error(
    recorder: Recorder, files: FilesClient, state: str, requests: int
) -> None:
    recorder.answers(answer(200, {**RECORD, "state": state}))

    with pytest.raises(FileFailed):
        await files.wait_until_active(FILE, timeout_seconds=6)

    assert len(recorder.requests) == requests


async def test_a_file_that_is_gone_is_told(recorder: Recorder, files: FilesClient) -> None:
    recorder.answers(answer(404, {"error": {"code": 404, "status": "NOT_FOUND"}}))

    with pytest.raises(NotFound):
        await files.get("files/../x")

    assert recorder.requests[0].path == "/v1/files/..%2Fx"
