"""Where Slack's requests come in: proven, stored, acknowledged, in that order and with nothing in between.

One middleware of Bolt does it all, because Bolt's listeners answer 200 whatever becomes of the event.
A guard stands before Bolt, whose verifier raises on malformed proofs.

Source: "Verifying requests from Slack", "Events API", Slack developer docs.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response

from adapters.slack.events import parse_event
from adapters.slack.gestures import parse_press
from bot.conversation.adapter import Accept
from bot.failpoints import Point, reached

BODY_BYTES = 1_000_000
STORE_SECONDS = 2.5  # Slack waits 3 s for its answer
STORED, NOT_STORED, UNPROVEN, TOO_LARGE = 200, 503, 401, 413

log = structlog.stdlib.get_logger()


def slack_events(accept: Accept, *, signing_secret: str) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of `POST /slack/events`. A 503 makes Slack deliver again, so no event is lost with the store."""
    app = _bolt_app(accept, signing_secret)

    async def endpoint(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return Response(status_code=TOO_LARGE, headers={"connection": "close"})  # and hear no more of it
        wellformed = _wellformed(request, body)
        if wellformed is None:
            return Response(status_code=UNPROVEN)
        answer = await app.async_dispatch(wellformed)
        if answer.status == UNPROVEN:
            return Response(status_code=UNPROVEN)
        reached(Point.ACKNOWLEDGED)
        return Response(answer.body, answer.status, answer.first_headers())

    return endpoint


def _bolt_app(accept: Accept, signing_secret: str) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Asks nobody: Bolt's own asks Slack before the acknowledgement, and loses the event when that fails."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

    async def accept_event(body: dict[str, object]) -> BoltResponse:
        message = parse_press(body) if body.get("type") == "block_actions" else parse_event(body)
        if message is None:
            return BoltResponse(status=STORED)
        reached(Point.PROOF_CHECKED)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await accept(message)
        except (RedisError, TimeoutError) as error:
            log.error("event_not_stored", cause=type(error).__name__, fix="check REDIS_URL and the server behind it")
            return BoltResponse(status=NOT_STORED)
        return BoltResponse(status=STORED)

    app = AsyncApp(
        client=AsyncWebClient(),  # never used: nothing is asked of Slack here
        signing_secret=signing_secret,
        authorize=authorize,
        ignoring_self_events_enabled=False,  # `parse_event` does, without asking who we are
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(accept_event)
    return app


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is larger than allowed; of an endless one no more is read than that."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def _wellformed(request: Request, body: bytes) -> AsyncBoltRequest | None:
    """The request as Bolt takes it, or None where Bolt or its verifier would raise. It is still to be proven."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20 and signature.isascii()):
        return None
    try:
        return AsyncBoltRequest(body=body.decode("utf-8"), headers=dict(request.headers))
    except Exception:  # noqa: BLE001 (whatever Bolt makes of such a body, it proves nothing)
        return None
