"""Webhooks reach their listener, proven both ways, until they are acknowledged."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jwt
import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.simulators.gemini import Ends, GeminiSimulator

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Delivery = tuple[dict[str, str], bytes]


class Listener:
    """Somebody's server: keeps what it got, and refuses the first `refusals` deliveries."""

    def __init__(self) -> None:
        self.refusals = 0
        self.deliveries: asyncio.Queue[Delivery] = asyncio.Queue()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.deliveries.put_nowait(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        self.refusals -= 1
        return web.Response(status=503 if self.refusals >= 0 else 204)

    async def next(self) -> Delivery:
        async with asyncio.timeout(5):
            return await self.deliveries.get()


@asynccontextmanager
async def listening() -> AsyncGenerator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/hook", listener.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield listener
    finally:
        await runner.cleanup()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


async def register(api: httpx.AsyncClient, url: str, *events: str) -> Json:
    response = await api.post("/webhooks", json={"uri": url, "subscribed_events": events})
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_registered_webhook_is_signed_with_its_secret(
    api: httpx.AsyncClient, create: Create, listener: Listener
) -> None:
    webhook = await register(api, listener.url, "interaction.completed")

    made = await create("Hello", background=True)
    headers, body = await listener.next()

    event = Webhook(webhook["new_signing_secret"]).verify(body, headers)
    assert (event["type"], event["data"]) == ("interaction.completed", {"id": made["id"]})
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook["new_signing_secret"]).verify(body + b" ", headers)


async def test_a_rotated_secret_counts_beside_the_old_one_for_a_day(
    api: httpx.AsyncClient, gemini: GeminiSimulator, listener: Listener
) -> None:
    webhook = await register(api, listener.url, "interaction.completed")
    new = (await api.post(f"/webhooks/{webhook['id']}:rotateSigningSecret", json={})).json()["secret"]

    await api.post(f"/webhooks/{webhook['id']}:ping")
    first, _ = await listener.next()
    gemini.advance(25 * 3600)
    await api.post(f"/webhooks/{webhook['id']}:ping")
    second, _ = await listener.next()

    assert new != webhook["new_signing_secret"]
    assert (first["webhook-signature"].count("v1,"), second["webhook-signature"].count("v1,")) == (2, 1)


async def test_a_dynamic_webhook_is_signed_with_a_token_for_its_address(
    api: httpx.AsyncClient, create: Create, gemini: GeminiSimulator, listener: Listener
) -> None:
    gemini.fails(Ends(status="failed", code="api_error", message="No."))
    config = {"uris": [listener.url], "user_metadata": {"key": "turn-1"}}

    await create("Hello", background=True, webhook_config=config)
    headers, body = await listener.next()

    keys = (await api.get(f"{api.base_url.copy_with(path='')}/.well-known/jwks.json")).json()
    token = headers["webhook-signature"]
    key = next(key for key in keys["keys"] if key["kid"] == jwt.get_unverified_header(token)["kid"])
    claims = jwt.decode(token, jwt.PyJWK(key), ["RS256"], audience=listener.url)
    event = httpx.Response(200, content=body).json()
    assert claims["jti"] == headers["webhook-id"]
    assert (event["type"], event["data"]["error_code"]) == ("interaction.failed", "api_error")
    assert event["user_metadata"] == {"key": "turn-1"}


async def test_a_delivery_is_repeated_with_the_same_id_until_it_is_acknowledged(
    api: httpx.AsyncClient, create: Create, gemini: GeminiSimulator, listener: Listener
) -> None:
    listener.refusals = 2
    await register(api, listener.url, "interaction.completed")

    await create("Hello", background=True)
    first, _ = await listener.next()
    ids = {first["webhook-id"]}
    async with asyncio.timeout(5):
        while len(ids) == 1 and listener.refusals >= 0:
            gemini.advance(1)
            with_pause = asyncio.create_task(listener.deliveries.get())
            done, _ = await asyncio.wait([with_pause], timeout=0.1)
            ids |= {delivery.result()[0]["webhook-id"] for delivery in done}
            with_pause.cancel()

    assert ids == {first["webhook-id"]}
    assert listener.refusals == -1


async def test_a_webhook_that_never_answers_is_disabled(
    api: httpx.AsyncClient, create: Create, gemini: GeminiSimulator
) -> None:
    async with listening() as gone:
        webhook = await register(api, gone.url, "interaction.completed")
    await create("Hello", background=True)

    async with asyncio.timeout(10):
        while (state := (await api.get(f"/webhooks/{webhook['id']}")).json()["state"]) == "enabled":
            gemini.advance(24 * 3600)
            await asyncio.sleep(0.01)

    assert state == "disabled_due_to_failed_deliveries"


@pytest.mark.parametrize("body", [{}, {"uri": "http://127.0.0.1/"}, {"uri": "x", "subscribed_events": ["moon.rises"]}])
async def test_a_webhook_without_sense_is_refused(api: httpx.AsyncClient, body: Json) -> None:
    assert (await api.post("/webhooks", json=body)).status_code == 400
