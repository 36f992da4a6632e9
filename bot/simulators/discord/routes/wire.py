"""Requests read, replies written, as every route does it."""

import json
import re
from dataclasses import replace
from typing import TypeVar

from aiohttp import BodyPartReader, MultipartReader, web

from bot.simulators.discord.bodies import EditBody, parse
from bot.simulators.discord.errors import refused
from bot.simulators.discord.message_rules import REQUEST_BYTES
from bot.simulators.discord.nouns import Channel, Permission, Upload
from bot.simulators.discord.world import World

Parsed = TypeVar("Parsed", bound=EditBody)
FILE_FIELD = re.compile(r"^files?\[(\d+)\]$")


def reply(value: object, *, status: int = 200) -> web.Response:
    """JSON whose content type is exactly `application/json`: with a charset some clients take it for text."""
    return web.Response(body=json.dumps(value).encode(), status=status, content_type="application/json")


def nothing() -> web.Response:
    return web.Response(status=204)


async def read_parts(request: web.Request) -> tuple[bytes, dict[str, Upload]]:
    """A request's JSON and its files by number, for JSON bodies and for multipart ones. Raises 40005, 50109."""
    if request.content_type != "multipart/form-data":
        return await request.read(), {}
    try:
        return await _read_multipart(await request.multipart())
    except ValueError as broken:
        raise refused(50109) from broken


async def _read_multipart(parts: MultipartReader) -> tuple[bytes, dict[str, Upload]]:
    text, uploads, size_bytes = b"{}", dict[str, Upload](), 0
    async for part in parts:
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=False))
        size_bytes += len(data)
        if size_bytes > REQUEST_BYTES:
            raise refused(40005)
        if part.name == "payload_json":
            text = data
        elif match := FILE_FIELD.match(part.name or ""):
            uploads[match[1]] = Upload(part.filename or "unknown", data)
    return text, uploads


async def read_message(request: web.Request, model: type[Parsed]) -> tuple[Parsed, list[Upload]]:
    """A message's body and its files, in the order in which they were sent."""
    text, uploads = await read_parts(request)
    body = parse(model, text)
    return body, described(body, uploads)


def described(body: EditBody, uploads: dict[str, Upload]) -> list[Upload]:
    """The files with what the body says about them: name and description."""
    about = {one.id: one for one in body.attachments or []}
    named: list[Upload] = []
    for number, upload in uploads.items():
        said = about.get(number)
        filename = (said and said.filename) or upload.filename
        named.append(replace(upload, filename=filename, description=said and said.description))
    return named


def require(world: World, channel: Channel, *permissions: Permission) -> None:
    """Raises 50001 where the bot cannot see the channel, 50013 for any other permission it lacks."""
    held = world.bot_permissions(channel)
    if Permission.VIEW_CHANNEL not in held:
        raise refused(50001)
    if any(permission not in held for permission in permissions):
        raise refused(50013)


def number(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else default


def is_wanted(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() in ("true", "1")
