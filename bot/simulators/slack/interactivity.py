"""What people do besides writing: press a button of a message, run a slash command; and the reply by `response_url`.

Sources: "block_actions payload", "Enabling interactivity with slash commands", Slack developer docs.
"""

import json
import time
from typing import cast

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulators.slack.events import Answer
from bot.simulators.slack.payloads import TOKEN
from bot.simulators.slack.timeline import Timeline
from bot.simulators.slack.workspace import JsonObject, Message, NotThere

RESPONSE_USES = 5
RESPONSE_SECONDS = 1_800
RESPONSES_KEPT = 1_000  # addresses that still work; the oldest go first


class Interactivity:
    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._workspace = timeline.workspace
        self._payloads = timeline.payloads
        self._responses: dict[str, tuple[int, float]] = {}  # uses left, monotonic end

    async def press(self, message: Message, action_id: str, user_id: str) -> Answer:
        """Press the button with that action id; raises NotThere when the message shows none."""
        payload = self._payload(message, self._action(message, action_id), user_id)
        return await self._timeline.deliveries.send_form({"payload": json.dumps(payload)})

    async def command(self, command: str, text: str, *, channel_id: str, user_id: str) -> Answer:
        """Run a slash command, named with its slash."""
        channel, person = self._workspace.channel(channel_id), self._workspace.person(user_id)
        return await self._timeline.deliveries.send_form(
            {
                "token": TOKEN,
                "team_id": self._workspace.team_id,
                "team_domain": self._workspace.domain,
                "channel_id": channel.id,
                "channel_name": "directmessage" if channel.kind == "im" else channel.name,
                "user_id": person.id,
                "user_name": person.name.lower(),
                "command": command,
                "text": text,
                "api_app_id": self._workspace.bot.app_id,
                "is_enterprise_install": "false",
                "response_url": self._response_url(),
                "trigger_id": self._workspace.next_id("T"),
            }
        )

    async def respond(self, request: Request) -> Response:
        """The app's reply to a `response_url`: five times, for half an hour."""
        uses, until = self._responses.get(str(request.path_params["response_id"]), (0, 0.0))
        if not uses or time.monotonic() > until:
            return JSONResponse({"ok": False, "error": "used_url" if until else "expired_url"}, 404)
        self._responses[str(request.path_params["response_id"])] = (uses - 1, until)
        body = cast("JsonObject", await request.json())
        if "markdown_text" in body:
            return JSONResponse({"ok": False, "error": "invalid_arguments"}, 400)
        facts: JsonObject = {name: body.get(name) for name in ("text", "blocks", "response_type", "replace_original")}
        self._timeline.ledger.record("response", **facts)
        return JSONResponse({"ok": True})

    def _response_url(self) -> str:
        response_id = self._workspace.next_id("R")
        self._responses[response_id] = (RESPONSE_USES, time.monotonic() + RESPONSE_SECONDS)
        while len(self._responses) > RESPONSES_KEPT:
            del self._responses[next(iter(self._responses))]
        return f"{self._payloads.origin}/actions/{self._workspace.team_id}/{response_id}"

    def _action(self, message: Message, action_id: str) -> JsonObject:
        for block in message.blocks:
            if not isinstance(block, dict):
                continue
            for element in _elements(block):
                if element.get("action_id") == action_id:
                    kept = {name: element[name] for name in ("action_id", "type", "text", "value") if name in element}
                    place: JsonObject = {"block_id": block.get("block_id", ""), "action_ts": self._workspace.next_ts()}
                    return kept | place
        raise NotThere(f"message {message.ts!r} has no button {action_id!r}")

    def _payload(self, message: Message, action: JsonObject, user_id: str) -> JsonObject:
        workspace, person = self._workspace, self._workspace.person(user_id)
        name = person.name.lower()
        container: JsonObject = {"type": "message", "message_ts": message.ts, "channel_id": message.channel_id}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return {
            "type": "block_actions",
            "user": {"id": person.id, "username": name, "name": name, "team_id": workspace.team_id},
            "api_app_id": workspace.bot.app_id,
            "token": TOKEN,
            "container": container | {"is_ephemeral": False},
            "trigger_id": workspace.next_id("T"),
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": message.channel_id, "name": workspace.channel(message.channel_id).name},
            "message": self._payloads.message(message, with_metadata=True),
            "state": {"values": {}},
            "response_url": self._response_url(),
            "actions": [action],
        }


def _elements(block: JsonObject) -> list[JsonObject]:
    inner = block.get("elements")
    listed: list[JsonValue] = inner if isinstance(inner, list) else []
    return [one for one in [*listed, block.get("accessory")] if isinstance(one, dict)]
