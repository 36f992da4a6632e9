"""files.*: upload in three steps, and download with the token, without which there is a login page and no error.

Sources: "files.getUploadURLExternal method", "files.completeUploadExternal method", "files.delete method", "file
object", Slack developer docs.
"""

import mimetypes
from collections.abc import Mapping
from urllib.parse import quote

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from bot.simulators.slack.chat import Chat
from bot.simulators.slack.timeline import Timeline
from bot.simulators.slack.web_api import Arguments, Method, Refused
from bot.simulators.slack.workspace import JsonObject, Message, StoredFile

UPLOAD_MAX_BYTES = 64_000_000
LOGIN_PAGE = "<!DOCTYPE html><title>Slack</title><h1>Sign in to your workspace</h1>"


class Files:
    def __init__(self, timeline: Timeline, chat: Chat, token: str) -> None:
        self._timeline = timeline
        self._workspace = timeline.workspace
        self._payloads = timeline.payloads
        self._chat = chat
        self._token = token

    def methods(self) -> Mapping[str, Method]:
        return {
            "files.getUploadURLExternal": self.upload_url,
            "files.completeUploadExternal": self.complete,
            "files.delete": self.delete,
            "files.info": self.info,
        }

    async def upload_url(self, arguments: Arguments) -> JsonObject:
        name, length = arguments.required("filename"), arguments.number("length", 0)
        if not 0 < length <= UPLOAD_MAX_BYTES:
            raise Refused("file_upload_size_restricted" if length else "invalid_arguments")
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = self._workspace.add_file(name, mimetype, user_id=self._workspace.bot.user.id)
        file.size_bytes, file.alt_text = length, arguments.text("alt_txt") or ""
        return {"upload_url": f"{self._payloads.origin}/upload/v1/{file.id}", "file_id": file.id}

    async def receive(self, request: Request) -> Response:
        """The bytes themselves, at the address given out; as raw body or as a form field."""
        file = self._workspace.files.get(str(request.path_params["file_id"]))
        if file is None or file.content is not None:
            return PlainTextResponse("no such upload", 404)
        content = await _bytes_of(request)
        if len(content) != file.size_bytes:
            return PlainTextResponse("length differs from the announced one", 400)
        self._workspace.fill(file, content)
        self._timeline.ledger.record("file", file=file.id, name=file.name, size_bytes=len(content), direction="in")
        return PlainTextResponse(f"OK - {len(content)}")

    async def complete(self, arguments: Arguments) -> JsonObject:
        files = [self._uploaded(one) for one in arguments.items("files")]
        if not files:
            raise Refused("invalid_arguments")
        targets = arguments.text("channel_id") or arguments.text("channels")
        for channel_id in (targets or "").split(","):
            if channel_id:
                self._share(channel_id, files, arguments)
        return {"files": [self._payloads.file(file) for file in files]}

    async def info(self, arguments: Arguments) -> JsonObject:
        file = self._workspace.files.get(arguments.required("file"))
        if file is None:
            raise Refused("file_not_found")
        return {"file": self._payloads.file(file), "comments": [], "response_metadata": {"next_cursor": ""}}

    async def delete(self, arguments: Arguments) -> JsonObject:
        """The file goes out of its messages; one that was nothing else goes with it."""
        file = self._workspace.files.get(arguments.required("file"))
        if file is None:
            raise Refused("file_not_found")
        if file.user_id != self._workspace.bot.user.id:
            raise Refused("cant_delete_file")
        del self._workspace.files[file.id]
        for channel_id, ts in file.shared_in:
            if message := self._workspace.find(channel_id, ts):
                self._take_out(message, file)
        return {}

    def _take_out(self, message: Message, file: StoredFile) -> None:
        previous = self._payloads.message(message)
        message.files = [other for other in message.files if other is not file]
        if message.text or message.files:
            self._timeline.edit(message, previous)
        else:
            self._timeline.delete(message)

    async def download(self, request: Request) -> Response:
        file = self._workspace.files.get(str(request.path_params["file_id"]))
        is_allowed = request.headers.get("authorization") == f"Bearer {self._token}"
        if not is_allowed:
            return HTMLResponse(LOGIN_PAGE)
        if file is None or file.content is None:
            return HTMLResponse("<!DOCTYPE html><title>Not found</title>", 404)
        self._timeline.ledger.record("file", file=file.id, name=file.name, size_bytes=file.size_bytes, direction="out")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        return Response(file.content, headers=headers, media_type=file.mimetype)

    def _uploaded(self, named: JsonValue) -> StoredFile:
        file = self._workspace.files.get(str(named.get("id"))) if isinstance(named, dict) else None
        if file is None or file.content is None:
            raise Refused("file_not_found")
        if isinstance(named, dict) and named.get("title"):
            file.title = str(named["title"])
        return file

    def _share(self, channel_id: str, files: list[StoredFile], arguments: Arguments) -> None:
        channel = self._chat.writable(channel_id)
        bot = self._workspace.bot
        message = Message(
            channel_id=channel.id,
            ts="",  # gets one when it is shown
            user_id=bot.user.id,
            bot_id=bot.bot_id,
            text=arguments.text("initial_comment") or "",
            thread_ts=self._chat.root(channel, arguments),
            subtype="file_share",
            files=files,
        )
        self._timeline.share(message)


async def _bytes_of(request: Request) -> bytes:
    if int(request.headers.get("content-length", 0)) > UPLOAD_MAX_BYTES + 100_000:
        return b""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            if not isinstance(value, str):
                return await value.read()
    return b""
