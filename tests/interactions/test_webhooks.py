"""Who calls us: either proof is accepted, everything else is not, whatever it looks like."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from bot.interactions.webhooks import NotProven, PublishedKeys, WebhookVerifier
from tests.interactions.conftest import Recorder, answer

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
US = "https://bot.example.invalid/gemini/webhooks"
BODY = json.dumps(
    {
        "type": "interaction.failed",
        "version": "v1",
        "timestamp": "2026-11-02T09:00:00Z",
        "data": {"id": "v1_a", "error_code": "safety", "error_message": "no", "user_metadata": {"key": "t1"}},
    }
).encode()
RIGHT, WRONG = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def signed(
    body: bytes = BODY, *, secret: str = SECRET, at: float | None = None, also: str = "", then: str = ""
) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, b"d1." + stamp.encode() + b"." + body, hashlib.sha256).digest()
    signature = f"{also}v1,{base64.b64encode(digest).decode()}{then}"
    return {"Webhook-Id": "d1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}


def token(private: RSAPrivateKey = RIGHT, *, kid: str = "k1", age: float = 0.0, **claims: Any) -> dict[str, str]:
    said = {"aud": US, "iat": int(time.time()), **claims}
    signature = jwt.encode(said, private, algorithm="RS256", headers={"kid": kid})
    return {"webhook-id": "d1", "webhook-timestamp": str(int(time.time() - age)), "webhook-signature": signature}


def published(*keys: tuple[str, RSAPrivateKey]) -> object:
    return {"keys": [{**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid} for kid, key in keys]}


@pytest.fixture
def verifier(recorder: Recorder, http: httpx.AsyncClient) -> WebhookVerifier:
    recorder.answers(answer(200, published(("k1", RIGHT))))
    return WebhookVerifier(secrets=[SECRET], keys=PublishedKeys(http, f"{recorder.url}/jwks.json"), audience=US)


@pytest.mark.parametrize("headers", [signed, token])
async def test_a_proven_call_says_which_interaction_to_look_at(verifier: WebhookVerifier, headers: Any) -> None:
    event = await verifier.verify(headers(), BODY)

    assert (event.delivery_id, event.type, event.interaction_id) == ("d1", "interaction.failed", "v1_a")
    assert (event.error_code, event.user_metadata) == ("safety", {"key": "t1"})


async def test_any_of_several_signatures_and_secrets_will_do() -> None:
    verifier = WebhookVerifier(secrets=["whsec_" + base64.b64encode(b"the old one").decode(), SECRET])

    await verifier.verify(signed(also="v1,AAAA "), BODY)
    await verifier.verify(signed(then=" v1a,AAAA"), BODY)


@pytest.mark.parametrize(
    "made",
    [
        dict[str, str],
        lambda: {"webhook-id": "d1"},
        lambda: signed(b"{}"),
        lambda: signed(at=time.time() - 400),
        lambda: signed(at=time.time() + 400),
        lambda: signed(secret="whsec_" + base64.b64encode(b"another").decode()),
        lambda: {**signed(), "Webhook-Timestamp": "abc"},
        lambda: {**signed(), "Webhook-Id": "d2"},
        lambda: {**signed(), "Webhook-Signature": "v1,é"},
        lambda: {**signed(), "Webhook-Signature": "nonsense"},
        lambda: {**signed(), "Webhook-Signature": "a.b.c"},
        lambda: token(WRONG),
        lambda: token(kid="unknown"),
        lambda: token(aud="https://somebody.else.invalid"),
        lambda: token(exp=int(time.time()) - 10),
        lambda: token(age=400),
        lambda: token(age=float("-400")),
        lambda: {**token(), "webhook-timestamp": "nan"},
        lambda: {
            **token(),
            "webhook-signature": jwt.encode({"aud": US}, "k" * 32, algorithm="HS256", headers={"kid": "k1"}),
        },
        lambda: {**token(), "webhook-signature": jwt.encode({"aud": US}, "", algorithm="none", headers={"kid": "k1"})},
    ],
)
async def test_what_proves_nothing_is_refused(verifier: WebhookVerifier, made: Callable[[], dict[str, str]]) -> None:
    with pytest.raises(NotProven):
        await verifier.verify(made(), BODY)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data": {}}', b"\xff"])
async def test_a_signed_body_that_names_no_interaction_is_refused(verifier: WebhookVerifier, body: bytes) -> None:
    headers = {**token(), "webhook-id": "d1"}

    with pytest.raises(NotProven):
        await verifier.verify(headers, body)


async def test_without_secrets_and_keys_nothing_is_proven() -> None:
    for headers in (signed(), token()):
        with pytest.raises(NotProven):
            await WebhookVerifier().verify(headers, BODY)


async def test_keys_are_fetched_once_and_not_for_every_invented_one(
    verifier: WebhookVerifier, recorder: Recorder
) -> None:
    await verifier.verify(token(), BODY)
    await verifier.verify(token(), BODY)
    for number in range(5):
        with pytest.raises(NotProven):
            await verifier.verify(token(kid=f"invented {number}"), BODY)

    assert [request.path for request in recorder.requests] == ["/jwks.json"]


@pytest.mark.parametrize("reply", [answer(500, {}), answer(200, "<html>"), answer(200, {"keys": []})])
async def test_keys_that_cannot_be_had_prove_nothing(recorder: Recorder, http: httpx.AsyncClient, reply: Any) -> None:
    recorder.answers(reply)
    verifier = WebhookVerifier(keys=PublishedKeys(http, f"{recorder.url}/jwks.json"), audience=US)

    with pytest.raises(NotProven):
        await verifier.verify(token(), BODY)


@given(
    headers=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=30)
    ),
    body=st.binary(max_size=30),
)
async def test_any_forgery_is_only_not_proven(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(NotProven):
        await WebhookVerifier(secrets=[SECRET], audience=US).verify(headers, body)
