"""What Discord is sent for a part of a reply. Pure.

A part with progress is an embed. Where the bot may not embed links Discord refuses a post that is nothing else
(50013), calls an edit to it empty (50006), and leaves it out of what has something besides; then the text is shown.

Source: "Create Message", "Uploading Files", Discord developer docs; issues 2601 and 5648 of discord-api-docs.
"""

import hashlib
from typing import Any, Final

from adapters.discord.codes import Code
from adapters.discord.format import render_components, render_markdown, without_previews
from adapters.discord.progress import render_progress
from adapters.discord.rest import Refused
from bot.models import Inbound, Part

FIRST = "0"  # the name by which the conversation calls the part that a reply begins with
NONCE_CHARS = 25
REQUEST_BYTES = 25_000_000  # no more in any server; how much less a file may have depends on the server
SUPPRESS_EMBEDS, SHOW_EMBEDS = 1 << 2, 0
QUIET: Final[dict[str, Any]] = {"allowed_mentions": {"parse": [], "replied_user": False}}

UNDRAWN = (Code.NO_PERMISSION, Code.EMPTY)

TOO_LARGE = "The file is too large for this place on Discord, so I cannot show it."
NOT_TAKEN = "Discord does not take this file, so I cannot show it."
NOT_ALLOWED = "I am not allowed to attach files here, so I cannot show the file."


def render_body(to: Inbound, part: Part) -> dict[str, Any]:
    """The JSON of a post or an edit. What a message of the part's has besides its text is replaced by it."""
    body = QUIET | {"content": render_content(to, part)} | _drawing(part)
    if part.notifies is not None and part.notifies.isdecimal():
        body |= {"content": f"<@{part.notifies}>\n{body['content']}"}
        body["allowed_mentions"] = QUIET["allowed_mentions"] | {"users": [part.notifies]}
    if part.actions is not None:
        body["components"] = render_components(part.actions)
    if part.file is not None:
        body["attachments"] = [{"id": 0, "filename": part.file.name}]
    return body


def _drawing(part: Part) -> dict[str, Any]:
    """The flag hides every embed, also one that comes with it."""
    if part.progress is None:
        return {"embeds": [], "flags": SUPPRESS_EMBEDS}
    return {"embeds": [render_progress(part.progress)], "flags": SHOW_EMBEDS}


def render_content(to: Inbound, part: Part) -> str:
    """The text, unless it is drawn; with the question above the first part of an answer to a command.

    Of a command Discord shows others only that it was used.
    """
    asked = f"> {to.handle['asked']}\n" if is_first(to, part) and "asked" in to.handle else ""
    if part.progress is not None:
        return without_previews(render_markdown(asked.rstrip()))
    return render_markdown(f"{asked}{part.text}")


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


def differs(to: Inbound, part: Part, posted: dict[str, Any]) -> bool:
    """Whether a part looks, or may look, unlike its message. One with a file stays as it was posted."""
    if part.file is not None:
        return False
    may_differ = part.actions is not None or part.progress is not None
    return may_differ or posted.get("content") != render_body(to, part)["content"]


def ensure_sendable(part: Part) -> None:
    """Raises Refused for a file that Discord would not even read to its end."""
    if part.file is not None and len(part.file.data) > REQUEST_BYTES:
        raise Refused(413, Code.TOO_LARGE)


def ensure_drawn(part: Part, message: dict[str, Any]) -> None:
    """Raises Refused for a message that was taken without its embed, as if it had been refused for that."""
    if part.progress is not None and not message.get("embeds"):
        raise Refused(403, Code.NO_PERMISSION)


def without_progress(part: Part) -> Part:
    return part.model_copy(update={"progress": None})


def with_less(part: Part, refused: Refused) -> Part | None:
    """The part as text where its embed was refused, with a note where its file was; None where it was for neither."""
    if part.progress is not None and refused.code in UNDRAWN:
        return without_progress(part)
    return _without_file(part, refused) if part.file is not None else None


def _without_file(part: Part, refused: Refused) -> Part | None:
    if refused.status == 413 or refused.code in (Code.TOO_LARGE, Code.FILE_TOO_LARGE):
        note = TOO_LARGE
    elif refused.code == Code.FILE_NOT_TAKEN:
        note = NOT_TAKEN
    elif refused.code in (Code.NO_PERMISSION, Code.UPLOADS_LIMITED):
        note = NOT_ALLOWED
    else:
        return None
    return part.model_copy(update={"text": f"{part.text}\n\n{note}".strip(), "file": None})
