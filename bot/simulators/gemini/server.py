"""The simulator on a loopback socket, in the event loop of whoever uses it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.simulators.gemini.app import Interactions, Options
from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.control import Control
from bot.simulators.gemini.deliveries import Deliveries
from bot.simulators.gemini.editions import EditionName
from bot.simulators.gemini.environments import Environments
from bot.simulators.gemini.files import Files
from bot.simulators.gemini.gate import Gate, HangUp
from bot.simulators.gemini.ledger import Ledger, RecordedRequest
from bot.simulators.gemini.routes import Api, create_app
from bot.simulators.gemini.run import Runs
from bot.simulators.gemini.script import Answers, Fails, Failure, Operation, Script
from bot.simulators.gemini.store import Store
from bot.simulators.gemini.uploads import FilesApi
from bot.simulators.gemini.webhooks import Keys, Webhooks
from bot.simulators.gemini.webhooks_api import WebhooksApi

_HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 3
_IDLE_SECONDS = 240  # longer than clients keep a connection: what they send while it closes is lost


class GeminiSimulator:
    """The Interactions API on this machine: an honest stand-in that needs no key of Google's.

    `delay_seconds` passes before each piece of text, `research_seconds` in all of a Deep Research.
    `accept_key` is the only key let in; None lets any in. `resume_foreground` says whether a stream
    that was not asked for in the background can be read again, which the service does not promise.
    `edition` is what is spoken with callers who do not say which one they mean. Interactions are kept for
    `retention_days` and a file is `PROCESSING` for `processing_seconds`; both, and the time a research
    takes, pass on a clock that `advance` moves.
    """

    def __init__(
        self,
        *,
        delay_seconds: float = 0.0,
        research_seconds: float = 6.0,
        accept_key: str | None = None,
        resume_foreground: bool = True,
        edition: EditionName = "steps",
        retention_days: float = 55,
        processing_seconds: float = 0.2,
    ) -> None:
        self._delay_seconds = delay_seconds
        self._options = Options(research_seconds, resume_foreground, edition)
        self._accept_key = accept_key
        self._retention_days = retention_days
        self._processing_seconds = processing_seconds
        self._ledger = Ledger()
        self._script = Script()
        self._clock = Clock()
        self._keys = Keys()
        self._environments = Environments()

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, oldest first; the newest 10,000 are kept."""
        return self._ledger.requests

    def answers(self, *deltas: str) -> None:
        """The next create says exactly this, delta by delta."""
        self._script.order(Answers(answers=list(deltas)))

    def fails(self, failure: Failure, *, times: int = 1, operation: Operation = "create") -> None:
        """The next `times` requests of this operation fail like this, in the order in which it was scripted.

        Requests that the API itself would refuse use nothing up.
        Raises ValueError for a failure that only a create can have, on another operation.
        """
        self._script.order(Fails(fails=failure, times=times, operation=operation))

    def forgets_environments(self) -> None:
        """The sandboxes of managed agents are gone, as after their time is over."""
        self._environments.forget()

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once. Raises ValueError for a time that is past."""
        self._clock.advance(seconds)

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncGenerator[str]:
        """Serve until the block is left, with open streams ended; the value is the base URL, without version.

        Port 0 takes a free one. Raises OSError when the port is taken. Interactions do not outlive the block.
        """
        listener = socket.create_server((_HOST, port))  # listens at once: callers need not wait for the task below
        webhooks = Webhooks(self._clock)
        deliveries = Deliveries(self._clock, webhooks, self._keys)
        runs = Runs(self._clock, delay_seconds=self._delay_seconds, on_end=deliveries.report)
        server = _Server(lambda hang_up: create_app(self._api(runs, webhooks, deliveries, hang_up)))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{_HOST}:{listener.getsockname()[1]}"
        finally:
            server.stop()
            try:
                await runs.close()
                await deliveries.close()
            finally:
                await task

    def _api(self, runs: Runs, webhooks: Webhooks, deliveries: Deliveries, hang_up: HangUp) -> Api:
        gate = Gate(self._ledger, self._script, hang_up, accept_key=self._accept_key)
        files = Files(self._clock, processing_seconds=self._processing_seconds)
        store = Store(self._clock, retention_days=self._retention_days)
        return Api(
            Interactions(gate, store, runs, files, self._environments, self._options),
            FilesApi(gate, files, self._clock),
            WebhooksApi(gate, webhooks, deliveries, self._keys),
            Control(self._script, self._ledger, self._clock),
        )


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which are the process's affair, and with a way to hang up on a caller."""

    def __init__(self, create: Callable[[HangUp], Starlette]) -> None:
        super().__init__(
            uvicorn.Config(
                create(self.hang_up),
                http="httptools",
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
                timeout_keep_alive=_IDLE_SECONDS,
            )
        )
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True
        self._stopped.set()

    async def main_loop(self) -> None:
        await self._stopped.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def hang_up(self, request: Request) -> None:
        for connection in self.server_state.connections:
            if isinstance(connection, HttpToolsProtocol) and connection.client == request.client:
                connection.transport.close()
