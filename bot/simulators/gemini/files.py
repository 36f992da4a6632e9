"""Files that were uploaded: of each only the facts are kept, for 48 hours of the simulator's clock.

Source: "Files API", Gemini API docs.
"""

import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.facts import Facts, Look
from bot.simulators.gemini.wire import ApiError, JsonObject, RpcError, timestamp

LIFE_SECONDS = 48 * 60 * 60
MAX_FILES = 10_000
MAX_UPLOADS = 20
MAX_FILE_BYTES = 2 * 1024**3
_SERVICE = "generativelanguage.googleapis.com"
_FILE_URI = re.compile(r"/(?:v1|v1beta)/files/([^/?#]+)")


@dataclass
class Upload:
    """An upload that has begun; its id is the only credential its chunks have."""

    display_name: str | None
    mime_type: str
    failure: str | None
    look: Look


@dataclass(frozen=True)
class File:
    id: str
    display_name: str | None
    mime_type: str
    facts: Facts
    created: float
    ready: float  # when processing is over
    failure: str | None = None

    def to_json(self, now: float, base_url: str) -> JsonObject:
        """In camelCase and with the size as a string, as this API has it."""
        about: JsonObject = {
            "name": f"files/{self.id}",
            "mimeType": self.mime_type,
            "sizeBytes": str(self.facts.size_bytes),
            "createTime": timestamp(self.created),
            "updateTime": timestamp(max(self.created, min(self.ready, now))),
            "expirationTime": timestamp(self.created + LIFE_SECONDS),
            "sha256Hash": self.facts.sha256_base64,
            "uri": f"{base_url}/v1beta/files/{self.id}",
            "state": self.state(now),
            "source": "UPLOADED",
        }
        if self.display_name is not None:
            about["displayName"] = self.display_name
        if self.state(now) == "FAILED":
            about["error"] = {"code": 3, "message": self.failure}
        return about

    def state(self, now: float) -> str:
        if now < self.ready:
            return "PROCESSING"
        return "ACTIVE" if self.failure is None else "FAILED"


class Files:
    """The files and the uploads in progress, the newest of each."""

    def __init__(self, clock: Clock, *, processing_seconds: float) -> None:
        self._clock = clock
        self._processing_seconds = processing_seconds
        self._files: dict[str, File] = {}
        self._uploads: dict[str, Upload] = {}

    def begin(self, *, display_name: str | None, mime_type: str, failure: str | None = None) -> str:
        """The id of an upload, which is its credential. With a `failure` the file will turn out `FAILED`."""
        upload_id = secrets.token_urlsafe(24)
        self._uploads[upload_id] = Upload(display_name, mime_type, failure, Look())
        while len(self._uploads) > MAX_UPLOADS:
            del self._uploads[next(iter(self._uploads))]
        return upload_id

    def upload(self, upload_id: str) -> Upload:
        """Raises RpcError 404 for one that is unknown or done."""
        if (upload := self._uploads.get(upload_id)) is None:
            raise RpcError(404, "There is no such upload.")
        return upload

    def finish(self, upload_id: str) -> File:
        upload = self.upload(upload_id)
        del self._uploads[upload_id]
        now = self._clock.now()
        ready = now + self._processing_seconds
        facts = upload.look.facts()
        file = File(secrets.token_hex(6), upload.display_name, upload.mime_type, facts, now, ready, upload.failure)
        self._files[file.id] = file
        while len(self._files) > MAX_FILES:
            del self._files[next(iter(self._files))]
        return file

    def get(self, wanted: str) -> File:
        """Raises RpcError 404 for what is unknown, deleted or expired."""
        file = self._files.get(wanted)
        if file is not None and self._clock.now() < file.created + LIFE_SECONDS:
            return file
        self._files.pop(wanted, None)
        raise RpcError(404, "There is no such file.")

    def all(self) -> list[File]:
        """The files that are still there, newest first."""
        alive = self._clock.now() - LIFE_SECONDS
        return [file for file in reversed(self._files.values()) if file.created > alive]

    def delete(self, wanted: str) -> None:
        del self._files[self.get(wanted).id]

    def usable(self, wanted: str) -> Facts:
        """A file as content. Raises ApiError 403 for one that is not there, 400 for one that is not ACTIVE."""
        try:
            file = self.get(wanted)
        except RpcError:
            words = "You may not use this file, or it does not exist."
            raise ApiError(403, "permission_denied", words) from None
        if (state := file.state(self._clock.now())) != "ACTIVE":
            raise ApiError(400, "failed_precondition", f"The file is not ACTIVE but {state}.")
        return file.facts


def file_id(uri: str) -> str | None:
    """The id in the uri of a file, ours or the real service's; None for any other address."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    found = _FILE_URI.search(parts.path)
    here = parts.hostname in ("127.0.0.1", "localhost", _SERVICE)
    return found[1] if found is not None and here else None
