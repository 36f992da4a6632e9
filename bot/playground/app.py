"""The routes of the page."""

from collections.abc import Awaitable, Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.playground.changes import Changes
from bot.playground.discord import DiscordPlace
from bot.playground.fragments import INLINE_IMAGES, Where
from bot.playground.guard import Guard
from bot.playground.page import document
from bot.playground.place import Place, Refused, Upload
from bot.playground.slack import SlackPlace
from bot.simulators.discord import DiscordSimulator
from bot.simulators.slack import SlackSimulator

STATIC = Path(__file__).parent / "static"
FILES_MAX = 10
NO_STORE = {"Cache-Control": "no-store"}
FILE_HEADERS = {**NO_STORE, "Content-Security-Policy": "default-src 'none'; sandbox"}


def playground(slack: SlackSimulator, discord: DiscordSimulator | None = None, *, model: str) -> Starlette:
    """The page of `parley demo`, to be served on loopback.

    `model` is who answers, as the page says it: "the bundled simulator", or the name of a real model; with a real one
    the page says that messages go to Google. Open pages follow their simulator until it stops.
    """
    pages = Pages([SlackPlace(slack), *([DiscordPlace(discord)] if discord else [])], model)
    routes = [
        Route("/", pages.first),
        Route("/channels/{place}/{channel}", pages.channel),
        Route("/changes", pages.changes),
        Route("/commands/{place}", pages.commands),
        Route("/messages", pages.say, methods=["POST"]),
        Route("/edits", pages.edit, methods=["POST"]),
        Route("/gestures", pages.gesture, methods=["POST"]),
        Route("/actions", pages.press, methods=["POST"]),
        Route("/files/{place}/{file}", pages.file),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


class Pages:
    """The endpoints. Places are shown in the order given; the first channel of the first is where one arrives."""

    def __init__(self, places: Sequence[Place], model: str) -> None:
        self._places = {place.key: place for place in places}
        self._model = model

    async def first(self, request: Request) -> Response:  # noqa: ARG002 - it looks at nothing in it
        place = next(iter(self._places.values()))
        return self._page(Where(place, place.channels()[0]))

    async def channel(self, request: Request) -> Response:
        return self._page(self._where(request.path_params["place"], request.path_params["channel"]))

    def _page(self, where: Where) -> Response:
        return HTMLResponse(document(list(self._places.values()), where, self._model), headers=NO_STORE)

    async def changes(self, request: Request) -> "Response | Changes":
        asked = request.query_params
        return Changes(self._where(asked.get("place", ""), asked.get("channel", "")))

    async def commands(self, request: Request) -> Response:
        place = self._places.get(request.path_params["place"])
        listed = [asdict(command) for command in place.commands()] if place else []
        return JSONResponse(listed, headers=NO_STORE)

    async def say(self, request: Request) -> Response:
        async with request.form(max_files=FILES_MAX, max_fields=10) as form:
            where = self._where_in(form)
            text, uploads = _field(form, "text").strip(), await _uploads(form)
            thread_id, reply_to = _field(form, "thread") or None, _field(form, "reply_to") or None
            if not text and not uploads:
                return _answer(request, where, "There is nothing in it yet.")
            saying = where.place.say(where.channel.id, thread_id, text, uploads, reply_to)
            return await _done(request, where, saying)

    async def edit(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            where, text = self._where_in(form), _field(form, "text").strip()
            if not text:
                return _answer(request, where, "There is nothing left in it. You can delete the message instead.")
            return await _done(request, where, where.place.edit(where.channel.id, _field(form, "message"), text))

    async def gesture(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            where, message_id = self._where_in(form), _field(form, "message")
            return await _done(
                request, where, where.place.gesture(where.channel.id, message_id, _field(form, "gesture"))
            )

    async def press(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            where, message_id = self._where_in(form), _field(form, "message")
            return await _done(request, where, where.place.press(where.channel.id, message_id, _field(form, "action")))

    async def file(self, request: Request) -> Response:
        place = self._places.get(request.path_params["place"])
        found = place.file(request.path_params["file"]) if place else None
        if found is None:
            raise HTTPException(404, "This file is not here, or not any more.")
        file, content = found
        if file.media_type in INLINE_IMAGES:
            return Response(content, media_type=file.media_type, headers=FILE_HEADERS)
        if file.media_type == "text/plain":
            return Response(content, media_type="text/plain; charset=utf-8", headers=FILE_HEADERS)
        disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return Response(content, media_type="application/octet-stream", headers=FILE_HEADERS | disposition)

    def _where_in(self, form: FormData) -> Where:
        return self._where(_field(form, "place"), _field(form, "channel"))

    def _where(self, place_key: str, channel_id: str) -> Where:
        place = self._places.get(place_key)
        for channel in place.channels() if place else ():
            if place and channel.id == channel_id:
                return Where(place, channel)
        raise HTTPException(404, "There is no such channel here.")


def _field(form: FormData, name: str) -> str:
    """Browsers send line breaks as CR LF."""
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


async def _uploads(form: FormData) -> list[Upload]:
    """An empty file input sends one file without a name."""
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    return [Upload(file.filename or "file", file.content_type, await file.read()) for file in files]


async def _done(request: Request, where: Where, work: Awaitable[None]) -> Response:
    try:
        await work
    except Refused as refused:
        return _answer(request, where, str(refused))
    return _answer(request, where)


def _answer(request: Request, where: Where, problem: str | None = None) -> Response:
    """JSON for the page's script; a form sent without it gets the page again."""
    if problem is None and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"/channels/{where.place.key}/{where.channel.id}", 303)
    return JSONResponse({"problem": problem}, 400 if problem else 201)
