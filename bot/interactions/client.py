"""The Interactions API as this project uses it: thin, on httpx, and never repeating a call by itself.

Why not the official SDK: creating is neither idempotent nor free, and it repeats a create up to four times, also
after timeouts; and it costs many times the CPU per event. Here every failure is raised once, with
`retry_after` saying whether the same call may be made again.

Source: "Interactions API", "Streaming interactions", Gemini API docs.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

import httpx

from bot.interactions import failures
from bot.interactions.assemble import Assembler
from bot.interactions.editions import steps
from bot.interactions.errors import InteractionError, OutcomeUnknown, StreamCut
from bot.interactions.sse import Frame, Splitter
from bot.interactions.transport import Sliced
from bot.interactions.types import Event, Finished, Interaction, Request
from bot.interactions.wire import Json, JsonObject, parse_object

DRAIN_SECONDS = 0.25
LONGEST_ERROR_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call(failures.Call):
    method: Literal["GET", "POST", "DELETE"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Json] | None = None
    accept: str = "application/json"


class InteractionsClient:
    """Operations on interactions. `http` comes from `open_http`, and stays the caller's to close."""

    def __init__(self, http: httpx.AsyncClient, *, version: str = "v1") -> None:
        self._http = http
        self._collection = f"/{version}/interactions"

    def stream(self, request: Request, *, into: Assembler | None = None) -> AsyncGenerator[Event, None]:
        """Create an interaction and yield its events; the last is `Finished`, whatever its status.

        Give an `into` to go on with after a `StreamCut`. To stop early, close the generator (`aclosing`).
        Raises ValueError at once for content that has to be opened first, InteractionError while iterating.
        """
        call = self._create(request, stream=True)
        return self._events(call, into or Assembler())

    def resume(
        self, interaction_id: str, *, after: str | None = None, into: Assembler | None = None
    ) -> AsyncGenerator[Event, None]:
        """Yield the events of a stored interaction that came after the event id `after`, or all of them.

        With the `into` of the stream that was cut, `Finished` carries the whole interaction;
        without, only what came after.
        """
        query = {"stream": "true"} if after is None else {"stream": "true", "last_event_id": after}
        call = _Call(method="GET", path=self._path(interaction_id), query=query, accept="text/event-stream")
        assembler = into or Assembler(interaction_id)
        assembler.last_event_id = after
        return self._events(call, assembler)

    async def create(self, request: Request) -> Interaction:
        """Create an interaction and wait for its answer; with `background`, only for its id."""
        return await self._interaction(self._create(request, stream=False))

    async def get(self, interaction_id: str) -> Interaction:
        """The stored interaction, with all steps including the user's."""
        return await self._interaction(_Call(method="GET", path=self._path(interaction_id), query={"stream": "false"}))

    async def cancel(self, interaction_id: str) -> Interaction:
        """Stop a background interaction. Its status may lag behind for a moment."""
        return await self._interaction(_Call(method="POST", path=f"{self._path(interaction_id)}/cancel"))

    async def delete(self, interaction_id: str) -> None:
        """Remove the record of an interaction; one that still runs has to be cancelled first."""
        async with self._open(_Call(method="DELETE", path=self._path(interaction_id))):
            pass

    def _create(self, request: Request, *, stream: bool) -> _Call:
        return _Call(
            method="POST",
            path=self._collection,
            body=steps.encode(request, stream=stream),
            accept="text/event-stream" if stream else "application/json",
            creates=True,
            has_parent=request.previous_interaction_id is not None,
        )

    def _path(self, interaction_id: str) -> str:
        return f"{self._collection}/{quote(interaction_id, safe='')}"

    async def _interaction(self, call: _Call) -> Interaction:
        async with self._open(call) as response:
            try:
                fields = parse_object(await response.aread())
            except httpx.HTTPError as error:
                raise failures.no_answer(type(error).__name__, call) from error
            except ValueError as error:
                raise failures.no_answer("not a JSON object", call) from error
        return _decode_answer(fields, call)

    async def _events(self, call: _Call, assembler: Assembler) -> AsyncGenerator[Event, None]:
        async with self._open(call) as response:
            chunks = response.aiter_bytes()
            try:
                async with aclosing(_frames(chunks)) as frames:
                    async for frame in frames:
                        event = steps.decode_event(frame)
                        if event is None:
                            continue
                        event = assembler.feed(event)
                        yield event
                        if isinstance(event, Finished):
                            await _drain(chunks)
                            return
            except httpx.HTTPError as error:
                raise _cut(type(error).__name__, assembler) from error
            except ValueError as error:
                raise _cut("a frame that is not a JSON object", assembler) from error
            except OutcomeUnknown as error:  # the gateway gave up on the stream, not on the interaction
                raise _cut(error.code, assembler) from error
        raise _cut("it ended without a terminal event", assembler)

    @asynccontextmanager
    async def _open(self, call: _Call) -> AsyncGenerator[httpx.Response, None]:
        """The answer to a call, if it is a success; its body is read or dropped at the end."""
        try:
            response = await self._http.send(self._build(call), stream=True)
        except httpx.HTTPError as error:
            raise failures.from_transport(error, call) from error
        try:
            if not response.is_success:
                raise await _refusal(response, call)
            yield response
        finally:
            with suppress(httpx.HTTPError):
                await response.aclose()

    def _build(self, call: _Call) -> httpx.Request:
        headers = {"accept": call.accept}
        content = None
        if call.body is not None:
            body = json.dumps(call.body, ensure_ascii=False).encode("utf-8", "replace")
            headers["content-length"] = str(len(body))
            content = Sliced(body)
        return self._http.build_request(call.method, call.path, params=call.query, headers=headers, content=content)


async def _frames(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Frame, None]:
    splitter = Splitter()
    async for chunk in chunks:
        for frame in splitter.feed(chunk):
            yield frame
    for frame in splitter.close():
        yield frame


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the little that follows the terminal event, so that the connection can be used again."""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


async def _refusal(response: httpx.Response, call: _Call) -> InteractionError:
    body = bytearray()
    with suppress(httpx.HTTPError):
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ERROR_BYTES:
                break
    return failures.from_response(response.status_code, response.headers, bytes(body), call)


def _decode_answer(fields: JsonObject, call: _Call) -> Interaction:
    interaction = steps.decode_interaction(fields)
    if interaction.status:
        return interaction
    if error := fields.get("error"):
        raise failures.from_error_object(error if isinstance(error, dict) else {})
    raise failures.no_answer("an answer without a status", call)


def _cut(reason: str, assembler: Assembler) -> StreamCut:
    return StreamCut(reason, interaction_id=assembler.interaction_id, last_event_id=assembler.last_event_id)
