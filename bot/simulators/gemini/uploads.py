"""The Files API over HTTP: resumable upload in chunks, get, list, delete.

Source: "Files API", Gemini API docs; the upload protocol as google-genai 3.3.0 speaks it.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.editions import OUTPUTS_PATH
from bot.simulators.gemini.files import MAX_FILE_BYTES, File, Files
from bot.simulators.gemini.gate import Gate
from bot.simulators.gemini.request import parse_object
from bot.simulators.gemini.script import Dropped, FileFails, HttpError
from bot.simulators.gemini.wire import JsonObject, RpcError

_ACTIVE = {"X-Goog-Upload-Status": "active"}
_FINAL = {"X-Goog-Upload-Status": "final"}
_MOST_ON_A_PAGE = 100


class FilesApi:
    """The operations on files."""

    def __init__(self, gate: Gate, files: Files, clock: Clock) -> None:
        self._gate = gate
        self._files = files
        self._clock = clock

    async def upload(self, request: Request) -> Response:
        """Begin an upload, or take its next chunk: that one has no key, since its address is the credential."""
        if (upload_id := request.query_params.get("upload_id")) is not None:
            return await self._take(request, upload_id)
        body = await self._gate.admit(request)
        ordered = self._gate.next("upload")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        upload_id = self._begin(request, body, ordered.message if isinstance(ordered, FileFails) else None)
        query = f"upload_id={upload_id}&upload_protocol=resumable"
        headers = {**_ACTIVE, "X-Goog-Upload-URL": f"{_base_url(request)}{_unprefixed(request)}?{query}"}
        return JSONResponse({}, headers=headers)

    async def get(self, request: Request) -> Response:
        await self._gate.admit(request)
        ordered = self._gate.next("get_file")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        return JSONResponse(self._render(request, self._files.get(request.path_params["id"])))

    async def list(self, request: Request) -> Response:
        await self._gate.admit(request)
        size, start = _number(request, "pageSize", 10), _number(request, "pageToken", 0)
        files = self._files.all()
        end = start + min(size or 10, _MOST_ON_A_PAGE)
        page: JsonObject = {"files": [self._render(request, file) for file in files[start:end]]}
        return JSONResponse(page | {"nextPageToken": str(end)} if end < len(files) else page)

    async def delete(self, request: Request) -> Response:
        await self._gate.admit(request)
        ordered = self._gate.next("delete_file")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        self._files.delete(request.path_params["id"])
        return JSONResponse({})

    def _begin(self, request: Request, body: bytes, failure: str | None) -> str:
        if request.headers.get("x-goog-upload-command") != "start":
            raise RpcError(400, "An upload begins with X-Goog-Upload-Command: start.")
        meta = parse_object(body).get("file") if body else None
        about = meta if isinstance(meta, dict) else {}
        size = about.get("size_bytes") or request.headers.get("x-goog-upload-header-content-length") or 0
        if not str(size).isdigit() or int(str(size)) > MAX_FILE_BYTES:
            raise RpcError(400, "A file may have 2 GB.")
        mime_type = about.get("mime_type") or request.headers.get("x-goog-upload-header-content-type")
        name = about.get("display_name")
        return self._files.begin(
            display_name=None if name is None else str(name),
            mime_type=str(mime_type or "application/octet-stream"),
            failure=failure,
        )

    async def _take(self, request: Request, upload_id: str) -> Response:
        chunk = await self._gate.read(request)
        look = self._files.upload(upload_id).look
        commands = {each.strip() for each in request.headers.get("x-goog-upload-command", "").split(",")}
        if commands == {"query"}:
            return JSONResponse({}, headers={**_ACTIVE, "X-Goog-Upload-Size-Received": str(look.size_bytes)})
        if request.headers.get("x-goog-upload-offset", "0") != str(look.size_bytes):
            raise RpcError(400, f"The next chunk begins at {look.size_bytes}.")
        look.add(chunk)
        if look.size_bytes > MAX_FILE_BYTES:
            raise RpcError(400, "A file may have 2 GB.")
        if "finalize" not in commands:
            return JSONResponse({}, headers=_ACTIVE)
        return JSONResponse({"file": self._render(request, self._files.finish(upload_id))}, headers=_FINAL)

    def _render(self, request: Request, file: File) -> JsonObject:
        return file.to_json(self._clock.now(), _base_url(request))


def _base_url(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _unprefixed(request: Request) -> str:
    return request.url.path.removeprefix(OUTPUTS_PATH)


def _number(request: Request, name: str, otherwise: int) -> int:
    value = request.query_params.get(name, "")
    return int(value) if value.isdecimal() else otherwise
