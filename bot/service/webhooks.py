"""`POST /gemini/webhooks`: the API says that a background interaction has ended, or is at work on a task of ours.

It is proven, the task is found by its name in our metadata or by its interaction, and its next step comes at once. That
step asks the API itself; nothing else that the call says is believed. Calls come at least once, in any order.

Source: "Webhooks", Gemini API docs.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import structlog
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.interactions.webhooks import NotProven, PublishedKeys, WebhookEvent, WebhookVerifier
from bot.interactions.wire import text
from bot.models import MessageId, Thread
from bot.service.settings import Settings
from bot.state.engine import Engine
from bot.state.tasks import Tasks

PATH = "/gemini/webhooks"
BODY_BYTES = 100_000
LONGEST_NUMBER = 9  # digits
KEYS_PATH = "/.well-known/jwks.json"

log = structlog.stdlib.get_logger()


@asynccontextmanager
async def webhook_routes(settings: Settings, tasks: Tasks, engine: Engine) -> AsyncGenerator[list[Route]]:
    """The route, where somebody has set up what proves the calls; else none."""
    if settings.public_url is None and settings.webhook_secret is None:
        yield []
        return
    async with httpx.AsyncClient(timeout=10) as http:
        keys = PublishedKeys(http, f"{_origin(settings.gemini_base_url)}{KEYS_PATH}")
        secret = settings.webhook_secret
        verifier = WebhookVerifier(
            secrets=[secret.get_secret_value()] if secret else [],
            keys=keys if settings.webhook_url else None,
            audience=settings.webhook_url,
        )
        yield [Route(PATH, Webhooks(verifier, tasks, engine).receive, methods=["POST"])]


class Webhooks:
    def __init__(self, verifier: WebhookVerifier, tasks: Tasks, engine: Engine) -> None:
        self._verifier, self._tasks, self._engine = verifier, tasks, engine

    async def receive(self, request: Request) -> Response:
        """200 once the task's next step is on its way; 401 unproven, 413 too large, 503 for the API to come again."""
        body = await _read(request)
        if body is None:
            return Response(status_code=413, headers={"connection": "close"})
        try:
            event = await self._verifier.verify(request.headers, body)
        except NotProven as error:
            log.info("webhook_not_proven", cause=str(error))
            return Response(status_code=401)
        try:
            await self._take(event)
        except (RedisError, OSError) as error:
            log.error("webhook_not_stored", cause=type(error).__name__, fix="check REDIS_URL and the server behind it")
            return Response(status_code=503)
        return Response(status_code=200)

    async def _take(self, event: WebhookEvent) -> None:
        named = event.user_metadata.get("parley_task")
        name = named if isinstance(named, str) else await self._tasks.doing(event.interaction_id)
        if name is None:
            return
        try:
            thread, task = _parse_name(name)
        except ValueError:
            log.warning("webhook_malformed", interaction=event.interaction_id, type=event.type)
            return
        start = text(event.user_metadata, "parley_start")
        number = int(start) if start.isascii() and start.isdecimal() and len(start) < LONGEST_NUMBER else 0
        await self._tasks.tell(thread, task, event.interaction_id, number)
        await self._engine.step_now(thread, task)
        log.info("webhook_taken", interaction=event.interaction_id, type=event.type)


def _parse_name(name: str) -> tuple[Thread, MessageId]:
    """Of a task. Raises ValueError when it is not the name of one."""
    thread, task = name.split()
    return Thread.parse(thread), MessageId(task)


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
