"""What befalls researches beside deaths at points: deploys, outages, a stalled worker, and webhooks of every kind."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import aiohttp
from standardwebhooks import Webhook

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.ledger import RecordedRequest
from tests.chaos.house import House
from tests.chaos.redis_server import RedisServer
from tests.contract.platforms import creates

Happening = Literal["deploy", "deploys", "web", "store", "stall", "webhooks"]
SECRET = "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0"
OTHER_SECRET = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0"
LOOK_SECONDS = 0.1
AWAY_SECONDS = 0.5


@dataclass
class Disturbed:
    """What a happening may act on. `begun` tells when the first research is under way."""

    house: House
    store: RedisServer
    gemini: GeminiSimulator
    wrong: list[str] = field(default_factory=list[str])

    async def begun(self) -> None:
        while not creates(self.gemini):
            await asyncio.sleep(LOOK_SECONDS)


async def _deploy(world: Disturbed) -> None:
    await world.begun()
    await world.house.deploy()


async def _deploys(world: Disturbed) -> None:
    while True:
        await asyncio.sleep(1.0)
        await world.house.deploy()


async def _web(world: Disturbed) -> None:
    """It dies while researches run, and again."""
    for _ in range(3):
        await asyncio.sleep(1.2)
        await world.house.kill("web")
        await asyncio.sleep(AWAY_SECONDS)
        await world.house.start("web")


async def _store(world: Disturbed) -> None:
    """It dies, and comes back with its file."""
    await world.begun()
    await world.store.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await world.store.start()


async def _stall(world: Disturbed) -> None:
    """The worker is held up for longer than its leases last, while another one takes over."""
    await world.begun()
    world.house.stall(stops=True)
    await asyncio.sleep(3.0)
    world.house.stall(stops=False)


async def _webhooks(world: Disturbed) -> None:
    """For every interaction that is known: told too early, again and again, late; and told by forgers."""
    async with aiohttp.ClientSession() as http:
        sender = _Sender(http, f"{world.house.url}/gemini/webhooks", world)
        while True:
            for interaction_id, metadata in _known(world.gemini).items():
                await sender.tell(interaction_id, metadata)
            await sender.forge()
            await asyncio.sleep(0.3)


@dataclass
class _Sender:
    http: aiohttp.ClientSession
    url: str
    world: Disturbed
    forged: int = 0

    async def tell(self, interaction_id: str, metadata: Mapping[str, Any]) -> None:
        """Twice with the same proof."""
        body = _body(interaction_id, metadata)
        headers = _signed(SECRET, body, f"msg_{interaction_id}", time.time())
        for _ in range(2):
            await self._post(body, headers)

    async def forge(self) -> None:
        """With another secret, with a proof that is too old, and with another body than was signed."""
        self.forged += 1
        name = f"msg_forged_{self.forged}"
        metadata = [_metadata(request) for request in creates(self.world.gemini)]
        body = _body("v1_forged", metadata[0] if metadata else {})
        for headers in (
            _signed(OTHER_SECRET, body, name, time.time()),
            _signed(SECRET, body, name, time.time() - 3_600),
            _signed(SECRET, body + b" ", name, time.time()),
            {"content-type": "application/json"},
        ):
            if await self._post(body, headers) == 200:
                self.world.wrong.append("a forged webhook was taken")

    async def _post(self, body: bytes, headers: dict[str, str]) -> int:
        with suppress(aiohttp.ClientError):
            async with self.http.post(self.url, data=body, headers=headers) as answer:
                return answer.status
        return 0


def _body(interaction_id: str, metadata: Mapping[str, Any]) -> bytes:
    at = datetime.now(UTC).isoformat()
    data = {"id": interaction_id}
    told = {"type": "interaction.completed", "version": "v1", "timestamp": at, "data": data, "user_metadata": metadata}
    return json.dumps(told).encode()


def _signed(secret: str, body: bytes, name: str, at: float) -> dict[str, str]:
    moment = datetime.fromtimestamp(int(at), UTC)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": Webhook(secret).sign(name, moment, body.decode()),
        "content-type": "application/json",
    }


def _known(gemini: GeminiSimulator) -> dict[str, Mapping[str, Any]]:
    """Every interaction that was asked about, with the metadata that the API tells beside it, as far as known here:
    that of a plan is its research's."""
    known: dict[str, Mapping[str, Any]] = {}
    for request in gemini.requests:
        if request.method == "GET":
            known.setdefault(request.path.rpartition("/")[2], {})
        elif request.previous_interaction_id is not None:
            known[str(request.previous_interaction_id)] = _metadata(request)
    return known


def _metadata(request: RecordedRequest) -> Mapping[str, Any]:
    match request.body.get("webhook_config"):
        case {"user_metadata": dict(metadata)}:
            return metadata
        case _:
            return {}


HAPPENINGS: Mapping[Happening, Callable[[Disturbed], Coroutine[Any, Any, None]]] = {
    "deploy": _deploy,
    "deploys": _deploys,
    "web": _web,
    "store": _store,
    "stall": _stall,
    "webhooks": _webhooks,
}
