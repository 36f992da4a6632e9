"""The simulator's interactions over HTTP: create, get, cancel, delete, in both editions.

Source: "Interactions API" reference, Gemini API docs; the path `:cancel` is how LiteLLM spells it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.simulators.gemini import wire
from bot.simulators.gemini.answering import input_tokens, pieces
from bot.simulators.gemini.continuations import Continuations
from bot.simulators.gemini.editions import Edition, EditionName, edition_of
from bot.simulators.gemini.environments import Environments
from bot.simulators.gemini.facts import Facts
from bot.simulators.gemini.files import Files
from bot.simulators.gemini.gate import Gate
from bot.simulators.gemini.opening import open_media
from bot.simulators.gemini.request import CreateRequest, parse_create, parse_input, parse_object
from bot.simulators.gemini.run import Runs
from bot.simulators.gemini.script import (
    Answers,
    Cut,
    Dropped,
    EndsEarly,
    Failure,
    Framed,
    HttpError,
    NoDone,
    Refused,
    RunFailure,
)
from bot.simulators.gemini.signatures import check_replay
from bot.simulators.gemini.store import Interaction, Store
from bot.simulators.gemini.streaming import refusal, render_stream
from bot.simulators.gemini.wire import ApiError, JsonObject

_CANCEL = ":cancel"

Ordered = Answers | Failure | None


@dataclass(frozen=True)
class Options:
    research_seconds: float
    resume_foreground: bool
    edition: EditionName


@dataclass(frozen=True)
class _Asked:
    """One create: what came, in which edition, and what was ordered for it."""

    http: Request
    edition: Edition
    request: CreateRequest
    steps: list[JsonObject]
    size_bytes: int


class Interactions:
    """The four operations on interactions."""

    def __init__(
        self, gate: Gate, store: Store, runs: Runs, files: Files, environments: Environments, options: Options
    ) -> None:
        self._gate = gate
        self._store = store
        self._runs = runs
        self._files = files
        self._options = options
        self._continuations = Continuations()
        self._environments = environments

    async def create(self, request: Request) -> Response:
        asked = self._read(request, await self._gate.admit(request))
        parent = self._store.parent(asked.request.previous_interaction_id)
        continued = self._continuations.issuer(asked.request)
        if parent is None:
            check_replay(asked.steps, model=asked.request.model or "")
        opened = await open_media(asked.steps, self._files)
        environment = self._environments.enter(asked.request.environment)
        ordered = self._gate.next("create")
        match ordered:
            case HttpError() | Dropped(after_creating=False):
                return await self._gate.fail(request, ordered)
            case Refused():
                return _refuse(ordered, self._store, asked)
            case _:
                interaction = self._store.create(asked.request, asked.steps, request_bytes=asked.size_bytes)
                interaction.environment = environment
                self._start(interaction, ordered, opened, continued)
                return await self._answer(asked, interaction, ordered)

    async def get(self, request: Request) -> Response:
        await self._gate.admit(request)
        ordered = self._gate.next("get")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        interaction = self._store.get(request.path_params["id"])
        if request.query_params.get("stream") == "true":
            return self._resume(request, interaction, ordered)
        include_input = request.query_params.get("include_input") == "true"
        return JSONResponse(self._edition(request).timeline(interaction, include_input=include_input))

    async def cancel(self, request: Request) -> Response:
        await self._gate.admit(request)
        ordered = self._gate.next("cancel")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        interaction = self._store.get(_cancelled_id(request))
        if not interaction.request.background:
            raise ApiError(400, "invalid_request", "Only background interactions can be cancelled.")
        if interaction.finished:
            raise ApiError(400, "failed_precondition", "The interaction has already ended.")
        self._runs.stop(interaction)
        await interaction.log.ended()
        return JSONResponse(self._edition(request).timeline(interaction, include_input=False))

    async def delete(self, request: Request) -> Response:
        await self._gate.admit(request)
        ordered = self._gate.next("delete")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        self._store.delete(request.path_params["id"])
        return JSONResponse({})

    def _edition(self, request: Request) -> Edition:
        return edition_of(request, self._options.edition)

    def _read(self, request: Request, body: bytes) -> _Asked:
        edition = self._edition(request)
        wanted = parse_create(edition.read(parse_object(body)))
        steps = [] if wanted.continuation_token and wanted.input is None else parse_input(wanted.input)
        return _Asked(request, edition, wanted, steps, len(body))

    def _start(
        self, interaction: Interaction, ordered: Ordered, opened: dict[str, Facts], continued: Interaction | None
    ) -> None:
        chain = self._store.chain(interaction)
        answers = ordered.answers if isinstance(ordered, Answers) else None
        seconds = self._options.research_seconds
        said = continued.rest if continued else pieces(chain, opened, answers=answers, research_seconds=seconds)
        failure = ordered if isinstance(ordered, RunFailure) else None
        self._runs.start(interaction, said, input_tokens=input_tokens(chain), failure=failure)

    async def _answer(self, asked: _Asked, interaction: Interaction, ordered: Ordered) -> Response:
        if isinstance(ordered, Dropped):
            return await self._gate.drop(asked.http)
        if interaction.request.stream:
            return self._stream(asked.http, interaction, 0, ordered)
        if not interaction.request.background:
            await interaction.log.ended()
        self._continuations.remember(interaction)
        if isinstance(ordered, Cut):
            return await self._gate.drop(asked.http)
        return JSONResponse(asked.edition.answer(interaction))

    def _resume(self, request: Request, interaction: Interaction, ordered: Ordered) -> Response:
        if not (interaction.request.background or self._options.resume_foreground):
            raise ApiError(400, "invalid_request", "Only background interactions can be streamed again.")
        start = interaction.log.place_after(request.query_params.get("last_event_id"))
        return self._stream(request, interaction, start, ordered)

    def _stream(self, request: Request, interaction: Interaction, start: int, ordered: Ordered) -> Response:
        return _events(self._frames(request, interaction, start, ordered))

    async def _frames(
        self, request: Request, interaction: Interaction, start: int, ordered: Ordered
    ) -> AsyncIterator[bytes]:
        failure = ordered if isinstance(ordered, Cut | EndsEarly | NoDone | Framed) else None
        render = self._edition(request).events()
        hang_up = partial(self._gate.hang_up, request)
        try:
            async for frame in render_stream(interaction.log, start, render, failure=failure, hang_up=hang_up):
                yield frame
        finally:
            if not interaction.request.store:
                self._runs.stop(interaction)
            self._continuations.remember(interaction)


def _refuse(failure: Refused, store: Store, asked: _Asked) -> Response:
    """The content filter: a stream has begun when it says no. Nothing is kept."""
    words = ApiError(400, failure.code, failure.message)
    if not asked.request.stream:
        raise words
    unstored = asked.request.model_copy(update={"store": False})
    interaction = store.create(unstored, asked.steps, request_bytes=0)
    begun = [wire.created(interaction.summary()), wire.status_update(interaction.id, "in_progress")]
    render = asked.edition.events()

    async def frames() -> AsyncIterator[bytes]:
        for frame in refusal([rendered for event in begun for rendered in render(event)], words.body()):
            yield frame

    return _events(frames())


def _events(frames: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(frames, media_type="text/event-stream")


def _cancelled_id(request: Request) -> str:
    """The id to cancel, from either spelling of the path. Raises ApiError 404 for a POST that is neither."""
    interaction_id: str = request.path_params["id"]
    if request.url.path.endswith("/cancel"):
        return interaction_id
    if not interaction_id.endswith(_CANCEL):
        raise ApiError(404, "not_found", "There is nothing here.")
    return interaction_id.removesuffix(_CANCEL)
