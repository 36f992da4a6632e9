"""The simulator itself: one workspace, its Web API on a loopback socket, and what its people do."""

import asyncio
import contextlib
import mimetypes
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route

from bot.simulators.slack.chat import Chat
from bot.simulators.slack.compose import encode, rich_text
from bot.simulators.slack.control import Control
from bot.simulators.slack.conversations import Conversations
from bot.simulators.slack.events import RETRY_SECONDS, Answer, Deliveries
from bot.simulators.slack.failures import Failure
from bot.simulators.slack.files import Files
from bot.simulators.slack.interactivity import Interactivity
from bot.simulators.slack.ledger import Entry, Ledger
from bot.simulators.slack.limits import RateLimits
from bot.simulators.slack.payloads import Payloads
from bot.simulators.slack.server import listen, serving
from bot.simulators.slack.timeline import Timeline
from bot.simulators.slack.web_api import WebApi
from bot.simulators.slack.workspace import JsonObject, Message, StoredFile, Workspace

T = TypeVar("T")
Upload = tuple[str, bytes, str | None]  # name, content, media type (None: guessed from the name)


class SlackSimulator:
    """One simulated workspace with one installed app.

    `retry_seconds` are the pauses before the three retries of a failed delivery; tests shorten them.
    `timeline.twin_order` and `timeline.twin_delay_seconds` say how a mention and its `message` twin arrive.
    """

    def __init__(
        self,
        *,
        token: str = "xoxb-simulated",  # noqa: S107 - opens nothing but this simulator
        signing_secret: str = "simulated-signing-secret",  # noqa: S107
        team_id: str = "T0PARLEY",
        enforce_rate_limits: bool = True,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self.token = token
        self.signing_secret = signing_secret
        self.workspace = Workspace(team_id)
        self.ledger = Ledger()
        self.limits = RateLimits(enforced=enforce_rate_limits)
        self.deliveries = Deliveries(self.ledger, signing_secret, retry_seconds=retry_seconds)
        self.payloads = Payloads(self.workspace)
        self.timeline = Timeline(self.workspace, self.ledger, self.deliveries, self.payloads)
        self.interactivity = Interactivity(self.timeline)
        self._chat = Chat(self.timeline)
        self._files = Files(self.timeline, self._chat, token)
        conversations = Conversations(self.workspace, self.payloads)
        methods = {**self._chat.methods(), **self._files.methods(), **conversations.methods()}
        self.web_api = WebApi(token, methods, self.ledger, self.limits)

    @property
    def api_url(self) -> str:
        """The base for `SLACK_API_URL`, with trailing slash; raises RuntimeError before `serve`."""
        if not self.payloads.origin:
            raise RuntimeError("the simulator has an address only inside `async with simulator.serve()`")
        return f"{self.payloads.origin}/api/"

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncGenerator["SlackSimulator"]:
        """Listen on 127.0.0.1 (port 0: any free one) until the block ends; then no task of it runs on."""
        bound = listen(port)
        self.payloads.origin = f"http://127.0.0.1:{bound.getsockname()[1]}"
        self.ledger.reopen()
        self.web_api.closing.clear()
        self.deliveries.open()
        async with serving(self._app(), bound):
            try:
                yield self
            finally:
                self.web_api.closing.set()
                self.ledger.close()
                self.timeline.close()
                await self.deliveries.close()

    def _app(self) -> Starlette:
        routes = [
            Route("/api/{method}", self.web_api.handle, methods=["GET", "POST"]),
            Route("/upload/v1/{file_id}", self._files.receive, methods=["POST"]),
            Route("/files-pri/{team}-{file_id}/{name:path}", self._files.download),
            Route("/actions/{team}/{response_id}", self.interactivity.respond, methods=["POST"]),
            *Control(self).routes(),
        ]
        own_names = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        return Starlette(routes=routes, middleware=[own_names])

    def subscribe(self, request_url: str) -> None:
        """Deliver the events from now on to this address, once it has echoed a challenge."""
        self.deliveries.subscribe(request_url)

    async def say(
        self,
        channel_id: str,
        text: str,
        *,
        user_id: str,
        thread_ts: str | None = None,
        files: Sequence[Upload] = (),
        until_delivered: bool = False,
    ) -> Message:
        """A person writes `text` as typed, "@Parley hello"; it is visible at once and delivered in the background.

        `thread_ts` is the root's. `until_delivered` waits until the app has accepted, or every retry was in vain.
        Raises NotThere for unknown ids, ValueError when the person is not in the channel.
        """
        self._check_member(channel_id, user_id)
        if thread_ts is not None:
            thread_ts = self.workspace.message(channel_id, thread_ts).root_ts
        stored = [self._store(upload, user_id) for upload in files]
        message = Message(
            channel_id=channel_id,
            ts=self.workspace.next_ts(),
            user_id=user_id,
            text=encode(text, self.workspace),
            thread_ts=thread_ts,
            subtype="file_share" if stored else None,
            blocks=[rich_text(text, self.workspace, self.workspace.next_id("B"))] if text else [],
            files=stored,
            client_msg_id=str(uuid.uuid4()),
        )
        await _finish(self.timeline.post(message), until_delivered)
        return message

    async def edit(self, channel_id: str, ts: str, text: str, *, until_delivered: bool = False) -> Message:
        """The author changes what was typed."""
        message = self.workspace.message(channel_id, ts)
        previous = self.payloads.message(message)
        message.text = encode(text, self.workspace)
        message.blocks = [rich_text(text, self.workspace, self.workspace.next_id("B"))]
        await _finish(self.timeline.edit(message, previous), until_delivered)
        return message

    async def delete(self, channel_id: str, ts: str, *, until_delivered: bool = False) -> None:
        """The author, or an admin, deletes a message."""
        await _finish(self.timeline.delete(self.workspace.message(channel_id, ts)), until_delivered)

    async def react(self, channel_id: str, ts: str, name: str, *, user_id: str, until_delivered: bool = False) -> None:
        """A person puts a reaction on a message, unless it is there already."""
        self._check_member(channel_id, user_id)
        message = self.workspace.message(channel_id, ts)
        if user_id not in message.reactions.get(name, []):
            await _finish(self.timeline.react(message, name, user_id, added=True), until_delivered)

    async def press(self, message: Message, action_id: str, user_id: str) -> Answer:
        """A person presses a button of the message; returns what the app answered."""
        return await self.interactivity.press(message, action_id, user_id)

    async def command(self, command: str, text: str = "", *, channel_id: str, user_id: str) -> Answer:
        """A person runs a slash command, named with its slash."""
        return await self.interactivity.command(command, text, channel_id=channel_id, user_id=user_id)

    async def redeliver(self, event_id: str, *, retry_number: int = 1) -> Answer:
        """Send one of the last events again, as a retry; raises NotThere when it is no longer kept."""
        return await self.deliveries.redeliver(event_id, retry_number=retry_number)

    def loses(self, attempts: int = 1) -> None:
        """The next delivery attempts never reach the app, so that only their retries do."""
        self.deliveries.lose(attempts)

    def fails(self, method: str, failure: Failure) -> None:
        """The next call or calls (`failure.times`) of that Web API method go wrong this way."""
        self.web_api.script.add(method, failure)

    def thread(self, channel_id: str, root_ts: str) -> list[Message]:
        """The root and its replies as visible now, oldest first."""
        return self.workspace.thread(channel_id, root_ts)

    def status(self, channel_id: str, thread_ts: str) -> str:
        """The status line of a thread, empty when there is none."""
        return self.timeline.status(channel_id, thread_ts)

    async def wait_for(self, predicate: Callable[[], T], timeout_seconds: float = 5) -> T:
        """Ask `predicate` now and after each ledger entry until it says something truthy, and return that.

        Raises TimeoutError with the last entries of the ledger.
        """
        return await self.ledger.wait_for(predicate, timeout_seconds)

    def changes(self, after: int | None = None) -> AsyncIterator[Entry]:
        """Ledger entries as they come (with `after`: first those since that number), until the simulator stops."""
        return self.ledger.follow(after)

    def state(self) -> JsonObject:
        """People, channels with their messages, as JSON: what `GET /control/state` shows."""
        workspace = self.workspace
        return {
            "team_id": workspace.team_id,
            "bot_user_id": workspace.bot.user.id,
            "people": [self.payloads.person(person) for person in workspace.people.values()],
            "channels": [self._channel_state(channel_id) for channel_id in workspace.channels],
            "last_number": self.ledger.last_number,
        }

    def _channel_state(self, channel_id: str) -> JsonObject:
        threads: list[JsonObject] = [
            {
                "status": self.timeline.status(channel_id, root.ts),
                "messages": [self.payloads.message(one) for one in self.thread(channel_id, root.ts)],
            }
            for root in self.workspace.history(channel_id)
        ]
        return {**self.payloads.channel(self.workspace.channel(channel_id)), "threads": [*threads]}

    def _check_member(self, channel_id: str, user_id: str) -> None:
        channel, person = self.workspace.channel(channel_id), self.workspace.person(user_id)
        if person.id not in channel.member_ids:
            raise ValueError(f"{person.name} is not in {channel.name}")

    def _store(self, upload: Upload, user_id: str) -> StoredFile:
        name, content, mimetype = upload
        guessed = mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return self.workspace.add_file(name, guessed, user_id=user_id, content=content)


async def _finish(deliveries: list[asyncio.Task[None]], until_delivered: bool) -> None:
    if until_delivered:
        await asyncio.gather(*deliveries)
