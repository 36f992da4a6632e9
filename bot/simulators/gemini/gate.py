"""What every request passes: it is recorded, has to have a key, and may fail as scripted."""

from collections.abc import Callable
from secrets import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulators.gemini.ledger import Ledger
from bot.simulators.gemini.request import parse_object
from bot.simulators.gemini.script import Answers, Dropped, Failure, HttpError, Operation, Script
from bot.simulators.gemini.wire import ApiError, JsonObject

MAX_BODY_BYTES = 100 * 1024 * 1024

HangUp = Callable[[Request], None]  # close the connection this request came over, once what was written is out


class Gate:
    """The door of all operations. `accept_key` is the only key let in; None lets any in, but there must be one."""

    def __init__(self, ledger: Ledger, script: Script, hang_up: HangUp, *, accept_key: str | None) -> None:
        self._ledger = ledger
        self._script = script
        self.hang_up = hang_up
        self._accept_key = accept_key

    async def admit(self, request: Request) -> bytes:
        """The body of a request that is recorded and has a key. Raises ApiError 401 for one that has none."""
        body = await self.read(request)
        key = _key(request)
        if not key or (self._accept_key is not None and not compare_digest(key.encode(), self._accept_key.encode())):
            raise ApiError(401, "authentication", "API key not valid. Please pass a valid API key.")
        return body

    async def read(self, request: Request) -> bytes:
        """The body of a request that is recorded; its key is not looked at."""
        body = await _read(request)
        self._ledger.record(request, _json_or_empty(body), len(body))
        return body

    def next(self, operation: Operation) -> Answers | Failure | None:
        return self._script.next(operation)

    async def fail(self, request: Request, failure: HttpError | Dropped) -> Response:
        if isinstance(failure, HttpError):
            return JSONResponse(failure.body(), failure.status, failure.headers())
        return await self.drop(request)

    async def drop(self, request: Request) -> Response:
        """Hang up without a word. The response that is returned has nobody left to go to."""
        self.hang_up(request)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response()


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
