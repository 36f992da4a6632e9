"""What may come in at POST /slack/events, and what never gets further."""

import asyncio
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
from bot.simulators.slack import Message, SlackSimulator
from bot.simulators.slack.timeline import TwinOrder

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
async def address(store: Store) -> AsyncGenerator[str]:
    endpoint = slack_events(store.accept, signing_secret=SECRET)
    app = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as address:
        yield address


@pytest.fixture
async def http(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest.fixture
async def slack(address: str) -> AsyncGenerator[SlackSimulator]:
    async with SlackSimulator(signing_secret=SECRET, retry_seconds=(0, 0, 0)).serve() as simulator:
        simulator.subscribe(f"{address}/slack/events")
        yield simulator


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


async def test_all_that_people_do_with_a_question_comes_in_under_its_name(store: Store, slack: SlackSimulator) -> None:
    """Rows F03, F36 and F37 of the faults: mentions, edits and deletions, however many events tell of them."""
    asked = await slack.say("C0GENERAL", "@Parley helo", user_id="U0ADA", until_delivered=True)
    await asyncio.gather(*slack.timeline.preview(asked))
    await slack.edit("C0GENERAL", asked.ts, "@Parley hello", until_delivered=True)
    await asyncio.gather(*slack.timeline.preview(asked))
    await slack.say("C0GENERAL", "me too", user_id="U0GRACE", thread_ts=asked.ts, until_delivered=True)
    await slack.delete("C0GENERAL", asked.ts, until_delivered=True)

    told = [message for message in store.messages if message.message == asked.ts]
    assert list(dict.fromkeys((one.revision != "", one.deleted) for one in told)) == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert len({message.id for message in told}) == 3
    assert {str(message.thread) for message in store.messages} == {f"slack:T0PARLEY:C0GENERAL:{asked.ts}"}


@pytest.mark.parametrize("twin_order", ["mention_first", "message_first"])
async def test_the_mention_that_an_edit_sends_again_is_that_edit(
    store: Store, slack: SlackSimulator, twin_order: TwinOrder
) -> None:
    slack.timeline.twin_order = twin_order
    asked = await slack.say("C0GENERAL", "hello", user_id="U0ADA", until_delivered=True)

    await slack.edit("C0GENERAL", asked.ts, "@Parley hello", until_delivered=True)

    mention, edit = store.messages
    assert mention == edit
    assert edit.revision


async def test_a_stop_sign_comes_in_once_however_often_it_is_delivered(store: Store, slack: SlackSimulator) -> None:
    """Rows F01 and F02 of the faults, for a reaction."""
    asked = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA", until_delivered=True)
    store.messages.clear()
    slack.loses(1)

    await slack.react("C0GENERAL", asked.ts, "octagonal_sign", user_id="U0ADA", until_delivered=True)
    [event] = {str(one["event_id"]) for one in slack.ledger.of("delivery") if one["event_type"] == "reaction_added"}
    await slack.redeliver(event, retry_number=2)

    first, again = store.messages
    assert first == again
    assert (first.silent, first.thread.root) == (True, asked.ts)


async def test_what_happens_to_the_bots_own_messages_does_not_come_in(store: Store, slack: SlackSimulator) -> None:
    asked = await slack.say("C0GENERAL", "@Parley hello", user_id="U0ADA", until_delivered=True)
    store.messages.clear()
    bot = slack.workspace.bot
    reply = Message("C0GENERAL", slack.workspace.next_ts(), bot.user.id, "hi", asked.ts, bot.bot_id)
    await asyncio.gather(*slack.timeline.post(reply))
    before = slack.payloads.message(reply)
    reply.text = "hi there"
    await asyncio.gather(*slack.timeline.edit(reply, before))

    await slack.delete("C0GENERAL", reply.ts, until_delivered=True)

    assert store.messages == []
