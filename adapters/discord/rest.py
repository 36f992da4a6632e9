"""Discord's REST API: calls as its limits allow, posts and edits never repeated here, its refusals as ours.

discord.py has a client for it too. That one repeats calls whose outcome is unknown, lets stale edits queue, and
writes texts and tokens of interactions to its log; so it is used for the gateway alone.

Source: "API Reference", "Rate Limits", "Opcodes and Status Codes", Discord developer docs.
"""

import io
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from math import inf
from typing import Any, cast
from urllib.parse import quote

import aiohttp
import structlog

from adapters.discord.codes import TRANSIENT, render_code
from adapters.discord.pace import Bucket, Everything
from bot import proxies
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy
from bot.models import File

API_URL = "https://discord.com/api/v10"
USER_AGENT = "DiscordBot (https://parley.example, 0.1)"  # without such a one Discord lets nobody in
TIMEOUT, UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5), aiohttp.ClientTimeout(total=60, connect=5)
LOST_REPLY_SECONDS = 1.0  # before asking again after a call whose reply was lost
UNSAID_RETRY_SECONDS = 5.0  # where Discord does not say how long
TOKEN_RETRY_SECONDS, TOKEN_LOG_SECONDS = 30.0, 60.0  # while the bot's token is refused
BUCKETS_KEPT = 5_000
MAJOR = ("channel", "token")  # ids by which Discord keeps its limits apart

Ids = Mapping[str, str]
Encoded = aiohttp.BytesPayload | aiohttp.FormData | None

log = structlog.stdlib.get_logger()


class Refused(Exception):
    """Discord will not do it, and asking again would not help.

    What it says besides the number is left out: operators read this, and nobody knows what it may quote.
    """

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"HTTP {status}, {render_code(code)}")
        self.status = status
        self.code = code  # Discord's own number for it; 0 where there is none


@asynccontextmanager
async def connect(token: str, *, api_url: str | None, clock: Clock) -> "AsyncGenerator[Rest]":
    """The API at `api_url`, by default the public one, while the block lasts."""
    connector, cookies = aiohttp.TCPConnector(limit=0), aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=cookies, timeout=TIMEOUT, trust_env=proxies.configured()
    ) as session:
        yield Rest(session, token, (api_url or API_URL).rstrip("/"), clock)


class Rest:
    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str, clock: Clock) -> None:
        self.session = session
        self.api_url = api_url
        self._headers = {"User-Agent": USER_AGENT}
        self._proof = {"Authorization": f"Bot {token}"}
        self._everything = Everything(clock)
        self._buckets: dict[tuple[str, ...], Bucket] = {}  # the least recently used go
        self._clock = clock
        self._token_logged_until = -inf

    async def call(
        self, method: str, path: str, ids: Ids, body: object = None, *, file: File | None = None, must: bool = True
    ) -> dict[str, Any]:
        """What Discord answers, an empty dict where that is nothing. `path` has the names of `ids` in braces.

        `file` goes with the body, which names it as its attachment 0.
        A call with an interaction's token is proven by that and leaves the bot's out. Without `must` it does not
        wait for its place. Raises Refused; ChannelBusy when it may help to come again, as it may
        when the bot's token is refused.
        """
        bucket = self._bucket(method, path, ids)
        await bucket.enter(must=must)
        headers: Mapping[str, str] = {}
        try:
            if "token" not in ids:
                await self._everything.take(must=must)
            status, headers, answer = await self._send(method, path, ids, _encoded(body, file))
        finally:
            bucket.leave(headers)
        if status < 300:
            return answer
        if status == 401 and "token" not in ids:
            raise self._token_refused()
        raise self._failure(status, headers, answer, bucket)

    async def _send(
        self, method: str, path: str, ids: Ids, data: Encoded
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        url = self.api_url + path.format_map({name: quote(one, safe="@") for name, one in ids.items()})
        headers = self._headers if "token" in ids else self._headers | self._proof
        timeout = UPLOAD_TIMEOUT if isinstance(data, aiohttp.FormData) else TIMEOUT
        try:
            async with self.session.request(
                method, url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, response.headers, _object(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            cause = f"discord: {type(error).__name__}"
            raise ChannelBusy(cause, retry_after=LOST_REPLY_SECONDS, unheard=True) from error

    def _failure(
        self, status: int, headers: Mapping[str, str], answer: dict[str, Any], bucket: Bucket
    ) -> ChannelBusy | Refused:
        code = _integer(answer.get("code"))
        if status == 429:
            retry_after = _seconds(answer.get("retry_after"), headers.get("Retry-After"))
            banned = not answer  # by the network in front of Discord, which does not answer in JSON
            (self._everything if banned or answer.get("global") else bucket).refuse(retry_after)
            return ChannelBusy(f"discord: rate limit {code}", retry_after=retry_after)
        if status >= 500:
            return ChannelBusy(f"discord: HTTP {status}", retry_after=LOST_REPLY_SECONDS, unheard=True)
        if code in TRANSIENT:
            retry_after = _seconds(answer.get("retry_after"), headers.get("Retry-After"))
            return ChannelBusy(f"discord: HTTP {status}, {render_code(code)}", retry_after=retry_after)
        return Refused(status, code)

    def _token_refused(self) -> ChannelBusy:
        """Wrong or reset: whoever runs the bot can mend that, so it is no refusal for good."""
        now = self._clock.monotonic()
        if now >= self._token_logged_until:
            self._token_logged_until = now + TOKEN_LOG_SECONDS
            log.error("discord_token_refused", fix="check DISCORD_TOKEN")
        return ChannelBusy("discord: HTTP 401, the token is refused", retry_after=TOKEN_RETRY_SECONDS)

    def _bucket(self, method: str, path: str, ids: Ids) -> Bucket:
        key = (method, path, *(ids.get(name, "") for name in MAJOR))
        bucket = self._buckets.pop(key, None) or Bucket(self._clock)
        self._buckets[key] = bucket
        if len(self._buckets) > BUCKETS_KEPT:
            del self._buckets[next(iter(self._buckets))]
        return bucket


def _encoded(body: object, file: File | None) -> Encoded:
    """JSON; with a file beside it, as a form of several parts."""
    if body is None:
        return None
    if file is None:
        return aiohttp.BytesPayload(json.dumps(body).encode(), content_type="application/json")
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body), content_type="application/json")
    form.add_field("files[0]", io.BytesIO(file.data), content_type=file.mime_type, filename=file.name)
    return form


def _object(text: bytes) -> dict[str, Any]:
    """A JSON object, or a list as the value of `items`; empty for anything else."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return {}
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return {"items": value} if isinstance(value, list) else {}


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _seconds(*said: object) -> float:
    """The first of these that is a number."""
    for value in said:
        try:
            return float(cast("str", value))
        except (TypeError, ValueError):
            continue
    return UNSAID_RETRY_SECONDS
