"""A Discord of its own: one guild, its people, one bot; REST, gateway and files on one loopback port.

Judged by clients that are not ours: discord.py logs in and runs against it with nothing changed but addresses.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from aiohttp import web

from bot.simulators.discord import platform as parts
from bot.simulators.discord.control import Control
from bot.simulators.discord.faults import Failure
from bot.simulators.discord.frames import Connection
from bot.simulators.discord.gateway import Gateway
from bot.simulators.discord.ledger import Entry, Ledger, Payload
from bot.simulators.discord.limits import Rate
from bot.simulators.discord.message_rules import REQUEST_BYTES
from bot.simulators.discord.nouns import Attachment, Channel, Guild, Interaction, Message, Permission, Upload, User
from bot.simulators.discord.people import People
from bot.simulators.discord.protocol import Protocol
from bot.simulators.discord.routes.cdn import CdnRoutes
from bot.simulators.discord.routes.channels import ChannelRoutes
from bot.simulators.discord.routes.commands import CommandRoutes
from bot.simulators.discord.routes.interactions import InteractionRoutes
from bot.simulators.discord.routes.messages import MessageRoutes
from bot.simulators.discord.routes.people import PeopleRoutes
from bot.simulators.discord.rules import API, Rules
from bot.simulators.discord.state import snapshot
from bot.simulators.discord.world import Portal

DEFAULT_TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.simulator.not-a-secret"  # noqa: S105
SHUTDOWN_SECONDS = 1.0
Found = TypeVar("Found")


class DiscordSimulator:
    """Discord for `parley demo`, tests and load runs.

    `portal` is what the application's owner switched on; `enforce_rate_limits=False` lets load runs find the limits of
    what is tested instead of Discord's (scripted 429 stay).
    """

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        enforce_rate_limits: bool = True,
        portal: Portal | None = None,
    ) -> None:
        self.token = token
        self._platform = parts.build(token, enforce_rate_limits=enforce_rate_limits, portal=portal or Portal())
        self._people = People(self._platform)
        self._origin = ""

    @property
    def api_url(self) -> str:
        """The REST base for `DISCORD_API_URL`. Raises RuntimeError before `serve`."""
        return f"http://{self._served_at()}{API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self._served_at()}/gateway"

    @property
    def ledger(self) -> Ledger:
        return self._platform.ledger

    @property
    def guild(self) -> Guild:
        return self._platform.world.guild

    @property
    def bot(self) -> User:
        return self._platform.world.bot

    @property
    def gateway(self) -> Gateway:
        """For its clocks: `heartbeat_seconds`, `identify_seconds`, and `shards` to recommend."""
        return self._platform.gateway

    @property
    def rates(self) -> dict[str, Rate]:
        """Rate limits by route, to be changed before the route is first called."""
        return self._platform.limits.rates

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncGenerator["DiscordSimulator"]:
        """Serve on 127.0.0.1 in the running loop, on a free port unless one is given; then no task of it runs on."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        self.ledger.reopen()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            self._set_addresses(runner.addresses[0][1])
            yield self
        finally:
            self._platform.interactions.close()
            self.ledger.close()
            self.gateway.close()
            await runner.cleanup()

    async def say(
        self,
        channel_id: str,
        text: str,
        *,
        user_id: str,
        reply_to: str | None = None,
        ping: bool = True,
        files: Sequence[Upload] = (),
    ) -> Message:
        """A person writes. `@Parley` and other names become mentions; a text over 2,000 characters becomes a file."""
        return self._people.say(channel_id, text, user_id=user_id, reply_to=reply_to, ping=ping, files=files)

    async def edit(self, message_id: str, text: str) -> Message:
        return self._people.edit(message_id, text)

    async def delete(self, message_id: str) -> None:
        self._people.delete(message_id)

    async def delete_together(self, message_ids: Sequence[str]) -> None:
        """A moderator deletes 2 to 100 messages of one channel at once."""
        self._people.delete_together(message_ids)

    async def react(self, message_id: str, emoji: str, *, user_id: str, added: bool = True) -> None:
        self._people.react(message_id, emoji, user_id=user_id, added=added)

    async def unfurl(self, message_id: str) -> None:
        """Discord adds the preview of a link: the message changes although nobody edited it."""
        self._people.unfurl(message_id)

    async def command(
        self,
        name: str,
        options: Payload,
        *,
        channel_id: str,
        user_id: str,
        files: Sequence[Upload] = (),
        user_installed: bool = False,
    ) -> Interaction:
        """A person uses a slash command (`"group sub"` for subcommands); files fill attachment options in order.

        Raises ValueError for a command that is not registered and options that do not fit it.
        """
        return self._people.command(
            name, options, channel_id=channel_id, user_id=user_id, files=files, user_installed=user_installed
        )

    async def autocomplete(
        self, name: str, options: Payload, *, focus: str, channel_id: str, user_id: str
    ) -> Interaction:
        return self._people.autocomplete(name, options, focus=focus, channel_id=channel_id, user_id=user_id)

    async def message_command(self, name: str, *, message_id: str, user_id: str) -> Interaction:
        return self._people.message_command(name, message_id=message_id, user_id=user_id)

    async def press(
        self, message_id: str, custom_id: str, *, user_id: str, values: list[str] | None = None
    ) -> Interaction:
        """A person presses a button or chooses in a select. Raises ValueError when there is none."""
        return self._people.press(message_id, custom_id, user_id=user_id, values=values)

    async def submit(self, interaction_id: str, values: dict[str, str]) -> Interaction:
        """A person fills in the form that answered an interaction."""
        return self._people.submit(interaction_id, values)

    def direct(self, user_id: str) -> Channel:
        """A person's direct messages with the bot."""
        return self._people.direct(user_id)

    def open_thread(self, channel_id: str, name: str, *, user_id: str, message_id: str | None = None) -> Channel:
        return self._people.open_thread(channel_id, name, user_id=user_id, message_id=message_id)

    def add_member(self, username: str, *, is_bot: bool = False) -> User:
        return self._platform.world.add_member(username, is_bot=is_bot)

    def add_stranger(self, username: str) -> User:
        """Somebody who shares no guild with the bot."""
        return self._platform.world.add_stranger(username)

    def add_channel(self, name: str) -> Channel:
        return self._platform.world.add_channel(name)

    def deny(self, channel_id: str, permission: Permission) -> None:
        """Take permissions from the bot in one channel and its threads; `Permission(0)` gives all back."""
        self._platform.world.channel(channel_id).denied = permission

    def messages(self, channel_id: str, *, user_id: str | None = None) -> list[Message]:
        """What is visible there now, oldest first; with a user, their ephemeral answers too."""
        everything = self._platform.world.channel(channel_id).messages.values()
        return [message for message in everything if message.seen_by in (None, user_id)]

    def content_of(self, attachment: Attachment) -> bytes:
        """The bytes of a file; empty when it is no longer kept."""
        data, _ = self._platform.files.get(attachment.id) or (b"", "")
        return data

    def original(self, interaction: Interaction) -> Message | None:
        """The first answer to an interaction, once there is one."""
        return self._platform.world.channel(interaction.channel_id).messages.get(interaction.original_id or "")

    async def wait_for(self, predicate: Callable[[], Found], timeout_seconds: float = 5) -> Found:
        """Wait until the predicate is true in Python's sense; its value. Raises TimeoutError with the last entries."""
        return await self.ledger.wait_for(predicate, timeout_seconds)

    def changes(self, after: int | None = None) -> AsyncIterator[Entry]:
        """Ledger entries as they come (with `after`: first those since that number), until the simulator stops."""
        return self.ledger.follow(after)

    def state(self) -> Payload:
        """People, channels with their messages, open interactions: what `GET /control/state` shows."""
        return snapshot(self._platform)

    def fails(self, route: str, failure: Failure) -> None:
        """Script the next calls of a route: `POST /channels/{channel_id}/messages`, a path, or with `*` in it."""
        self._platform.faults.add(route, failure)

    async def drop_gateway(
        self, *, resumable: bool, close_code: int = 4000, outage_seconds: float = 0.0, lose: int = 0
    ) -> None:
        """Lose all gateway connections and wait until no session has one; `lose` events after that reach nobody.

        Without `resumable` the sessions are invalid, and what happens before the next IDENTIFY is never delivered.
        """
        self.gateway.delivery.lose(lose)
        lost = self.gateway.drop(resumable=resumable, close_code=close_code, outage_seconds=outage_seconds)
        await self.wait_for(lambda: not self.gateway.has_session_on(lost))

    def ask_to_reconnect(self) -> None:
        """Opcode 7."""
        self.gateway.ask_to_reconnect()

    def lose_events(self, count: int) -> None:
        """The next events reach nobody, not even by RESUME."""
        self.gateway.delivery.lose(count)

    def repeat_events(self, count: int) -> None:
        """The next events arrive twice."""
        self.gateway.delivery.repeat(count)

    @contextmanager
    def holding_events(self, *, newest_first: bool = False) -> Generator[None]:
        """Events wait until the end of the block, then arrive, in reverse if asked."""
        self.gateway.delivery.hold()
        try:
            yield
        finally:
            self.gateway.delivery.release(newest_first=newest_first)

    def advance(self, seconds: float) -> None:
        """Let time pass for tokens, links, nonces, rate limits and old messages."""
        self._platform.clock.advance(seconds)

    def _application(self) -> web.Application:
        platform = self._platform
        application = web.Application(middlewares=[Rules(platform).middleware], client_max_size=2 * REQUEST_BYTES)
        routes = [MessageRoutes, ChannelRoutes, PeopleRoutes, CommandRoutes, InteractionRoutes]
        for made in routes:
            application.add_routes([_under_api(route) for route in made(platform).routes()])
        application.add_routes(CdnRoutes(platform).routes())
        application.add_routes(Control(platform, self._people).routes())
        application.add_routes([web.get("/", self._gateway), web.get("/gateway", self._gateway)])
        return application

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.gateway.is_down():
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=SHUTDOWN_SECONDS)
        await socket.prepare(request)
        connection = Connection(socket, request)
        async with connection.writing():
            await Protocol(self.gateway, self.token, connection).run(socket)
        return socket

    def _set_addresses(self, port: int) -> None:
        self._origin = f"127.0.0.1:{port}"
        self.gateway.url = self.gateway_url
        self._platform.files.origin = f"http://{self._origin}"

    def _served_at(self) -> str:
        if not self._origin:
            raise RuntimeError("the simulator has an address only inside `async with simulator.serve()`")
        return self._origin


def _under_api(route: web.RouteDef) -> web.RouteDef:
    return web.RouteDef(route.method, API + route.path, route.handler, route.kwargs)
