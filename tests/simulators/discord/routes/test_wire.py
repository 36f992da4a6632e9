"""Whatever a caller sends, the reply is one of Discord's own."""

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator

BODIES = [
    b"",
    b"\xff",
    b"null",
    b"[]",
    b'"x"',
    b'{"content": null, "embeds": null, "components": null}',
    b'{"components": ["x", 1, null], "embeds": [1]}',
    b'{"components": [{"type": [], "components": [{"type": {}}]}]}',
    b'{"components": [{"type": 1, "components": [{"type": 3, "custom_id": "a", "options": "x"}]}]}',
    b'{"content": "x", "flags": "y", "nonce": {}, "message_reference": 1}',
    b'{"name": 1, "type": "x", "options": [{"type": "y"}]}',
    b'[{"name": null}]',
    b'{"type": 4, "data": []}',
]
ROUTES = [
    ("POST", "/channels/CHANNEL/messages"),
    ("PATCH", "/channels/CHANNEL/messages/MESSAGE"),
    ("POST", "/channels/CHANNEL/messages/MESSAGE/threads"),
    ("POST", "/channels/CHANNEL/threads"),
    ("PATCH", "/channels/CHANNEL"),
    ("POST", "/users/@me/channels"),
    ("PUT", "/applications/BOT/commands"),
    ("POST", "/applications/BOT/commands"),
    ("POST", "/interactions/1/x/callback"),
    ("POST", "/webhooks/BOT/x"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_body_breaks_a_route(
    simulator: DiscordSimulator, rest: httpx.AsyncClient, general: str, method: str, path: str
) -> None:
    message = (await rest.post(f"/channels/{general}/messages", json={"content": "x"})).json()["id"]
    path = path.replace("CHANNEL", general).replace("MESSAGE", message).replace("BOT", simulator.bot.id)

    replies = list[httpx.Response]()
    for body in BODIES:
        simulator.advance(600)
        for content_type in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x"):
            replies.append(await rest.request(method, path, content=body, headers={"Content-Type": content_type}))
            simulator.advance(600)

    assert {reply.status_code for reply in replies} <= {200, 201, 400, 401, 404}
    assert all(reply.headers["Content-Type"] == "application/json" for reply in replies)
