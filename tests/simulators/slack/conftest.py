"""A served simulator, Slack's own client for it, and a small app that receives events and verifies them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulators.slack import SlackSimulator


class ReceivingApp:
    """Keeps what it is sent; answers 200, or what `statuses` holds next."""

    def __init__(self, signing_secret: str) -> None:
        self.url = ""
        self.events: list[dict[str, Any]] = []
        self.forms: list[dict[str, str]] = []
        self.retries: list[tuple[str, str]] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.forged = 0
        self._verifier = SignatureVerifier(signing_secret)

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._verifier.is_valid_request(body, dict(request.headers)):
            self.forged += 1
            return web.Response(status=401)
        if request.content_type == "application/x-www-form-urlencoded":
            self.forms.append(dict(parse_qsl(body.decode())))
            return web.Response(text="done")
        return await self._receive_event(request, json.loads(body))

    async def _receive_event(self, request: web.Request, envelope: dict[str, Any]) -> web.Response:
        if envelope["type"] == "url_verification":
            return web.json_response({"challenge": envelope["challenge"]})
        if "X-Slack-Retry-Num" in request.headers:
            self.retries.append((request.headers["X-Slack-Retry-Num"], request.headers["X-Slack-Retry-Reason"]))
        self.events.append(envelope)
        await self.gate.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, headers=self.headers)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one["event"] for one in self.events if one["event"]["type"] == kind]


@pytest.fixture
async def simulator() -> AsyncGenerator[SlackSimulator]:
    simulator = SlackSimulator(retry_seconds=(0, 0.02, 0.02))
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def app(simulator: SlackSimulator) -> AsyncGenerator[ReceivingApp]:
    """An app that is subscribed already."""
    receiving = ReceivingApp(simulator.signing_secret)
    application = web.Application()
    application.router.add_post("/slack/events", receiving.receive)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiving.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    simulator.subscribe(receiving.url)
    yield receiving
    receiving.gate.set()
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(simulator: SlackSimulator, http: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=simulator.token, base_url=simulator.api_url, session=http, retry_handlers=[])


@pytest.fixture
def connect(simulator: SlackSimulator, http: aiohttp.ClientSession) -> Callable[[str], AsyncWebClient]:
    """A client with another token."""

    def make(token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=simulator.api_url, session=http, retry_handlers=[])

    return make
