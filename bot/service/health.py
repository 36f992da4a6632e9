"""How the service is: what `GET /readyz` tells, and what the log says while the store is away.

`/readyz` is 503 while any part that is set up is not well, a missing worker included: a monitor that sees only
the status must not take a service that answers nobody for a healthy one. To route requests by it would be
another matter, since events that are turned away may be lost, while those that are stored are answered as soon
as a worker is back. For that there is `/readyz/store`, which tells of nothing else; and nothing but `/healthz`,
which asks nobody, should decide on restarts, since those would not bring back a store.

A part that this process was not told of is "not set up", which is no fault: a web process needs no API key.
The bodies are for everybody to see, so they name no host, no version and no number.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import redis.exceptions as failures
import structlog
from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock, SystemClock
from bot.service.settings import Invalid, Settings
from bot.service.trouble import TRUST_IT, behind, trouble
from bot.state.heartbeats import alive, mark, probe, told_of_api, weaknesses
from bot.state.seat import occupied
from bot.state.store import connect

Endpoint = Callable[[Request], Awaitable[Response]]
ANSWER_SECONDS = 2.0
WATCH_SECONDS = 5.0  # between two looks at the store
SAY_SECONDS = 30.0  # between two lines about a store that stays away
GATEWAY_SEAT = "discord"
KEEP_IT = "have the server keep its file, appendonly, on a disk that outlives it; what people wait for they ask anew"
log = structlog.stdlib.get_logger()


class Part(NamedTuple):
    says: str
    well: bool = True
    fix: str = ""  # for the log


OK, NOT_SET_UP, UNKNOWN = Part("ok"), Part("not set up"), Part("unknown", well=False)


async def healthz(request: Request) -> Response:  # noqa: ARG001 (an endpoint's signature)
    """The process lives, whatever else is away: a restart would not bring that back."""
    return JSONResponse({"ok": True})


def ready_routes(redis: Redis, settings: Settings) -> list[Route]:
    """`/readyz` about all parts, and `/readyz/store` about the one that taking events in depends on."""

    async def readyz(request: Request) -> Response:  # noqa: ARG001 (an endpoint's signature)
        return _answer(await _parts(redis, settings))

    async def store_readyz(request: Request) -> Response:  # noqa: ARG001
        return _answer({"store": await _store(redis)})

    return [Route("/readyz", readyz), Route("/readyz/store", store_readyz)]


def _answer(parts: dict[str, Part]) -> Response:
    return JSONResponse(
        {name: part.says for name, part in parts.items()}, 200 if all(part.well for part in parts.values()) else 503
    )


async def _parts(redis: Redis, settings: Settings) -> dict[str, Part]:
    store = await _store(redis)
    worker, gateway, api = await _others(redis) if store.well else (UNKNOWN, UNKNOWN, UNKNOWN)
    return {
        "store": store,
        "worker": worker,
        "api": NOT_SET_UP if settings.gemini_api_key is None else api,
        "slack": NOT_SET_UP if settings.slack_signing_secret is None else OK,
        "discord": NOT_SET_UP if settings.discord_token is None else gateway,
    }


async def _store(redis: Redis) -> Part:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await probe(redis)
            weak = await weaknesses(redis)
    except (failures.RedisError, TimeoutError) as error:
        found = trouble(error)
        return Part(found.says, well=False, fix=found.fix)
    return Part(f"ok, but not durable: {', '.join(weak)}") if weak else OK


async def _others(redis: Redis) -> tuple[Part, Part, Part]:
    """What the other processes say of themselves in the store: workers, Discord's gateway, and workers of the API."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            workers, gateway = await alive(redis), await occupied(redis, GATEWAY_SEAT)
            api = await told_of_api(redis)
    except (failures.RedisError, TimeoutError):
        return UNKNOWN, UNKNOWN, UNKNOWN
    return (
        OK if workers else Part("none alive", well=False),
        OK if gateway else Part("no gateway", well=False),
        Part(api, well=False) if api else OK,
    )


@asynccontextmanager
async def watched(redis_url: str, clock: Clock | None = None) -> AsyncGenerator[None]:
    """Keep an eye on the store while the block lasts, for the log.

    Raises Invalid at the start where waiting would not help. A store that is merely away is waited for.
    """
    async with connect(redis_url) as redis:
        await refuse_unusable(redis)
        watching = asyncio.create_task(_watch(redis, clock or SystemClock()))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def refuse_unusable(redis: Redis) -> None:
    """Raises Invalid, with the fix, where the store refuses us or we it. One that is merely away is none of that."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await probe(redis)
    except (failures.RedisError, TimeoutError) as error:
        fix = next((fix for one in behind(error) if (fix := _fix(one))), None)
        if fix is not None:
            raise Invalid([f"REDIS_URL: {fix}"]) from None


def _fix(error: BaseException) -> str | None:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the server's certificate is not trusted, {error.verify_message.rstrip('.')}. {TRUST_IT}"
        case failures.AuthenticationError():
            return "the server refuses this user name or password."
        case _:
            return None


async def _watch(redis: Redis, clock: Clock) -> None:
    """One line when the store is gone, one every half minute while it stays away, and one when it is back; and one
    when what it held is gone."""
    gone_at = said_at = 0.0
    is_marked = False
    while True:
        now, store = clock.monotonic(), await _store(redis)
        if not store.well:
            gone_at = gone_at or now
            if not said_at or now - said_at >= SAY_SECONDS:
                said_at = now
                log.error("store_away", cause=store.says, seconds=round(now - gone_at), fix=store.fix)
        elif gone_at:
            log.info("store_back", seconds=round(now - gone_at))
            gone_at = said_at = 0.0
        if store.well:
            is_marked = await _still_marked(redis, is_marked)
        await clock.sleep(WATCH_SECONDS)


async def _still_marked(redis: Redis, was: bool) -> bool:
    """Leave our mark in the store. Where one is missing that was there, all else is missing as well."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if not await mark(redis) and was:
                log.error("store_empty", cause="all that was under way is forgotten", fix=KEEP_IT)
    except (failures.RedisError, TimeoutError):  # the next look tells
        return was
    return True
