"""HTTP routes for whoever plays with this Discord from outside: the page of the demo, other processes, scripts."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from yarl import URL

from bot.simulators.discord import state
from bot.simulators.discord.control_bodies import (
    AdvanceBody,
    CommandBody,
    DirectBody,
    DropBody,
    EditBody,
    FailBody,
    MessageCommandBody,
    MessageIdBody,
    PressBody,
    ReactBody,
    SayBody,
    ThreadBody,
)
from bot.simulators.discord.errors import ApiError
from bot.simulators.discord.ledger import Entry
from bot.simulators.discord.people import People
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.routes.wire import number, reply

KEEP_ALIVE_SECONDS = 15.0
Parsed = TypeVar("Parsed", bound=BaseModel)
Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    def __init__(self, platform: Platform, people: People) -> None:
        self._platform = platform
        self._people = people

    def routes(self) -> list[web.RouteDef]:
        posts: dict[str, Respond] = {
            "say": self.say,
            "command": self.command,
            "message-command": self.message_command,
            "press": self.press,
            "edit": self.edit,
            "delete": self.delete,
            "react": self.react,
            "direct": self.direct,
            "thread": self.thread,
            "fail": self.fail,
            "drop": self.drop,
            "advance": self.advance,
        }
        gets: dict[str, Respond] = {"state": self.state, "ledger": self.ledger, "changes": self.changes}
        return [
            *(web.post(f"/control/{name}", _guarded(respond)) for name, respond in posts.items()),
            *(web.get(f"/control/{name}", _guarded(respond)) for name, respond in gets.items()),
        ]

    async def say(self, request: web.Request) -> web.Response:
        body = await _read(SayBody, request)
        files = [file.upload() for file in body.files]
        said = self._people.say(
            body.channel_id, body.text, user_id=body.user_id, reply_to=body.reply_to, ping=body.ping, files=files
        )
        return reply(state.message(said, self._platform))

    async def command(self, request: web.Request) -> web.Response:
        body = await _read(CommandBody, request)
        files = [file.upload() for file in body.files]
        used = self._people.command(
            body.name, body.options, channel_id=body.channel_id, user_id=body.user_id, files=files
        )
        return reply({"id": used.id})

    async def message_command(self, request: web.Request) -> web.Response:
        body = await _read(MessageCommandBody, request)
        return reply(
            {"id": self._people.message_command(body.name, message_id=body.message_id, user_id=body.user_id).id}
        )

    async def press(self, request: web.Request) -> web.Response:
        body = await _read(PressBody, request)
        pressed = self._people.press(body.message_id, body.custom_id, user_id=body.user_id, values=body.values)
        return reply({"id": pressed.id})

    async def edit(self, request: web.Request) -> web.Response:
        body = await _read(EditBody, request)
        return reply(state.message(self._people.edit(body.message_id, body.text), self._platform))

    async def delete(self, request: web.Request) -> web.Response:
        self._people.delete((await _read(MessageIdBody, request)).message_id)
        return reply({})

    async def react(self, request: web.Request) -> web.Response:
        body = await _read(ReactBody, request)
        self._people.react(body.message_id, body.emoji, user_id=body.user_id, added=body.added)
        return reply({})

    async def direct(self, request: web.Request) -> web.Response:
        return reply({"id": self._people.direct((await _read(DirectBody, request)).user_id).id})

    async def thread(self, request: web.Request) -> web.Response:
        body = await _read(ThreadBody, request)
        opened = self._people.open_thread(body.channel_id, body.name, user_id=body.user_id, message_id=body.message_id)
        return reply({"id": opened.id})

    async def fail(self, request: web.Request) -> web.Response:
        body = await _read(FailBody, request)
        self._platform.faults.add(body.route, body.failure)
        return reply({"route": body.route, "failure": asdict(body.failure)})

    async def drop(self, request: web.Request) -> web.Response:
        body = await _read(DropBody, request)
        self._platform.gateway.delivery.lose(body.lose)
        self._platform.gateway.drop(
            resumable=body.resumable, close_code=body.close_code, outage_seconds=body.outage_seconds
        )
        return reply({})

    async def advance(self, request: web.Request) -> web.Response:
        self._platform.clock.advance((await _read(AdvanceBody, request)).seconds)
        return reply({"now": self._platform.clock.now()})

    async def state(self, _: web.Request) -> web.Response:
        return reply(state.snapshot(self._platform))

    async def ledger(self, request: web.Request) -> web.Response:
        """Entries after a sequence number, of one kind when `kind` says so."""
        kind: str | None = request.query.get("kind")
        found = self._platform.ledger.after(number(request, "after", 0))
        shown = [entry.as_json() for entry in found if kind in (None, entry.kind)]
        return reply({"entries": shown, "dropped": self._platform.ledger.dropped})

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: first what came after `after` or `Last-Event-ID`, then what comes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        last = request.headers.get("Last-Event-ID", "")
        after = int(last) if last.isdecimal() else number(request, "after", self._platform.ledger.last_number)
        with self._platform.ledger.reader() as entries:
            for entry in self._platform.ledger.after(after):
                await response.write(_event(entry))
            await _relay(entries, response)
        return response


async def _relay(entries: asyncio.Queue[Entry | None], response: web.StreamResponse) -> None:
    while True:
        try:
            entry = await asyncio.wait_for(entries.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if entry is None:
            return
        await response.write(_event(entry))


def _event(entry: Entry) -> bytes:
    return f"id: {entry.number}\nevent: {entry.kind}\ndata: {json.dumps(entry.as_json())}\n\n".encode()


def _guarded(respond: Respond) -> Respond:
    """Mistakes become 400 with a sentence; pages of other origins get 403."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not _is_from_here(request):
            return reply({"error": "only for pages and programs of this machine"}, status=403)
        try:
            return await respond(request)
        except (ValueError, ApiError) as error:
            return reply({"error": str(error)}, status=400)

    return guarded


def _is_from_here(request: web.Request) -> bool:
    """A foreign name that resolves to loopback, or a page from elsewhere, may not steer this."""
    origin = request.headers.get("Origin")
    hosts = [URL(f"http://{request.host}").host, *([URL(origin).host] if origin else [])]
    return all(host in ("127.0.0.1", "localhost") for host in hosts)


async def _read(model: type[Parsed], request: web.Request) -> Parsed:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, found["loc"])) for found in error.errors())
        raise ValueError(f"not understood: {wrong or 'the body'}") from error
