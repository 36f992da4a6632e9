"""The upload protocol, chunk by chunk, and media at addresses."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import Dropped, GeminiSimulator, HttpError

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Said = Callable[[Json], str]
Refusal = Callable[..., Awaitable[tuple[int, str]]]

START = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
MODEL = "gemini-3.8-flash"


def root(api: httpx.AsyncClient) -> str:
    return str(api.base_url.copy_with(path="")).rstrip("/")


async def begin(api: httpx.AsyncClient, **meta: object) -> httpx.Response:
    about = {"file": {"display_name": "a.bin", "mime_type": "video/mp4", **meta}}
    return await api.post(f"{root(api)}/upload/v1/files", json=about, headers=START)


async def send(url: str, data: bytes, offset: int, command: str) -> httpx.Response:
    headers = {"x-goog-upload-offset": str(offset), "x-goog-upload-command": command}
    async with httpx.AsyncClient() as keyless:
        return await keyless.post(url, content=data, headers=headers)


async def uploaded(api: httpx.AsyncClient, data: bytes = b"abc") -> Json:
    url = (await begin(api)).headers["x-goog-upload-url"]
    return (await send(url, data, 0, "upload, finalize")).json()["file"]


async def test_chunks_are_put_together_and_a_wrong_one_is_refused(api: httpx.AsyncClient) -> None:
    url = (await begin(api)).headers["x-goog-upload-url"]

    first = await send(url, b"abc", 0, "upload")
    wrong = await send(url, b"xyz", 1, "upload")
    asked = await send(url, b"", 3, "query")
    last = await send(url, b"de", 3, "upload, finalize")
    again = await send(url, b"", 5, "upload, finalize")

    assert first.headers["x-goog-upload-status"] == "active"
    assert (wrong.status_code, wrong.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert asked.headers["x-goog-upload-size-received"] == "3"
    assert (last.headers["x-goog-upload-status"], last.json()["file"]["sizeBytes"]) == ("final", "5")
    assert (again.status_code, again.json()["error"]["status"]) == (404, "NOT_FOUND")


async def test_pages_of_files_come_newest_first(api: httpx.AsyncClient) -> None:
    names = [(await uploaded(api))["name"] for _ in range(5)]

    first = (await api.get("/files", params={"pageSize": "3"})).json()
    second = (await api.get("/files", params={"pageSize": "3", "pageToken": first["nextPageToken"]})).json()

    assert [file["name"] for file in first["files"] + second["files"]] == names[::-1]
    assert "nextPageToken" not in second


async def test_the_address_of_an_upload_is_not_recorded(api: httpx.AsyncClient, gemini: GeminiSimulator) -> None:
    url = (await begin(api)).headers["x-goog-upload-url"]

    await send(url, b"abc", 0, "upload, finalize")

    assert httpx.URL(url).params["upload_id"] not in str(gemini.requests)


async def test_an_upload_too_large_or_without_a_start_is_refused(api: httpx.AsyncClient) -> None:
    large = await begin(api, size_bytes=3 * 1024**3)
    unstarted = await api.post(f"{root(api)}/upload/v1/files", json={})

    assert (large.status_code, unstarted.status_code) == (400, 400)


@pytest.mark.parametrize("operation", ["upload", "get_file", "delete_file"])
async def test_operations_on_files_fail_as_ordered(
    api: httpx.AsyncClient, gemini: GeminiSimulator, operation: Any
) -> None:
    path = (await uploaded(api))["name"]
    gemini.fails(HttpError(status=503, shape="rpc"), operation=operation)
    gemini.fails(Dropped(), operation=operation)
    calls = {
        "upload": lambda: begin(api),
        "get_file": lambda: api.get(f"/{path}"),
        "delete_file": lambda: api.delete(f"/{path}"),
    }

    assert (await calls[operation]()).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        await calls[operation]()
    assert (await calls[operation]()).status_code == 200


@pytest.mark.parametrize("uri", ["https://generativelanguage.googleapis.com/v1beta/files/none", "{root}/v1/files/none"])
async def test_an_unknown_file_is_no_content(api: httpx.AsyncClient, refusal: Refusal, uri: str) -> None:
    content = [{"type": "image", "uri": uri.format(root=root(api)), "mime_type": "image/png"}]

    assert await refusal(model=MODEL, input=content) == (403, "permission_denied")


async def test_an_address_here_is_read_and_one_elsewhere_is_not(
    api: httpx.AsyncClient, create: Create, said: Said, refusal: Refusal
) -> None:
    here = {"type": "image", "uri": f"{root(api)}/.well-known/jwks.json", "mime_type": "image/png"}
    missing = {"type": "image", "uri": f"{root(api)}/nothing", "mime_type": "image/png"}
    elsewhere = {"type": "image", "uri": "https://example.invalid/a.png", "mime_type": "image/png"}

    answer = await create([here, elsewhere])

    assert "bytes, SHA-256" in said(answer)
    assert "which I did not fetch" in said(answer)
    assert await refusal(model=MODEL, input=[missing]) == (400, "invalid_request")
