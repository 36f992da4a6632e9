"""The simulator's HTTP: the Interactions API under `/v1` and `/v1beta`, and `/control` for scripts.

Whoever reaches the port may script it, which is why it listens on loopback only and answers to no other name.

Source: "Interactions API" reference, Gemini API docs; the path `:cancel` is how LiteLLM spells it.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from secrets import compare_digest

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.simulators.gemini import wire
from bot.simulators.gemini.answering import input_tokens, pieces
from bot.simulators.gemini.ledger import Ledger
from bot.simulators.gemini.request import CreateRequest, parse_create, parse_input, parse_object
from bot.simulators.gemini.run import Runs
from bot.simulators.gemini.script import (
    ORDERS,
    Answers,
    Cut,
    Dropped,
    Ends,
    EndsEarly,
    ErrorEvent,
    Failure,
    HttpError,
    NoDone,
    OnlyThinks,
    Refused,
    SaysNothing,
    Script,
    Silent,
    StreamFailure,
)
from bot.simulators.gemini.store import Interaction, Store
from bot.simulators.gemini.streaming import render_stream
from bot.simulators.gemini.wire import ApiError, JsonObject

MAX_BODY_BYTES = 100 * 1024 * 1024
VERSIONS = ("v1", "v1beta")
_CANCEL = ":cancel"

HangUp = Callable[[Request], None]  # close the connection this request came over, once what was written is out


@dataclass(frozen=True)
class Options:
    research_seconds: float
    accept_key: str | None  # None: any key will do, but there must be one
    resume_foreground: bool


class Api:
    """The operations. Each records what it was asked, checks the key, and may fail as scripted."""

    def __init__(self, ledger: Ledger, script: Script, runs: Runs, options: Options, hang_up: HangUp) -> None:
        self._ledger = ledger
        self._script = script
        self._runs = runs
        self._options = options
        self._hang_up = hang_up
        self._store = Store()

    async def create(self, request: Request) -> Response:
        body = await self._admit(request)
        wanted = parse_create(parse_object(body))
        steps = parse_input(wanted.input)
        self._store.parent(wanted.previous_interaction_id)
        ordered = self._script.next("create")
        match ordered:
            case HttpError() | Dropped(after_creating=False):
                return await self._fail(request, ordered)
            case Refused():
                return _refuse(ordered, self._store, wanted, steps)
            case _:
                interaction = self._store.create(wanted, steps, request_bytes=len(body))
                self._start(interaction, ordered)
                return await self._answer(request, interaction, ordered)

    async def get(self, request: Request) -> Response:
        await self._admit(request)
        ordered = self._script.next("get")
        if isinstance(ordered, HttpError | Dropped):
            return await self._fail(request, ordered)
        interaction = self._store.get(request.path_params["id"])
        if request.query_params.get("stream") == "true":
            return self._resume(request, interaction, ordered)
        timeline = interaction.timeline()
        if request.query_params.get("include_input") == "true":
            timeline["input"] = wire.plain(interaction.input)
        return JSONResponse(timeline)

    async def cancel(self, request: Request) -> Response:
        await self._admit(request)
        ordered = self._script.next("cancel")
        if isinstance(ordered, HttpError | Dropped):
            return await self._fail(request, ordered)
        interaction = self._store.get(_cancelled_id(request))
        if not interaction.request.background:
            raise ApiError(400, "invalid_request", "Only background interactions can be cancelled.")
        if interaction.finished:
            raise ApiError(400, "failed_precondition", "The interaction has already ended.")
        self._runs.stop(interaction)
        await interaction.log.ended()
        return JSONResponse(interaction.timeline())

    async def delete(self, request: Request) -> Response:
        await self._admit(request)
        ordered = self._script.next("delete")
        if isinstance(ordered, HttpError | Dropped):
            return await self._fail(request, ordered)
        self._store.delete(request.path_params["id"])
        return JSONResponse({})

    async def order(self, request: Request) -> Response:
        """`POST /control/script`: what the next requests will get, as `Answers` or `Fails` in JSON."""
        try:
            self._script.order(ORDERS.validate_json(await request.body()))
        except ValueError as error:
            message = str(error) if not isinstance(error, ValidationError) else "This is no answer and no failure."
            raise ApiError(400, "invalid_request", message) from error
        return JSONResponse({})

    async def read_ledger(self, _request: Request) -> Response:
        """`GET /control/ledger`: every request so far, oldest first."""
        return JSONResponse({"requests": [recorded.to_json() for recorded in self._ledger.requests]})

    async def _admit(self, request: Request) -> bytes:
        """The body of a request that is recorded and has a key. Raises ApiError 401 for one that has none."""
        body = await _read(request)
        self._ledger.record(request, _json_or_empty(body), len(body))
        key = _key(request)
        accepted = self._options.accept_key
        if not key or (accepted is not None and not compare_digest(key.encode(), accepted.encode())):
            raise ApiError(401, "authentication", "API key not valid. Please pass a valid API key.")
        return body

    async def _fail(self, request: Request, failure: HttpError | Dropped) -> Response:
        if isinstance(failure, HttpError):
            return JSONResponse(failure.body(), failure.status, failure.headers())
        return await self._drop(request)

    async def _drop(self, request: Request) -> Response:
        """Hang up without a word. The response that is returned has nobody left to go to."""
        self._hang_up(request)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response()

    def _start(self, interaction: Interaction, ordered: Answers | Failure | None) -> None:
        chain = self._store.chain(interaction)
        answers = ordered.answers if isinstance(ordered, Answers) else None
        self._runs.start(
            interaction,
            pieces(chain, answers=answers, research_seconds=self._options.research_seconds),
            input_tokens=input_tokens(chain),
            failure=ordered if isinstance(ordered, Ends | OnlyThinks | SaysNothing | Silent | ErrorEvent) else None,
        )

    async def _answer(self, request: Request, interaction: Interaction, ordered: Answers | Failure | None) -> Response:
        if isinstance(ordered, Dropped):
            return await self._drop(request)
        if interaction.request.stream:
            return self._stream(request, interaction, 0, ordered)
        if not interaction.request.background:
            await interaction.log.ended()
        if isinstance(ordered, Cut):
            return await self._drop(request)
        return JSONResponse(interaction.answer())

    def _resume(self, request: Request, interaction: Interaction, ordered: Answers | Failure | None) -> Response:
        if not (interaction.request.background or self._options.resume_foreground):
            raise ApiError(400, "invalid_request", "Only background interactions can be streamed again.")
        start = interaction.log.place_after(request.query_params.get("last_event_id"))
        return self._stream(request, interaction, start, ordered)

    def _stream(
        self, request: Request, interaction: Interaction, start: int, ordered: Answers | Failure | None
    ) -> Response:
        failure = ordered if isinstance(ordered, Cut | EndsEarly | NoDone) else None
        return _events(self._frames(request, interaction, start, failure))

    async def _frames(
        self, request: Request, interaction: Interaction, start: int, failure: StreamFailure | None
    ) -> AsyncIterator[bytes]:
        hang_up = partial(self._hang_up, request)
        try:
            async for frame in render_stream(interaction.log, start, failure=failure, hang_up=hang_up):
                yield frame
        finally:
            if not interaction.request.store:
                self._runs.stop(interaction)


def create_app(api: Api) -> Starlette:
    """The routes of an `Api`. Every error is JSON, in the shape of the Interactions API."""
    routes = [Route("/control/script", api.order, methods=["POST"]), Route("/control/ledger", api.read_ledger)]
    for version in VERSIONS:
        base = f"/{version}/interactions"
        routes += [
            Route(base, api.create, methods=["POST"]),
            Route(f"{base}/{{id}}", api.get, methods=["GET"]),
            Route(f"{base}/{{id}}", api.delete, methods=["DELETE"]),
            Route(f"{base}/{{id}}/cancel", api.cancel, methods=["POST"]),
            Route(f"{base}/{{id}}", api.cancel, methods=["POST"]),
        ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        exception_handlers={ApiError: _render_error, HTTPException: _render_error},
    )


def _refuse(failure: Refused, store: Store, wanted: CreateRequest, steps: list[JsonObject]) -> Response:
    """The content filter: a stream has begun when it says no, with a line that is no event. Nothing is kept."""
    refusal = ApiError(400, failure.code, failure.message)
    if not wanted.stream:
        raise refusal
    unstored = wanted.model_copy(update={"store": False})
    interaction = store.create(unstored, steps, request_bytes=0)
    begun = [wire.created(interaction.summary()), wire.status_update(interaction.id, "in_progress")]

    async def frames() -> AsyncIterator[bytes]:
        for event in begun:
            yield wire.frame(event)
        yield f"{wire.compact(refusal.body())}\n\n".encode()

    return _events(frames())


def _events(frames: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(frames, media_type="text/event-stream")


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(400, "invalid_request", "The request is larger than 100 MB.")
    return bytes(body)


def _json_or_empty(body: bytes) -> JsonObject:
    try:
        return parse_object(body)
    except ApiError:
        return {}


def _key(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else ""
    return request.headers.get("x-goog-api-key") or request.query_params.get("key") or bearer


def _cancelled_id(request: Request) -> str:
    """The id to cancel, from either spelling of the path. Raises ApiError 404 for a POST that is neither."""
    interaction_id: str = request.path_params["id"]
    if request.url.path.endswith("/cancel"):
        return interaction_id
    if not interaction_id.endswith(_CANCEL):
        raise ApiError(404, "not_found", "There is nothing here.")
    return interaction_id.removesuffix(_CANCEL)


def _render_error(_request: Request, error: Exception) -> Response:
    match error:
        case ApiError():
            return JSONResponse(error.body(), error.status)
        case HTTPException(status_code=status):
            return JSONResponse(ApiError(status, "not_found", "There is nothing here.").body(), status)
        case _:
            raise error
