"""What may come in at POST /slack/events, and what never gets further."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator, Callable

import httpx
import pytest
from redis.exceptions import ConnectionError as StoreGone
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.slack.intake import BODY_BYTES, slack_events
from bot.models import Inbound
from bot.service.web import serving

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MENTION = {
    "type": "event_callback",
    "team_id": "T1",
    "authorizations": [{"user_id": "U0BOT", "is_bot": True}],
    "event": {"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@U0BOT> hi", "ts": "1715.0001"},
}


class Store:
    """Stands where the inbox is."""

    def __init__(self) -> None:
        self.messages: list[Inbound] = []
        self.gone = False

    async def accept(self, message: Inbound) -> None:
        if self.gone:
            raise StoreGone
        self.messages.append(message)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def http(store: Store) -> AsyncGenerator[httpx.AsyncClient]:
    endpoint = slack_events(store.accept, signing_secret=SECRET)
    app = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={digest}",
        "content-type": "application/json",
    }


async def post(http: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return await http.post("/slack/events", content=body, headers=headers)


async def test_a_signed_mention_is_stored_and_acknowledged(http: httpx.AsyncClient, store: Store) -> None:
    body = json.dumps(MENTION).encode()

    answer = await post(http, body, signed(body))

    assert answer.status_code == 200
    assert [message.message for message in store.messages] == ["1715.0001"]


async def test_the_challenge_is_answered(http: httpx.AsyncClient) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c0ffee"}).encode()

    answer = await post(http, body, signed(body))

    assert answer.status_code == 200
    assert answer.json() == {"challenge": "c0ffee"}


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "event_callback", "team_id": "T1", "event": {"type": "emoji_changed"}},
        {"type": "app_rate_limited", "team_id": "T1"},
        {"type": "event_callback"},
        {"unknown": True},
        {},
    ],
)
async def test_what_is_not_for_us_is_acknowledged(http: httpx.AsyncClient, store: Store, payload: object) -> None:
    body = json.dumps(payload).encode()

    assert (await post(http, body, signed(body))).status_code == 200
    assert store.messages == []


async def test_a_store_that_is_gone_makes_slack_come_again(http: httpx.AsyncClient, store: Store) -> None:
    store.gone = True
    body = json.dumps(MENTION).encode()

    assert (await post(http, body, signed(body))).status_code == 503


BODY = json.dumps(MENTION).encode()
FORGED: dict[str, Callable[[], tuple[bytes, dict[str, str]]]] = {
    "another secret": lambda: (BODY, signed(BODY, secret="another")),
    "an altered body": lambda: (BODY.replace(b"hi", b"ho"), signed(BODY)),
    "six minutes old": lambda: (BODY, signed(BODY, at=time.time() - 360)),
    "from the future": lambda: (BODY, signed(BODY, at=time.time() + 360)),
    "no proof": lambda: (BODY, {}),
    "time is no number": lambda: (BODY, signed(BODY) | {"x-slack-request-timestamp": "abc"}),
    "time is not ASCII": lambda: (BODY, signed(BODY) | {"x-slack-request-timestamp": "１２３"}),
    "time is huge": lambda: (BODY, signed(BODY) | {"x-slack-request-timestamp": "9" * 400}),
    "time is negative": lambda: (BODY, signed(BODY) | {"x-slack-request-timestamp": "-5"}),
    "signature is not ASCII": lambda: (BODY, signed(BODY) | {"x-slack-signature": "v0=é"}),
    "signature is empty": lambda: (BODY, signed(BODY) | {"x-slack-signature": ""}),
    "body is not UTF-8": lambda: (b"\xff\xfe", signed(b"\xff\xfe")),
    "body is no JSON": lambda: (b"{oops", signed(b"{oops")),
    "body is no object": lambda: (b"[]", signed(b"[]")),
    "body is nested without end": lambda: (b"[" * 100_000, signed(b"[" * 100_000)),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_or_malformed_proof_does_nothing(http: httpx.AsyncClient, store: Store, name: str) -> None:
    body, headers = FORGED[name]()
    encoded = [(key.encode(), value.encode()) for key, value in headers.items()]

    answer = await http.post("/slack/events", content=body, headers=encoded)

    assert answer.status_code == 401
    assert answer.content == b""
    assert store.messages == []


async def test_a_body_over_the_limit_is_refused(http: httpx.AsyncClient, store: Store) -> None:
    body = json.dumps(MENTION | {"padding": "x" * BODY_BYTES}).encode()

    assert (await post(http, body, signed(body))).status_code == 413
    assert store.messages == []


async def test_an_endless_body_is_read_no_further_than_the_limit(http: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 50 * BODY_BYTES:
            sent += 65_536
            yield b"x" * 65_536

    try:
        answer = await http.post("/slack/events", content=endless(), headers=signed(b""))
        assert answer.status_code == 413
    except httpx.TransportError:
        pass  # closed while we were still sending, as good as the answer
    assert sent < 50 * BODY_BYTES


async def test_a_form_is_acknowledged(http: httpx.AsyncClient, store: Store) -> None:
    body = b"payload=%7B%22type%22%3A%22block_actions%22%7D"

    answer = await post(http, body, signed(body) | {"content-type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 200
    assert store.messages == []
