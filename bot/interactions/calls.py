"""One call to the API: sent once, and every failure an error of ours."""

import json
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import httpx

from bot.interactions import failures
from bot.interactions.errors import InteractionError
from bot.interactions.transport import Sliced
from bot.interactions.wire import Json, JsonObject, parse_object

LONGEST_ERROR_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(failures.Call):
    method: Literal["GET", "POST", "DELETE"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Json] | bytes | None = None  # JSON, or bytes as they are
    accept: str = "application/json"


@asynccontextmanager
async def opened(http: httpx.AsyncClient, request: httpx.Request, call: Call) -> AsyncGenerator[httpx.Response, None]:
    """The answer to a request, if it is a success; its body is read or dropped at the end."""
    try:
        response = await http.send(request, stream=True)
    except httpx.HTTPError as error:
        raise failures.from_transport(error, call) from error
    try:
        if not response.is_success:
            raise await _refusal(response, call)
        yield response
    finally:
        with suppress(httpx.HTTPError):
            await response.aclose()


async def read_object(response: httpx.Response, call: Call) -> JsonObject:
    """The JSON object a call was answered with."""
    try:
        return parse_object(await response.aread())
    except httpx.HTTPError as error:
        raise failures.no_answer(type(error).__name__, call) from error
    except ValueError as error:
        raise failures.no_answer("not a JSON object", call) from error


def chunks_of(response: httpx.Response) -> AsyncIterable[bytes]:
    """The body as it comes; httpx's own iterators cost as much as all else, and are for what is encoded."""
    if isinstance(response.stream, httpx.AsyncByteStream) and "content-encoding" not in response.headers:
        return response.stream
    return response.aiter_bytes()


def build(http: httpx.AsyncClient, call: Call) -> httpx.Request:
    headers = {"accept": call.accept, **call.headers}
    content = None
    if call.body is not None:
        data = call.body if isinstance(call.body, bytes) else _encoded(call.body)
        headers["content-length"] = str(len(data))
        content = Sliced(data)
    return http.build_request(
        call.method, _address(http, call.path), params=call.query or None, headers=headers, content=content
    )


def _address(http: httpx.AsyncClient, path: str) -> str:
    """The whole address, since httpx parses a relative one three times; where uploads go the API says itself."""
    return path if "://" in path else f"{str(http.base_url).rstrip('/')}/{path.lstrip('/')}"


def _encoded(body: Mapping[str, Json]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


async def _refusal(response: httpx.Response, call: Call) -> InteractionError:
    body = bytearray()
    with suppress(httpx.HTTPError):
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ERROR_BYTES:
                break
    return failures.from_response(response.status_code, response.headers, bytes(body), call)
