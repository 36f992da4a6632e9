"""A bot on the simulated Discord, by hand: REST, and as much of the gateway as commands and buttons take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx

from bot.simulators.discord import DiscordSimulator

Payload = dict[str, Any]

AGENT = "DiscordBot (https://example.org, 1.0)"
DEFER, DEFER_UPDATE = 5, 6
COMMANDS: list[Payload] = [
    {
        "name": "ask",
        "description": "Ask a question",
        "options": [
            {"type": 3, "name": "prompt", "description": "What you want to know", "required": True},
            {"type": 11, "name": "file", "description": "A file the question is about"},
        ],
    },
    {"name": "stop", "description": "Stop what is running here"},
]
FORK: Payload = {"name": "Fork from here", "type": 3, "contexts": [0]}


class DiscordBot:
    def __init__(self, bot_id: str, rest: httpx.AsyncClient, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._id = bot_id
        self._rest = rest
        self._socket = socket

    async def registers(self, commands: list[Payload]) -> None:
        await self._call("PUT", f"/applications/{self._id}/commands", commands)

    async def posts(self, channel_id: str, content: str, **body: object) -> str:
        """The message's id."""
        return (await self._call("POST", f"/channels/{channel_id}/messages", {"content": content, **body}))["id"]

    async def edits(self, channel_id: str, message_id: str, content: str, **body: object) -> None:
        await self._call("PATCH", f"/channels/{channel_id}/messages/{message_id}", {"content": content, **body})

    async def posts_file(self, channel_id: str, name: str, content: bytes) -> None:
        posted = await self._rest.post(f"/channels/{channel_id}/messages", files={"files[0]": (name, content)})
        posted.raise_for_status()

    async def types(self, channel_id: str) -> None:
        (await self._rest.post(f"/channels/{channel_id}/typing")).raise_for_status()

    async def opens_thread(self, channel_id: str, message_id: str, name: str) -> None:
        await self._call("POST", f"/channels/{channel_id}/messages/{message_id}/threads", {"name": name})

    async def defers(self, *, kind: int = DEFER, flags: int = 0) -> Payload:
        """Wait for a command or a button, say that the answer comes later, and give the interaction."""
        used = await self._hears("INTERACTION_CREATE")
        body = {"type": kind, "data": {"flags": flags}}
        await self._rest.post(f"/interactions/{used['id']}/{used['token']}/callback", json=body)
        return used

    async def answers(self, used: Payload, content: str) -> None:
        await self._call("PATCH", f"/webhooks/{self._id}/{used['token']}/messages/@original", {"content": content})

    async def identifies(self, token: str) -> None:
        await self._socket.receive_json(timeout=5)
        await self._socket.send_json({"op": 2, "d": {"token": token, "intents": 1, "properties": {}}})
        await self._hears("READY")

    async def _hears(self, name: str) -> Payload:
        async with asyncio.timeout(5):
            while (heard := await self._socket.receive_json())["t"] != name:
                pass
        return heard["d"]

    async def _call(self, method: str, path: str, body: object) -> Payload:
        answer = await self._rest.request(method, path, json=body)
        return answer.raise_for_status().json()


@asynccontextmanager
async def connected(discord: DiscordSimulator) -> AsyncGenerator[DiscordBot]:
    headers = {"Authorization": f"Bot {discord.token}", "User-Agent": AGENT}
    async with (
        httpx.AsyncClient(base_url=discord.api_url, headers=headers, trust_env=False) as rest,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{discord.gateway_url}?v=10&encoding=json") as socket,
    ):
        bot = DiscordBot(discord.bot.id, rest, socket)
        await bot.identifies(discord.token)
        yield bot
