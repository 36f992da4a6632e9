"""`/api/<method>`: who calls, may they now, what was scripted, then the method; every call is recorded.

Sources: "Using the Slack Web API", "Rate limits", Slack developer docs.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulators.slack.failures import Failure, RateLimited, Refusal, ReplyLost, Script, ServerFault, Stall
from bot.simulators.slack.ledger import Ledger
from bot.simulators.slack.limits import RateLimits
from bot.simulators.slack.workspace import JsonObject, NotThere

ERROR_HEADER = "x-simulated-error"  # the error of an answer once more, for the ledger and for people with curl


class Refused(Exception):
    """The method says no: HTTP 200, `ok` false, this error."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Arguments:
    """What a caller sent, from query, form or JSON alike: values that are strings there mean the same."""

    def __init__(self, values: JsonObject) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> list[str]:
        return sorted(self._values)

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return str(value) if isinstance(value, str | int | float) else None

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Refused("invalid_arguments")
        return value

    def flag(self, name: str) -> bool | None:
        value = self._values.get(name)
        return None if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refused("invalid_arguments") from None

    def parsed(self, name: str) -> JsonValue:
        """A structured argument, which form callers send as JSON text."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value:
            return value
        try:
            return cast("JsonValue", json.loads(value))
        except ValueError:
            raise Refused("invalid_arguments") from None

    def items(self, name: str) -> list[JsonValue]:
        value = self.parsed(name)
        if value is None or isinstance(value, list):
            return value or []
        raise Refused("invalid_arguments")


FAULTS = {
    "text": (b"upstream fault", "text/plain"),
    "html": (b"<html><title>upstream fault</title></html>", "text/html"),
    "broken_json": (b'{"ok": false, "error": "upstream fault', "application/json"),
    "bytes": (b"upstream fault \xff\xfe", "application/json"),
}

Method = Callable[[Arguments], Awaitable[JsonObject]]


class WebApi:
    """Dispatches to `methods`; `closing` ends stalls when the simulator shuts down."""

    def __init__(self, token: str, methods: Mapping[str, Method], ledger: Ledger, limits: RateLimits) -> None:
        self.script = Script()
        self.closing = asyncio.Event()
        self._token = token
        self._methods = methods
        self._ledger = ledger
        self._limits = limits

    async def handle(self, request: Request) -> Response:
        method, started = str(request.path_params["method"]), time.monotonic()
        try:
            arguments, token = await _read(request)
            failure = self._admit(method, arguments, token)
            result = failure if isinstance(failure, Response) else await self._run(method, arguments, failure)
        except Refused as refused:
            arguments, failure = Arguments({}), None
            result = _refusal(refused.error)
        self._record(method, arguments, result, started)
        if isinstance(failure, ReplyLost):
            await _cut(request)
        return result

    def _admit(self, method: str, arguments: Arguments, token: str | None) -> Failure | Response | None:
        """The scripted failure of this call, or the refusal it gets before the method is even looked at."""
        if not token:
            return _refusal("not_authed")
        if token != self._token:
            return _refusal("invalid_auth")
        if method not in self._methods:
            return _refusal("unknown_method")
        verdict = self._limits.judge(method, arguments.text("channel") or "", time.monotonic())
        if verdict.is_violation:
            self._ledger.record(
                "violation", reason="call_inside_retry_after", method=method, channel=arguments.text("channel")
            )
        if verdict.retry_after_seconds:
            return _slow_down(verdict.retry_after_seconds)
        return self.script.next(method)

    async def _run(self, method: str, arguments: Arguments, failure: Failure | None) -> Response:
        match failure:
            case RateLimited(retry_after_seconds=seconds):
                self._limits.penalise(method, seconds, time.monotonic())
                return _slow_down(seconds)
            case ServerFault(status=status, body=body):
                content, media_type = FAULTS[body]
                return Response(content, status, media_type=media_type)
            case Refusal(error=error):
                return _refusal(error)
            case Stall(seconds=seconds):
                await self._stall(seconds)
            case _:
                pass
        return await self._call(method, arguments)

    async def _call(self, method: str, arguments: Arguments) -> Response:
        try:
            return JSONResponse({"ok": True, **await self._methods[method](arguments)})
        except Refused as refused:
            return _refusal(refused.error)
        except NotThere:
            return _refusal("not_found")

    async def _stall(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            pass

    def _record(self, method: str, arguments: Arguments, result: Response, started: float) -> None:
        self._ledger.record(
            "call",
            method=method,
            channel=arguments.text("channel") or arguments.text("channel_id"),
            thread_ts=arguments.text("thread_ts"),
            ts=arguments.text("ts"),
            arguments=[*arguments.names()],
            status=result.status_code,
            error=result.headers.get(ERROR_HEADER),
            seconds=round(time.monotonic() - started, 6),
        )


def _refusal(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error}, headers={ERROR_HEADER: error})


def _slow_down(seconds: int) -> Response:
    headers = {"Retry-After": str(seconds), ERROR_HEADER: "ratelimited"}
    return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers=headers)


async def _read(request: Request) -> tuple[Arguments, str | None]:
    """The arguments of a request and its token, which is not among them: it must reach no ledger."""
    values: JsonObject = {**request.query_params}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        values |= await _json_object(request)
    elif media_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form() as form:
            values |= {name: value for name, value in form.items() if isinstance(value, str)}
    in_body = values.pop("token", None)
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    bearer = credential.strip() if scheme.lower() == "bearer" else ""
    return Arguments(values), bearer or (in_body if isinstance(in_body, str) else None)


async def _json_object(request: Request) -> JsonObject:
    try:
        body = cast("JsonValue", json.loads(await request.body() or b"{}"))
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body


async def _cut(request: Request) -> None:
    """Close the connection under the request and wait until that is felt."""
    transport = cast("asyncio.Transport", request.state.transport)
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
