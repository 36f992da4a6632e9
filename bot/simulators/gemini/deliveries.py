"""Webhooks delivered: a thin event to every listener, again and again until it is acknowledged.

Only listeners on this machine are called. The pauses between attempts are on the simulator's clock.

Source: "Webhooks", Gemini API docs.
"""

import asyncio
import secrets
from collections.abc import Callable
from functools import partial

import httpx

from bot.simulators.gemini import wire
from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.opening import is_here
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.webhooks import Keys, Webhook, Webhooks
from bot.simulators.gemini.wire import JsonObject

RETRY_SECONDS = (1, 5, 30, 300, 1800, 7200, 21_600, 43_200)  # about a day in all
MAX_DELIVERIES = 500
_TIMEOUT_SECONDS = 10
_REPORTED = {
    "completed": "interaction.completed",
    "incomplete": "interaction.completed",
    "failed": "interaction.failed",
    "budget_exceeded": "interaction.failed",
    "requires_action": "interaction.requires_action",
    "cancelled": "interaction.cancelled",
}

Prove = Callable[[str, int, bytes], str]  # webhook id, seconds since 1970, body -> the signature header


class Deliveries:
    """What is on its way. Every event to every listener has a task, and `close` ends them all."""

    def __init__(self, clock: Clock, webhooks: Webhooks, keys: Keys) -> None:
        self._clock = clock
        self._webhooks = webhooks
        self._keys = keys
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def report(self, interaction: Interaction) -> None:
        """Tell the listeners of a background interaction how it ended."""
        event = _REPORTED.get(interaction.status)
        if event is None or not interaction.request.background:
            return
        data: JsonObject = {"id": interaction.id}
        for error in interaction.errors[:1]:
            data |= {"error_code": error["code"], "error_message": error["message"]}
        self._send_static(event, data)
        config = interaction.request.webhook_config
        metadata: JsonObject = {"user_metadata": config.user_metadata} if config and config.user_metadata else {}
        for uri in config.uris if config else ():
            self._start(uri, self._body(event, data) | metadata, partial(self._prove_dynamic, uri), None)

    def ping(self, webhook: Webhook) -> None:
        self._start(webhook.uri, self._body("ping", {"id": webhook.id}), partial(self._prove_static, webhook), webhook)

    async def close(self) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _send_static(self, event: str, data: JsonObject) -> None:
        for webhook in self._webhooks.all():
            if webhook.state == "enabled" and event in webhook.subscribed_events:
                self._start(webhook.uri, self._body(event, data), partial(self._prove_static, webhook), webhook)

    def _body(self, event: str, data: JsonObject) -> JsonObject:
        return {"type": event, "version": "v1", "timestamp": wire.timestamp(self._clock.now()), "data": data}

    def _start(self, uri: str, body: JsonObject, prove: Prove, webhook: Webhook | None) -> None:
        if self._closed or len(self._tasks) >= MAX_DELIVERIES or not is_here(uri):
            return
        task = asyncio.create_task(self._deliver(uri, wire.compact(body).encode(), prove, webhook))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, uri: str, body: bytes, prove: Prove, webhook: Webhook | None) -> None:
        """Attempts until one is acknowledged. A registered webhook that never does is disabled."""
        webhook_id = f"msg_{secrets.token_urlsafe(12)}"
        for pause_seconds in (0, *RETRY_SECONDS):
            await self._clock.until(self._clock.now() + pause_seconds)
            sent = int(self._clock.now())
            headers = {
                "content-type": "application/json",
                "webhook-id": webhook_id,
                "webhook-timestamp": str(sent),
                "webhook-signature": await asyncio.to_thread(prove, webhook_id, sent, body),
            }
            if await _post(uri, body, headers):
                return
        if webhook is not None:
            webhook.state = "disabled_due_to_failed_deliveries"

    def _prove_static(self, webhook: Webhook, webhook_id: str, sent: int, body: bytes) -> str:
        return webhook.signatures(webhook_id, sent, body, self._clock.now())

    def _prove_dynamic(self, uri: str, webhook_id: str, sent: int, _body: bytes) -> str:
        return self._keys.prove(uri, webhook_id, sent)


async def _post(uri: str, body: bytes, headers: dict[str, str]) -> bool:
    """Whether the listener acknowledged."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            response = await client.post(uri, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return response.is_success
