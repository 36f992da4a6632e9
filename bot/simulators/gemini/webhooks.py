"""Webhooks that are registered, and what a delivery is proven with: a shared secret, or a signed token.

Source: "Webhooks", Gemini API docs; Standard Webhooks specification.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.wire import ApiError, JsonObject, timestamp

EVENTS = frozenset(
    {
        "batch.succeeded",
        "batch.expired",
        "batch.failed",
        "interaction.requires_action",
        "interaction.completed",
        "interaction.failed",
        "interaction.cancelled",
        "video.generated",
    }
)
ISSUER = "https://generativelanguage.googleapis.com"
MAX_WEBHOOKS = 100
MAX_SECRETS = 10
_PREFIX = "whsec_"
_PROOF_SECONDS = 300
_OLD_SECRET_SECONDS = 24 * 60 * 60


@dataclass
class Secret:
    value: str
    expires: float | None = None  # on the simulator's clock


@dataclass
class Webhook:
    id: str
    name: str | None
    uri: str
    subscribed_events: list[str]
    created: float
    updated: float
    state: str = "enabled"
    secrets: list[Secret] = field(default_factory=list[Secret])

    def to_json(self) -> JsonObject:
        about: JsonObject = {
            "id": self.id,
            "uri": self.uri,
            "subscribed_events": [*self.subscribed_events],
            "state": self.state,
            "create_time": timestamp(self.created),
            "update_time": timestamp(self.updated),
            "signing_secrets": [_render_secret(secret) for secret in self.secrets],
        }
        return about if self.name is None else about | {"name": self.name}

    def signatures(self, webhook_id: str, sent: int, body: bytes, now: float) -> str:
        """One proof for each secret that still counts, separated by spaces."""
        alive = [secret for secret in self.secrets if secret.expires is None or now < secret.expires]
        return " ".join(_hmac(secret.value, f"{webhook_id}.{sent}.".encode() + body) for secret in alive)


class Webhooks:
    """The registered webhooks of the one project there is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._webhooks: dict[str, Webhook] = {}

    def create(self, uri: str, subscribed_events: Sequence[str], name: str | None) -> tuple[Webhook, str]:
        """The webhook and its secret, which is shown this once. Raises ApiError 400 when there are too many."""
        if len(self._webhooks) >= MAX_WEBHOOKS:
            raise ApiError(400, "failed_precondition", f"A project may have {MAX_WEBHOOKS} webhooks.")
        now = self._clock.now()
        webhook = Webhook(f"wh_{secrets.token_hex(8)}", name, uri, list(subscribed_events), now, now)
        self._webhooks[webhook.id] = webhook
        return webhook, self._add_secret(webhook)

    def get(self, webhook_id: str) -> Webhook:
        """Raises ApiError 404 for an unknown one."""
        try:
            return self._webhooks[webhook_id]
        except KeyError:
            raise ApiError(404, "not_found", "There is no such webhook.") from None

    def all(self) -> list[Webhook]:
        return list(self._webhooks.values())

    def delete(self, webhook_id: str) -> None:
        del self._webhooks[self.get(webhook_id).id]

    def touch(self, webhook: Webhook) -> None:
        webhook.updated = self._clock.now()

    def rotate(self, webhook: Webhook, *, at_once: bool) -> str:
        """A new secret; the old ones count for 24 hours more, or no longer."""
        expires = self._clock.now() + (0 if at_once else _OLD_SECRET_SECONDS)
        for secret in webhook.secrets:
            secret.expires = min(secret.expires or expires, expires)
        return self._add_secret(webhook)

    def _add_secret(self, webhook: Webhook) -> str:
        now = self._clock.now()
        value = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        alive = [secret for secret in webhook.secrets if secret.expires is None or now < secret.expires]
        webhook.secrets = [*alive[-MAX_SECRETS + 1 :], Secret(value)]
        self.touch(webhook)
        return value


class Keys:
    """The key pair of dynamic webhooks, made when it is first needed, which takes a moment."""

    @cached_property
    def _private(self) -> RSAPrivateKey:
        return generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def key_id(self) -> str:
        return secrets.token_hex(8)

    def public(self) -> JsonObject:
        """The set of public keys, as `/.well-known/jwks.json` has it."""
        key: JsonObject = RSAAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        return {"keys": [key | {"kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def prove(self, audience: str, webhook_id: str, now: int) -> str:
        """A token for who listens at `audience`, good for five minutes."""
        claims = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + _PROOF_SECONDS, "jti": webhook_id}
        return jwt.encode(claims, self._private, "RS256", {"kid": self.key_id})


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _render_secret(secret: Secret) -> JsonObject:
    about: JsonObject = {"truncated_secret": f"{secret.value[:10]}…"}
    return about if secret.expires is None else about | {"expire_time": timestamp(secret.expires)}
