"""Webhooks over HTTP: register, read, change, delete, ping, a new secret; and the public keys of dynamic ones.

Source: "Webhooks", Gemini API docs; the paths as google-genai 3.3.0 has them.
"""

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulators.gemini.deliveries import Deliveries
from bot.simulators.gemini.gate import Gate
from bot.simulators.gemini.script import Dropped, HttpError
from bot.simulators.gemini.webhooks import EVENTS, Keys, Webhook, Webhooks
from bot.simulators.gemini.wire import ApiError

_AT_ONCE = "revoke_previous_secrets_immediately"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    uri: str | None = None
    subscribed_events: list[str] | None = None
    name: str | None = None
    state: str | None = None


class _Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    revocation_behavior: str = Field(default="revoke_previous_secrets_after_h24")


class WebhooksApi:
    """The operations on webhooks."""

    def __init__(self, gate: Gate, webhooks: Webhooks, deliveries: Deliveries, keys: Keys) -> None:
        self._gate = gate
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._keys = keys

    async def create(self, request: Request) -> Response:
        body = _parse(await self._gate.admit(request))
        ordered = self._gate.next("webhook")
        if isinstance(ordered, HttpError | Dropped):
            return await self._gate.fail(request, ordered)
        if not body.uri or not body.subscribed_events:
            raise ApiError(400, "invalid_request", "A webhook needs 'uri' and 'subscribed_events'.")
        webhook, secret = self._webhooks.create(body.uri, body.subscribed_events, body.name)
        return JSONResponse(webhook.to_json() | {"new_signing_secret": secret})

    async def list(self, request: Request) -> Response:
        await self._gate.admit(request)
        return JSONResponse({"webhooks": [webhook.to_json() for webhook in self._webhooks.all()]})

    async def get(self, request: Request) -> Response:
        await self._gate.admit(request)
        return JSONResponse(self._wanted(request).to_json())

    async def change(self, request: Request) -> Response:
        body = _parse(await self._gate.admit(request))
        webhook = self._wanted(request)
        if body.state not in (None, "enabled", "disabled"):
            raise ApiError(400, "invalid_request", "'state' must be enabled or disabled.")
        webhook.uri = body.uri or webhook.uri
        webhook.subscribed_events = body.subscribed_events or webhook.subscribed_events
        webhook.name = body.name or webhook.name
        webhook.state = body.state or webhook.state
        self._webhooks.touch(webhook)
        return JSONResponse(webhook.to_json())

    async def delete(self, request: Request) -> Response:
        await self._gate.admit(request)
        self._webhooks.delete(request.path_params["id"])
        return JSONResponse({})

    async def act(self, request: Request) -> Response:
        """`POST …/webhooks/{id}:ping` and `:rotateSigningSecret`."""
        body = await self._gate.admit(request)
        webhook_id, _, action = str(request.path_params["id"]).partition(":")
        webhook = self._webhooks.get(webhook_id)
        match action:
            case "ping":
                self._deliveries.ping(webhook)
                return JSONResponse({})
            case "rotateSigningSecret":
                return JSONResponse({"secret": self._webhooks.rotate(webhook, at_once=_is_at_once(body))})
            case _:
                raise ApiError(404, "not_found", "There is nothing here.")

    async def keys(self, _request: Request) -> Response:
        """`GET /.well-known/jwks.json`, for everybody."""
        return JSONResponse(self._keys.public())

    def _wanted(self, request: Request) -> Webhook:
        return self._webhooks.get(request.path_params["id"])


def _is_at_once(body: bytes) -> bool:
    """Whether the old secrets count no longer; one guide writes the behaviors in capitals."""
    try:
        return _Rotation.model_validate_json(body or b"{}").revocation_behavior.lower() == _AT_ONCE
    except ValidationError as error:
        raise ApiError(400, "invalid_request", "This is no rotation of a secret.") from error


def _parse(body: bytes) -> _Body:
    try:
        parsed = _Body.model_validate_json(body)
    except ValidationError as error:
        raise ApiError(400, "invalid_request", "This is no webhook.") from error
    unknown = set(parsed.subscribed_events or ()) - EVENTS
    if unknown:
        raise ApiError(400, "invalid_request", f"Unknown events: {', '.join(sorted(unknown))}.")
    return parsed
