"""What Discord is sent for a part of a reply. Pure.

Source: "Create Message", "Uploading Files", Discord developer docs.
"""

import hashlib
from typing import Any, Final

from adapters.discord.codes import Code
from adapters.discord.format import render_components, render_markdown
from adapters.discord.rest import Refused
from bot.models import Inbound, Part

FIRST = "0"  # the name by which the conversation calls the part that a reply begins with
NONCE_CHARS = 25
REQUEST_BYTES = 25_000_000  # no more in any server; how much less a file may have depends on the server
SUPPRESS_EMBEDS: Final = 1 << 2
QUIET: Final[dict[str, Any]] = {"allowed_mentions": {"parse": [], "replied_user": False}, "flags": SUPPRESS_EMBEDS}

TOO_LARGE = "The file is too large for this place on Discord, so I cannot show it."
NOT_TAKEN = "Discord does not take this file, so I cannot show it."
NOT_ALLOWED = "I am not allowed to attach files here, so I cannot show the file."


def render_body(part: Part) -> dict[str, Any]:
    """The JSON of a post or an edit. What a message of the part's has besides its text is replaced by it."""
    body = QUIET | {"content": render_markdown(part.text)}
    if part.notifies is not None and part.notifies.isdecimal():
        body |= {"content": f"<@{part.notifies}>\n{body['content']}"}
        body["allowed_mentions"] = QUIET["allowed_mentions"] | {"users": [part.notifies]}
    if part.actions is not None:
        body["components"] = render_components(part.actions)
    if part.file is not None:
        body["attachments"] = [{"id": 0, "filename": part.file.name}]
    return body


def render_nonce(part: Part) -> str:
    if len(part.key) <= NONCE_CHARS:
        return part.key
    return hashlib.sha256(part.key.encode()).hexdigest()[:NONCE_CHARS]


def is_first(to: Inbound, part: Part) -> bool:
    """Whether a reply begins with this part: the one whose key is that of the message asked, with `FIRST` for a name.

    All that is special about the first part hangs on this: alone it takes the place of a command's "thinking…",
    quotes what was asked, and refers to the message it answers. A reply without such a part leaves "thinking…" there.
    """
    return part.key == f"{to.message}/{FIRST}"


def differs(part: Part, posted: dict[str, Any]) -> bool:
    """Whether a part looks, or may look, unlike its message. One with a file stays as it was posted."""
    if part.file is not None:
        return False
    return part.actions is not None or posted.get("content") != render_body(part)["content"]


def with_question(to: Inbound, part: Part) -> Part:
    """The first part of an answer to a command, under what was asked: Discord shows others only that one was used."""
    if not is_first(to, part) or "asked" not in to.handle:
        return part
    return part.model_copy(update={"text": f"> {to.handle['asked']}\n{part.text}"})


def ensure_sendable(part: Part) -> None:
    """Raises Refused for a file that Discord would not even read to its end."""
    if part.file is not None and len(part.file.data) > REQUEST_BYTES:
        raise Refused(413, Code.TOO_LARGE)


def without_file(part: Part, refused: Refused) -> Part | None:
    """The part with a note in the place of its file, or None where the refusal was not for that."""
    if part.file is None:
        return None
    if refused.status == 413 or refused.code in (Code.TOO_LARGE, Code.FILE_TOO_LARGE):
        note = TOO_LARGE
    elif refused.code == Code.FILE_NOT_TAKEN:
        note = NOT_TAKEN
    elif refused.code in (Code.NO_PERMISSION, Code.UPLOADS_LIMITED):
        note = NOT_ALLOWED
    else:
        return None
    return part.model_copy(update={"text": f"{part.text}\n\n{note}".strip(), "file": None})
