"""What every REST call goes through: user agent, rate limits, token, scripted failures, the ledger.

Source: "API Reference" and "Rate Limits", Discord developer docs.
"""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.simulators.discord.errors import ApiError, refused
from bot.simulators.discord.faults import Failure
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.limits import RateLimited
from bot.simulators.discord.platform import Platform

API = "/api/v10"
FILES = ("/attachments/", "/ephemeral-attachments/")
PROVEN_BY_PATH = ("/interactions/", "/webhooks/")  # these carry their own token


@dataclass(frozen=True)
class Call:
    """One request: its route as a template, its path as it came, and the parameters that are no secret."""

    route: str
    path: str
    major: str  # what rate limits are counted for
    parameters: dict[str, str]

    @property
    def is_for_files(self) -> bool:
        return self.path.partition(" ")[2].startswith(FILES)

    @property
    def proven_by_path(self) -> bool:
        return self.path.partition(" ")[2].startswith(PROVEN_BY_PATH)


def call_of(request: web.Request) -> Call:
    resource = request.match_info.route.resource
    template = resource.canonical if resource else request.path
    parameters = dict(request.match_info)
    majors = (parameters.get(name, "") for name in ("channel_id", "guild_id", "token"))
    route = f"{request.method} {template.removeprefix(API)}"
    path = f"{request.method} {request.path.removeprefix(API)}"
    return Call(route, path, ":".join(majors), {key: value for key, value in parameters.items() if key != "token"})


class Rules:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._ledger = platform.ledger

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith((API, *FILES)):
            return await handler(request)
        call = call_of(request)
        try:
            response = await self._carry_out(request, call, handler)
        except ApiError as error:
            response = _refusal(error)
        except web.HTTPException as error:
            response = _refusal(_as_api_error(error))
        self._ledger.record("call", route=call.route, status=response.status, **call.parameters)
        return response

    async def _carry_out(self, request: web.Request, call: Call, handler: Handler) -> web.StreamResponse:
        headers: dict[str, str] = {}
        if not call.is_for_files:
            headers = self._spend(call)
            self._check_caller(request, call)
        failure = self._platform.faults.take(call.route, call.path)
        response = await (handler(request) if failure is None else self._fail(request, call, failure, handler))
        response.headers.update(headers)
        return response

    def _check_caller(self, request: web.Request, call: Call) -> None:
        """Raises 401 without the bot's token, 40333 without a bot's user agent. Webhook calls need neither."""
        if call.proven_by_path:
            return
        if request.headers.get("Authorization") != f"Bot {self._platform.token}":
            raise ApiError(401, 0, "401: Unauthorized")
        if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
            reason = "a bot names itself as DiscordBot (url, version)"
            self._ledger.record("violation", rule="user agent", reason=reason)
            raise refused(40333)

    def _spend(self, call: Call) -> dict[str, str]:
        try:
            return self._platform.limits.spend(call.route, call.major)
        except RateLimited as limited:
            if limited.again:
                facts = {"route": call.route, **call.parameters}
                self._ledger.record("violation", rule="rate limit", reason="called before retry_after", **facts)
            raise

    async def _fail(self, request: web.Request, call: Call, failure: Failure, handler: Handler) -> web.StreamResponse:
        done = await handler(request) if failure.commit else None
        await asyncio.sleep(failure.stall_seconds)
        if failure.drop:
            return _cut(request)
        if failure.retry_after_seconds is not None:
            raise self._penalty(call, failure, failure.retry_after_seconds)
        if failure.status is not None:
            raise ApiError(failure.status, failure.code, failure.message or HTTPStatus(failure.status).phrase)
        return done or await handler(request)

    def _penalty(self, call: Call, failure: Failure, seconds: float) -> RateLimited:
        self._platform.limits.penalise(call.route, call.major, seconds, everything=failure.everywhere)
        return RateLimited(seconds, scope="global" if failure.everywhere else "user", via=failure.via)


def _cut(request: web.Request) -> web.Response:
    """The caller sees the connection end where the reply should be; the status is for the ledger alone."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)


def _refusal(error: ApiError) -> web.Response:
    body: Payload = error.body
    return web.Response(
        body=json.dumps(body).encode(), status=error.status, content_type="application/json", headers=error.headers
    )


def _as_api_error(error: web.HTTPException) -> ApiError:
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return refused(40005)
    return ApiError(error.status, 0, f"{error.status}: {error.reason}")
