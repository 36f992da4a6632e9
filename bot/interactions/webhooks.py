"""The API calls us when a background interaction ends: is it the API, and what does it say?

There are two proofs, under one header. A webhook registered for the whole project signs the body with a shared
secret. One named in a request brings a token signed with a key that the API publishes; it proves the sender
and whom it is for, not the body. Nothing is believed beyond "look at this interaction": what happened to it
is read from the API.

Source: "Webhooks", Gemini API docs; "Standard Webhooks" specification.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import jwt
from standardwebhooks import Webhook

from bot.interactions.wire import Json, JsonObject, entry, parse_object, text

KEYS_URL = "https://generativelanguage.googleapis.com/.well-known/jwks.json"
KEYS_LIFE_SECONDS = 3600.0
KEYS_PAUSE_SECONDS = 30.0  # between fetches: unknown keys are free to invent
TOLERANCE_SECONDS = 300.0


class NotProven(Exception):
    """The call does not prove that it comes from the API; to be answered with 401."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A proven call. The same one may come again: `delivery_id` tells."""

    delivery_id: str
    type: str  # interaction.completed, interaction.failed, interaction.requires_action, interaction.cancelled
    interaction_id: str
    timestamp: str
    error_code: str = ""
    error_message: str = ""  # may quote what people wrote
    user_metadata: JsonObject = field(default_factory=dict[str, Json])


class PublishedKeys:
    """The API's public keys, fetched when one is missing or an hour has passed. `http` stays the caller's."""

    def __init__(self, http: httpx.AsyncClient, url: str = KEYS_URL) -> None:
        self._http, self._url = http, url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, key_id: str) -> jwt.PyJWK:
        """Raises KeyError when there is no such key, httpx.HTTPError when they cannot be fetched."""
        async with self._lock:
            age_seconds = time.monotonic() - self._fetched_at
            if age_seconds > KEYS_LIFE_SECONDS or (key_id not in self._keys and age_seconds > KEYS_PAUSE_SECONDS):
                await self._fetch()
        return self._keys[key_id]

    async def _fetch(self) -> None:
        self._fetched_at = time.monotonic()
        response = await self._http.get(self._url)
        response.raise_for_status()
        keys = jwt.PyJWKSet.from_json(response.text).keys
        self._keys = {key.key_id: key for key in keys if key.key_id is not None}


class WebhookVerifier:
    """Checks calls by either proof; one that is not configured proves nothing."""

    def __init__(
        self, *, secrets: Sequence[str] = (), keys: PublishedKeys | None = None, audience: str | None = None
    ) -> None:
        self._secrets = [Webhook(secret) for secret in secrets]  # two of them while one is being replaced
        self._keys = keys
        self._audience = audience  # our own address, as named in the request

    async def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """The event in a call, whose `body` is as it came. Raises NotProven, and nothing else."""
        named = {name.lower(): value for name, value in headers.items()}
        try:
            await self._prove(named, body)
            return _decode(named["webhook-id"], parse_object(body))
        except NotProven:
            raise
        except Exception as error:  # a forger chooses what breaks
            raise NotProven(type(error).__name__) from error

    async def _prove(self, headers: Mapping[str, str], body: bytes) -> None:
        if headers["webhook-signature"].count(".") == 2:
            await self._prove_token(headers)
        elif not any(_is_signed(secret, headers, body) for secret in self._secrets):
            raise NotProven("no signature fits")

    async def _prove_token(self, headers: Mapping[str, str]) -> None:
        if self._keys is None or self._audience is None:
            raise NotProven("no keys or no audience to check a token with")
        if not abs(time.time() - float(headers["webhook-timestamp"])) <= TOLERANCE_SECONDS:
            raise NotProven("too old or too new")
        token = headers["webhook-signature"].removeprefix("Bearer ").removeprefix("v1,")
        key = await self._keys.get(str(jwt.get_unverified_header(token)["kid"]))
        jwt.decode(token, key, algorithms=["RS256"], audience=self._audience)


def _is_signed(secret: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        secret.verify(body, dict(headers), json_parse=False)
    except Exception:  # noqa: BLE001  (also what the library raises on malformed input)
        return False
    return True


def _decode(delivery_id: str, fields: JsonObject) -> WebhookEvent:
    data = entry(fields, "data")
    if not text(data, "id"):
        raise NotProven("no interaction is named")
    return WebhookEvent(
        delivery_id=delivery_id,
        type=text(fields, "type"),
        interaction_id=text(data, "id"),
        timestamp=text(fields, "timestamp"),
        error_code=text(data, "error_code"),
        error_message=text(data, "error_message"),
        user_metadata=entry(data, "user_metadata") or entry(fields, "user_metadata"),
    )
