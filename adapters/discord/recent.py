"""Finding what was posted before: Discord forgets a nonce after some minutes, and would then post a second time.

Source: "Get Channel Messages", "Message Resource", Discord developer docs.
"""

from typing import Any, cast

import structlog
from pydantic import BaseModel, ValidationError

from adapters.discord.events import Attachment, Snowflake, User, parse_name
from adapters.discord.parts import render_content, render_nonce
from adapters.discord.progress import render_progress
from adapters.discord.rest import Refused, Rest
from bot.models import Inbound, Part

RECENT = "/channels/{channel}/messages?limit=50"

log = structlog.stdlib.get_logger()


class Drawn(BaseModel):
    title: str | None = None


class Posted(BaseModel):
    """The fields of a message that tell what it is."""

    id: Snowflake
    author: User
    content: str = ""
    nonce: str | int | None = None
    attachments: list[Attachment] = []
    embeds: list[Drawn] = []


class RecentPosts:
    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._own: str | None = None  # our user's id, once it was needed

    async def find(self, place: str, to: Inbound, part: Part) -> dict[str, Any] | None:
        """The newest of our messages there that is this part, or None: for want of it, or of the right to look."""
        try:
            own = await self._own_id(part)
            listed = await self._rest.call("GET", RECENT, {"channel": place}, must=part.final)
        except Refused as refused:
            log.info("recent_posts_not_read", cause=str(refused))
            return None
        messages = cast("list[dict[str, Any]]", listed.get("items", []))
        return next((one for one in messages if is_post_of(one, to, part, own=own)), None)

    async def _own_id(self, part: Part) -> str:
        if self._own is None:
            self._own = str((await self._rest.call("GET", "/users/@me", {}, must=part.final))["id"])
        return self._own


def is_post_of(message: dict[str, Any], to: Inbound, part: Part, *, own: str) -> bool:
    """Whether a message is this part, by its nonce; where Discord leaves that out, by its file's name, its
    embed's title or its text.

    Those may be as in an earlier reply, so that then only what is newer than the question counts.
    """
    try:
        posted = Posted.model_validate(message)
    except ValidationError:
        return False
    if posted.author.id != own:
        return False
    if posted.nonce is not None:
        return str(posted.nonce) == render_nonce(part)
    asked = to.message.partition("-")[0]  # of a reaction: the message it was given to
    return int(posted.id) > int(asked) and _looks_like(posted, to, part)


def _looks_like(posted: Posted, to: Inbound, part: Part) -> bool:
    if part.file is not None:
        return any(part.file.name in (one.filename, parse_name(one)) for one in posted.attachments)
    if part.progress is not None:
        return render_progress(part.progress)["title"] in (one.title for one in posted.embeds)
    return bool(posted.content) and posted.content == render_content(to, part)
