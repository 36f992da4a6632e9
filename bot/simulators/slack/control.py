"""`/control/…`: what other processes, chaos tests and pages use to play people, script faults and read the ledger.

JSON in and out; mistakes are 400 with a sentence. Only `application/json` is accepted, so a foreign web page cannot
post here.
"""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.simulators.slack.failures import Failure
from bot.simulators.slack.workspace import JsonObject, NotThere

if TYPE_CHECKING:
    from bot.simulators.slack.simulator import SlackSimulator

Order = Callable[[bytes], Awaitable[JsonObject]]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Attachment(_Body):
    name: str
    content_base64: str
    mimetype: str | None = None


class Say(_Body):
    channel: str
    user: str
    text: str
    thread_ts: str | None = None
    files: list[Attachment] = []


class Edit(_Body):
    channel: str
    ts: str
    text: str


class Delete(_Body):
    channel: str
    ts: str


class React(_Body):
    channel: str
    ts: str
    name: str
    user: str


class Subscribe(_Body):
    request_url: str


class Fail(_Body):
    method: str
    failure: Failure


class Press(_Body):
    channel: str
    ts: str
    action_id: str
    user: str


class RunCommand(_Body):
    command: str
    text: str = ""
    channel: str
    user: str


class Redeliver(_Body):
    event_id: str
    retry_number: int = Field(default=1, ge=1, le=3)


class Control:
    def __init__(self, simulator: "SlackSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[Route]:
        orders: dict[str, Order] = {
            "say": self.say,
            "edit": self.edit,
            "delete": self.delete,
            "react": self.react,
            "subscribe": self.subscribe,
            "fail": self.fail,
            "press": self.press,
            "command": self.command,
            "redeliver": self.redeliver,
        }
        posts = [Route(f"/control/{name}", _endpoint(order), methods=["POST"]) for name, order in orders.items()]
        return [
            *posts,
            Route("/control/state", self.state),
            Route("/control/ledger", self.ledger),
            Route("/control/changes", self.changes),
        ]

    async def say(self, body: bytes) -> JsonObject:
        order = Say.model_validate_json(body)
        files = [(one.name, base64.b64decode(one.content_base64, validate=True), one.mimetype) for one in order.files]
        message = await self._simulator.say(
            order.channel, order.text, user_id=order.user, thread_ts=order.thread_ts, files=files
        )
        return {"channel": message.channel_id, "ts": message.ts, "thread_ts": message.root_ts}

    async def edit(self, body: bytes) -> JsonObject:
        order = Edit.model_validate_json(body)
        await self._simulator.edit(order.channel, order.ts, order.text)
        return {}

    async def delete(self, body: bytes) -> JsonObject:
        order = Delete.model_validate_json(body)
        await self._simulator.delete(order.channel, order.ts)
        return {}

    async def react(self, body: bytes) -> JsonObject:
        order = React.model_validate_json(body)
        await self._simulator.react(order.channel, order.ts, order.name, user_id=order.user)
        return {}

    async def subscribe(self, body: bytes) -> JsonObject:
        self._simulator.subscribe(Subscribe.model_validate_json(body).request_url)
        return {}

    async def fail(self, body: bytes) -> JsonObject:
        order = Fail.model_validate_json(body)
        self._simulator.fails(order.method, order.failure)
        return {}

    async def press(self, body: bytes) -> JsonObject:
        order = Press.model_validate_json(body)
        message = self._simulator.workspace.message(order.channel, order.ts)
        answer = await self._simulator.press(message, order.action_id, order.user)
        return {"status": answer.status}

    async def command(self, body: bytes) -> JsonObject:
        order = RunCommand.model_validate_json(body)
        answer = await self._simulator.command(order.command, order.text, channel_id=order.channel, user_id=order.user)
        return {"status": answer.status, "body": answer.body.decode(errors="replace")}

    async def redeliver(self, body: bytes) -> JsonObject:
        order = Redeliver.model_validate_json(body)
        answer = await self._simulator.redeliver(order.event_id, retry_number=order.retry_number)
        return {"status": answer.status}

    async def state(self, request: Request) -> Response:  # noqa: ARG002 - it looks at nothing in it
        return JSONResponse(self._simulator.state())

    async def ledger(self, request: Request) -> Response:
        """Entries after `?after=`, of `?kind=` only when given."""
        kind, ledger = request.query_params.get("kind"), self._simulator.ledger
        entries = [one for one in ledger.after(_number(request)) if kind in (None, one.kind)]
        listed = [entry.as_json() for entry in entries]
        return JSONResponse({"entries": listed, "last_number": ledger.last_number, "dropped": ledger.dropped})

    async def changes(self, request: Request) -> Response:
        """Server-sent events, one ledger entry each; `Last-Event-ID` or `?after=` says where to go on."""
        after = _number(request) if _has_number(request) else None

        async def stream() -> AsyncIterator[str]:
            yield ": following\n\n"
            async for entry in self._simulator.ledger.follow(after):
                yield f"id: {entry.number}\nevent: {entry.kind}\ndata: {json.dumps(entry.as_json())}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _endpoint(order: Order) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"ok": False, "error": "send application/json"}, 415)
        try:
            return JSONResponse({"ok": True, **await order(await request.body())})
        except (ValidationError, NotThere, ValueError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400)

    return endpoint


def _has_number(request: Request) -> bool:
    return "after" in request.query_params or "last-event-id" in request.headers


def _number(request: Request) -> int:
    value = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    return int(value) if value.isdecimal() else 0
