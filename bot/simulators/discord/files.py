"""Files of messages, behind links that are signed and expire.

Source: "Signed Attachment CDN URLs", Discord developer docs.
"""

import hashlib
import hmac
import mimetypes
import re
import secrets
import unicodedata
from collections import OrderedDict
from pathlib import PurePath
from urllib.parse import quote

from bot.simulators.discord.nouns import Attachment, Upload
from bot.simulators.discord.world import World

LINK_SECONDS = 24 * 3600
BYTES_KEPT = 256 * 1024 * 1024  # over all files; the oldest go first


class Files:
    def __init__(self, world: World) -> None:
        self._world = world
        self._secret = secrets.token_bytes(32)
        self._data: OrderedDict[str, tuple[bytes, str]] = OrderedDict()  # with the content type of the download
        self._bytes = 0
        self.origin = ""  # scheme, host and port, once serving

    def add(self, upload: Upload, channel_id: str, *, ephemeral: bool = False) -> Attachment:
        filename, title = plain_name(upload.filename)
        attachment = Attachment(
            id=self._world.snowflakes.next(),
            channel_id=channel_id,
            filename=filename,
            title=title,
            size_bytes=len(upload.data),
            content_type=upload.content_type or guessed_type(filename),
            description=upload.description,
            ephemeral=ephemeral,
        )
        self._keep(attachment, upload.data)
        return attachment

    def get(self, attachment_id: str) -> tuple[bytes, str] | None:
        """A file and the content type of its download."""
        return self._data.get(attachment_id)

    def url(self, attachment: Attachment) -> str:
        """A link that works from now on for a day."""
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        path = f"/{folder}/{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
        now = int(self._world.clock.now())
        issued, expires = f"{now:x}", f"{now + LINK_SECONDS:x}"
        return f"{self.origin}{path}?ex={expires}&is={issued}&hm={self._proof(attachment.id, expires, issued)}&"

    def is_valid(self, attachment_id: str, expires: str, issued: str, proof: str) -> bool:
        """Whether a link was made here and has not expired. Anything malformed is not."""
        if not hmac.compare_digest(proof.encode(), self._proof(attachment_id, expires, issued).encode()):
            return False
        return int(expires, 16) > self._world.clock.now()

    def _proof(self, attachment_id: str, expires: str, issued: str) -> str:
        text = f"{attachment_id}.{expires}.{issued}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _keep(self, attachment: Attachment, data: bytes) -> None:
        self._data[attachment.id] = (data, attachment.content_type or "application/octet-stream")
        self._bytes += len(data)
        while self._bytes > BYTES_KEPT:
            self._bytes -= len(self._data.popitem(last=False)[1][0])


def plain_name(filename: str) -> tuple[str, str | None]:
    """A name in plain characters, and the stem as it was if that is lost."""
    decomposed = unicodedata.normalize("NFKD", PurePath(filename).name)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", decomposed.encode("ascii", "ignore").decode()).strip("_") or "unknown"
    return plain, PurePath(filename).stem if plain != filename else None


def guessed_type(filename: str) -> str | None:
    """By the name alone, as the service does; absent when the name says nothing."""
    content_type, _ = mimetypes.guess_type(filename)
    if content_type is None:
        return None
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
