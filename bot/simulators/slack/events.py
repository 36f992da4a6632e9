"""Delivery to the app's request URL: signed, with a deadline, repeated when it fails.

Sources: "Events API", "Verifying requests from Slack", "url_verification event", Slack developer docs.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.simulators.slack.ledger import Ledger
from bot.simulators.slack.payloads import TOKEN
from bot.simulators.slack.workspace import JsonObject, NotThere

ANSWER_SECONDS = 3.0
RETRY_SECONDS = (0.0, 60.0, 300.0)
PENDING_MAX = 10_000  # deliveries under way or waiting for a retry; further ones are dropped and recorded
ENVELOPES_KEPT = 1_000  # that can be sent again by `redeliver`
VERIFY_TRIES, VERIFY_PAUSE_SECONDS = 40, 0.25


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app said to one delivery."""

    status: int | None  # None: nothing came back
    reason: str | None  # what a retry would name; None when accepted
    body: bytes = b""
    wants_no_retry: bool = False


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Slack-Signature for this body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Deliveries:
    """Sends to one request URL; owns its tasks and its HTTP session between `open` and `close`."""

    def __init__(self, ledger: Ledger, signing_secret: str, *, retry_seconds: Sequence[float] = RETRY_SECONDS) -> None:
        self.signing_secret = signing_secret
        self.request_url: str | None = None
        self.answer_seconds = ANSWER_SECONDS
        self._ledger = ledger
        self._retry_seconds = tuple(retry_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._verified: asyncio.Task[bool] | None = None
        self._envelopes: deque[JsonObject] = deque(maxlen=ENVELOPES_KEPT)
        self._to_lose = 0

    def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )
        if self.request_url is not None:
            self.subscribe(self.request_url)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._verified = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    def subscribe(self, request_url: str) -> None:
        """Deliver there from now on, once the address has echoed a challenge; before `open` it is only remembered."""
        self.request_url = request_url
        if self._session is not None:
            self._verified = self._start(self._verify())

    def lose(self, attempts: int) -> None:
        """The next attempts never reach the app, though nothing fails for it: only a retry will."""
        self._to_lose += attempts

    def send(self, envelope: JsonObject, *, after_seconds: float = 0.0) -> asyncio.Task[None] | None:
        """Deliver an event in the background; None when nobody is subscribed or too much waits."""
        if self._verified is None:
            return None
        if len(self._tasks) >= PENDING_MAX:
            self._ledger.record("delivery", event_id=envelope["event_id"], outcome="dropped")
            return None
        self._envelopes.append(envelope)
        return self._start(self._deliver(envelope, after_seconds))

    async def redeliver(self, event_id: str, *, retry_number: int, reason: str = "http_timeout") -> Answer:
        """Send an event of late once more, as the retry of that number."""
        envelope = next((one for one in self._envelopes if one["event_id"] == event_id), None)
        if envelope is None:
            raise NotThere(f"event {event_id!r} was never sent, or is no longer kept")
        return await self._attempt(envelope, json.dumps(envelope).encode(), retry_number, reason)

    async def send_form(self, fields: dict[str, str]) -> Answer:
        """A button press or a command: once, since a person waits for it and would try again."""
        body = urlencode(fields).encode()
        started = time.monotonic()
        answer = await self._post(body, {"Content-Type": "application/x-www-form-urlencoded"})
        self._record(answer, started, event_type="command" if "command" in fields else "interaction", attempt=0)
        return answer

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _verify(self) -> bool:
        challenge = hashlib.sha256(str(self.request_url).encode()).hexdigest()
        body = json.dumps({"token": TOKEN, "challenge": challenge, "type": "url_verification"}).encode()
        for number in range(VERIFY_TRIES):
            started = time.monotonic()
            answer = await self._post(body, {"Content-Type": "application/json"})
            self._record(answer, started, event_type="url_verification", attempt=number)
            if answer.status == 200 and challenge.encode() in answer.body:
                return True
            await asyncio.sleep(VERIFY_PAUSE_SECONDS)
        return False

    async def _deliver(self, envelope: JsonObject, after_seconds: float) -> None:
        verified = self._verified
        if verified is None or not await asyncio.shield(verified):
            self._ledger.record("delivery", event_id=envelope["event_id"], outcome="address_not_verified")
            return
        await asyncio.sleep(after_seconds)
        body = json.dumps(envelope).encode()
        answer = await self._attempt(envelope, body, 0, None)
        for number, pause in enumerate(self._retry_seconds, start=1):
            if answer.reason is None or (answer.wants_no_retry and answer.status is not None):
                return
            await asyncio.sleep(pause)
            answer = await self._attempt(envelope, body, number, answer.reason)

    async def _attempt(self, envelope: JsonObject, body: bytes, number: int, reason: str | None) -> Answer:
        headers = {"Content-Type": "application/json"}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason or "unknown_error"}
        started = time.monotonic()
        if self._to_lose:
            self._to_lose -= 1
            answer = Answer(None, "connection_failed")
        else:
            answer = await self._post(body, headers)
        event = envelope["event"]
        kind = str(event["type"]) if isinstance(event, dict) else ""
        self._record(answer, started, event_type=kind, attempt=number, event_id=str(envelope["event_id"]))
        return answer

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        if self._session is None or self.request_url is None:
            raise RuntimeError("nothing can be delivered before serve() and subscribe()")
        try:
            async with self._session.post(
                self.request_url,
                data=body,
                headers=headers | self._proof(body),
                timeout=aiohttp.ClientTimeout(total=self.answer_seconds),
                allow_redirects=False,
            ) as response:
                content = await response.content.read(1_000_000)
                refuses = response.headers.get("X-Slack-No-Retry") == "1"
                reason = None if 200 <= response.status < 300 else "http_error"
                return Answer(response.status, reason, content, refuses)
        except TimeoutError:
            return Answer(None, "http_timeout")
        except (aiohttp.ClientError, OSError):
            return Answer(None, "connection_failed")

    def _proof(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.signing_secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (simulated)",
        }

    def _record(
        self, answer: Answer, started: float, *, event_type: str, attempt: int, event_id: str | None = None
    ) -> None:
        self._ledger.record(
            "delivery",
            event_type=event_type,
            event_id=event_id,
            attempt=attempt,
            status=answer.status,
            outcome=answer.reason or "accepted",
            seconds=round(time.monotonic() - started, 6),
        )
