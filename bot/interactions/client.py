"""The Interactions API as this project uses it: thin, on httpx, and never repeating a call by itself.

Why not the official SDK: creating is neither idempotent nor free, and it repeats a create up to four times, also
after timeouts; and it costs many times the CPU per event. Here every failure is raised once, with
`retry_after` saying whether the same call may be made again.

Source: "Interactions API", "Streaming interactions", Gemini API docs.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from urllib.parse import quote

import httpx

from bot.interactions import failures
from bot.interactions.assemble import Assembler
from bot.interactions.calls import Call, build, chunks_of, opened, read_object
from bot.interactions.continuation import continued, joined
from bot.interactions.editions import Edition, decode_event, decode_interaction, encode
from bot.interactions.errors import InteractionError, OutcomeUnknown, StreamCut
from bot.interactions.events import Event, Finished
from bot.interactions.interaction import Interaction
from bot.interactions.requests import Request
from bot.interactions.sse import Frame, Splitter
from bot.interactions.wire import JsonObject

DRAIN_SECONDS = 0.25

Tells = Callable[[InteractionError | None], None]


class InteractionsClient:
    """Operations on interactions. `http` comes from `open_http`, and stays the caller's to close.

    `edition` is what is sent; whatever comes back is understood. The edition `outputs` wants version v1beta. `tells`
    is told what each call came to: None, or the error.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        version: str = "v1",
        edition: Edition = "steps",
        tells: Tells | None = None,
    ) -> None:
        self._http = http
        self._tells: Tells = tells or (lambda _: None)
        self._edition: Edition = edition
        self._collection = f"/{version}/interactions"

    def stream(self, request: Request, *, into: Assembler | None = None) -> AsyncGenerator[Event, None]:
        """Create an interaction and yield its events; the last is `Finished`, whatever its status.

        An answer too long for one interaction goes on in the next one, which `Continued` tells of.
        Give an `into` to go on with after a `StreamCut`. To stop early, close the generator (`aclosing`).
        Raises ValueError at once for content that has to be opened first, InteractionError while iterating.
        """
        return self._followed(self._create(request, stream=True), request, into or Assembler())

    def resume(
        self,
        interaction_id: str,
        *,
        after: str | None = None,
        into: Assembler | None = None,
        request: Request | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Yield the events of a stored interaction that came after the event id `after`, or all of them.

        With the `into` of the stream that was cut, `Finished` carries the whole interaction;
        without, only what came after. With the `request`, an answer that has to be continued is.
        """
        query = {"stream": "true"} if after is None else {"stream": "true", "last_event_id": after}
        call = Call(method="GET", path=self._path(interaction_id), query=query, accept="text/event-stream")
        assembler = into or Assembler(interaction_id)
        assembler.resume_after(after)
        return self._followed(call, request, assembler)

    async def create(self, request: Request) -> Interaction:
        """Create an interaction and wait for its answer; with `background`, only for its id.

        Raises StreamCut when the answer had to be continued and could not be.
        """
        answer = await self._interaction(self._create(request, stream=False))
        while following := continued(request, answer):
            request = following
            try:
                answer = joined(answer, await self._interaction(self._create(request, stream=False)))
            except InteractionError as error:
                raise _not_continued(error, answer.id) from error
        return answer

    async def get(self, interaction_id: str, *, include_input: bool = False) -> Interaction:
        """The stored interaction. Its steps include the user's; the older edition has to be asked for them."""
        query = {"include_input": "true"} if include_input else {}
        query["stream"] = "false"
        return await self._interaction(Call(method="GET", path=self._path(interaction_id), query=query))

    async def cancel(self, interaction_id: str) -> Interaction:
        """Stop a background interaction. Its status may lag behind for a moment."""
        return await self._interaction(Call(method="POST", path=f"{self._path(interaction_id)}/cancel"))

    async def delete(self, interaction_id: str) -> None:
        """Remove the record of an interaction; one that still runs has to be cancelled first."""
        call = Call(method="DELETE", path=self._path(interaction_id))
        async with self._opened(call):
            pass

    def _create(self, request: Request, *, stream: bool) -> Call:
        return Call(
            method="POST",
            path=self._collection,
            body=encode(request, self._edition, stream=stream),
            accept="text/event-stream" if stream else "application/json",
            creates=True,
            has_parent=request.previous_interaction_id is not None,
        )

    @asynccontextmanager
    async def _opened(self, call: Call) -> AsyncGenerator[httpx.Response, None]:
        try:
            async with opened(self._http, build(self._http, call), call) as response:
                self._tells(None)
                yield response
        except InteractionError as error:
            self._tells(error)
            raise

    def _path(self, interaction_id: str) -> str:
        return f"{self._collection}/{quote(interaction_id, safe='')}"

    async def _interaction(self, call: Call) -> Interaction:
        async with self._opened(call) as response:
            fields = await read_object(response, call)
        return _decode_answer(fields, call)

    async def _followed(self, call: Call, request: Request | None, assembler: Assembler) -> AsyncGenerator[Event, None]:
        """The events of an answer, over as many interactions as it takes.

        One generator and not three: each costs every delta another step.
        """
        while True:
            async with self._connected(call, assembler) as chunks:
                splitter, ended = Splitter(), None
                chunk: bytes | None = b""
                while ended is None and chunk is not None:
                    chunk = await anext(chunks, None)
                    for event in _read(splitter.close() if chunk is None else splitter.feed(chunk), assembler):
                        if isinstance(event, Finished):
                            ended = event
                            break
                        yield event
                if ended is None:
                    raise _cut("it ended without a terminal event", assembler)
                await _drain(chunks)
            following = continued(request, ended.interaction)
            if following is None:
                yield ended
                return
            assembler.go_on()
            request, call = following, self._create(following, stream=True)

    @asynccontextmanager
    async def _connected(self, call: Call, assembler: Assembler) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """The bytes of a stream; what breaks it becomes an error that says where to go on."""
        try:
            async with self._opened(call) as response:
                with _breaks_as_cut(assembler):
                    yield aiter(chunks_of(response))
        except InteractionError as error:
            if assembler.interaction_id is None and assembler.go_back():
                raise _not_continued(error, assembler.interaction_id) from error
            raise


@contextmanager
def _breaks_as_cut(assembler: Assembler) -> Generator[None, None, None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise _cut(type(error).__name__, assembler) from error
    except ValueError as error:
        raise _cut("a frame that is not a JSON object", assembler) from error
    except OutcomeUnknown as error:  # the gateway gave up on the stream, not on the interaction
        raise _cut(error.code, assembler) from error


def _read(frames: list[Frame], assembler: Assembler) -> Iterator[Event]:
    for frame in frames:
        event = decode_event(frame)
        if event is not None and not (assembler.expected and assembler.repeats(event)):
            yield assembler.feed(event)


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the little that follows the terminal event, so that the connection can be used again."""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


def _decode_answer(fields: JsonObject, call: Call) -> Interaction:
    interaction = decode_interaction(fields)
    if interaction.status:
        return interaction
    if error := fields.get("error"):
        raise failures.from_error_object(error if isinstance(error, dict) else {})
    raise failures.no_answer("an answer without a status", call)


def _cut(reason: str, assembler: Assembler) -> StreamCut:
    return StreamCut(reason, interaction_id=assembler.interaction_id, last_event_id=assembler.last_event_id)


def _not_continued(error: InteractionError, owner: str | None) -> StreamCut:
    """For the answer as a whole: its first part exists, so the call it came from must not be made again."""
    return StreamCut(f"not continued: {error}", interaction_id=owner, last_event_id=None)
