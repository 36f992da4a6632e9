"""HTTP as the Interactions client needs it: httpx in front, aiohttp's sockets behind.

The stock transport reports a connection that broke after the request was sent as `ConnectTimeout`, the very
class that means "not sent", and lets some of aiohttp's own exceptions through. Creating is neither free nor
idempotent, so the difference matters: here a failure is a connect error only when no byte can have left.
"""

from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError
from httpx_aiohttp import AiohttpTransport

from bot import proxies
from bot.failpoints import Point, is_armed, reached

CONNECT_TIMEOUT_SECONDS = 10.0
SLICE_BYTES = 64 * 1024

_FAILURES = (httpx.TransportError, aiohttp.ClientError, HttpProcessingError, OSError)


def _by_cause(error: Exception) -> httpx.TransportError:
    cause = error.__cause__ if isinstance(error, httpx.TransportError) and error.__cause__ else error
    match cause:
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError(str(cause))
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout(str(cause))
        case TimeoutError():
            return httpx.ReadTimeout(str(cause))
        case _:
            return httpx.ReadError(f"{type(cause).__name__} after the request was sent")


class _Body(httpx.AsyncByteStream):
    """The answer's bytes, with failures by cause."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except _FAILURES as error:
            raise _by_cause(error) from error

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        except _FAILURES as error:
            raise _by_cause(error) from error


class Sliced(httpx.AsyncByteStream):
    """A request body in slices: aiohttp writes one large piece without letting anybody else run."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), SLICE_BYTES):
            yield self._body[start : start + SLICE_BYTES]


def _telling_when_sent() -> aiohttp.TraceConfig:
    async def sent(*_: object) -> None:
        reached(Point.REQUEST_SENT)

    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(sent)
    return trace


class Transport(AiohttpTransport):
    """aiohttp with as many connections as there are streams, no cookies kept, and failures by cause."""

    def get_client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self.ssl_context),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=proxies.configured(),
            trace_configs=[_telling_when_sent()] if is_armed(Point.REQUEST_SENT) else None,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except _FAILURES as error:
            raise _by_cause(error) from error
        response.stream = _Body(cast("httpx.AsyncByteStream", response.stream))
        return response


def open_http(base_url: str, api_key: str, *, read_timeout_seconds: float = 120) -> httpx.AsyncClient:
    """A client for the API at `base_url`, to be closed by the caller.

    `read_timeout_seconds` is the longest silence, before the answer and between its chunks.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"x-goog-api-key": api_key, "content-type": "application/json", "user-agent": "parley"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # httpx keeps some of its own
        transport=Transport(),
        timeout=httpx.Timeout(read_timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS, pool=CONNECT_TIMEOUT_SECONDS),
        follow_redirects=False,
    )
