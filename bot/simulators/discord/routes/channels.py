"""Channels, threads, typing, reactions, people and the guild over REST.

Source: "Channels Resource", "User Resource" and "Guild Resource", Discord developer docs.
"""

import re

from aiohttp import web

from bot.simulators.discord import payloads
from bot.simulators.discord.bodies import ChannelBody, DirectBody, ThreadBody, ThreadFromMessageBody, parse
from bot.simulators.discord.errors import refused
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Channel, ChannelType, Message, Permission
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.routes.wire import nothing, reply, require

CHANNEL = "/channels/{channel_id}"
MESSAGE = CHANNEL + "/messages/{message_id}"
REACTION = MESSAGE + "/reactions/{emoji}/@me"
CUSTOM_EMOJI = re.compile(r"^\w{2,32}:\d{17,20}$")
DEFAULT_ARCHIVE_MINUTES = 1440


class ChannelRoutes:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._world = platform.world
        self._places = platform.places

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(CHANNEL, self.get),
            web.patch(CHANNEL, self.change),
            web.delete(CHANNEL, self.delete),
            web.post(CHANNEL + "/typing", self.typing),
            web.post(CHANNEL + "/threads", self.create_thread),
            web.post(MESSAGE + "/threads", self.create_thread_from_message),
            web.put(CHANNEL + "/thread-members/@me", self.join),
            web.delete(CHANNEL + "/thread-members/@me", self.leave),
            web.put(REACTION, self.react),
            web.delete(REACTION, self.take_back),
            web.post("/users/@me/channels", self.open_direct),
        ]

    async def get(self, request: web.Request) -> web.Response:
        return self._shown(self._channel(request))

    async def change(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        body = parse(ChannelBody, await request.read())
        changes: Payload = body.model_dump(exclude_unset=True, exclude_none=True)
        if "auto_archive_duration" in changes:
            changes["auto_archive_minutes"] = changes.pop("auto_archive_duration")
        if channel.owner_id != self._world.bot.id:
            require(self._world, channel, Permission.MANAGE_THREADS)
        self._places.change(channel, changes)
        return self._shown(channel)

    async def delete(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        if channel.type == ChannelType.TEXT:
            raise refused(50013)
        require(self._world, channel, Permission.MANAGE_THREADS)
        shown = payloads.channel(channel, self._world)
        if channel.is_thread:
            self._places.remove(channel)
        return reply(shown)

    async def typing(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        require(self._world, channel, Permission.SEND_MESSAGES)
        self._places.type_in(channel, self._world.bot)
        return nothing()

    async def create_thread(self, request: web.Request) -> web.Response:
        parent = self._channel(request)
        body = parse(ThreadBody, await request.read())
        public = body.type == ChannelType.PUBLIC_THREAD
        require(self._world, parent, Permission.CREATE_PUBLIC_THREADS if public else Permission.CREATE_PRIVATE_THREADS)
        thread = self._places.thread(
            parent,
            body.name,
            self._world.bot,
            kind=ChannelType(body.type),
            auto_archive_minutes=body.auto_archive_duration or DEFAULT_ARCHIVE_MINUTES,
        )
        return reply(payloads.thread(thread, self._world), status=201)

    async def create_thread_from_message(self, request: web.Request) -> web.Response:
        message = self._message(request)
        require(self._world, self._world.channel(message.channel_id), Permission.CREATE_PUBLIC_THREADS)
        body = parse(ThreadFromMessageBody, await request.read())
        minutes = body.auto_archive_duration or DEFAULT_ARCHIVE_MINUTES
        thread = self._places.thread_from(message, body.name, self._world.bot, auto_archive_minutes=minutes)
        return reply(payloads.thread(thread, self._world), status=201)

    async def join(self, request: web.Request) -> web.Response:
        self._places.join(self._thread(request), self._world.bot)
        return nothing()

    async def leave(self, request: web.Request) -> web.Response:
        thread = self._thread(request)
        thread.member_ids = [one for one in thread.member_ids if one != self._world.bot.id]
        return nothing()

    async def react(self, request: web.Request) -> web.Response:
        message = self._message(request)
        emoji = _emoji(request)
        needed = () if emoji in message.reactions else (Permission.ADD_REACTIONS,)
        require(self._world, self._world.channel(message.channel_id), Permission.READ_MESSAGE_HISTORY, *needed)
        self._places.react(message, emoji, self._world.bot, added=True)
        return nothing()

    async def take_back(self, request: web.Request) -> web.Response:
        self._places.react(self._message(request), _emoji(request), self._world.bot, added=False)
        return nothing()

    async def open_direct(self, request: web.Request) -> web.Response:
        body = parse(DirectBody, await request.read())
        person = self._world.user(body.recipient_id)
        if person.is_bot:
            raise refused(50007)
        return self._shown(self._places.direct(person))

    def _channel(self, request: web.Request) -> Channel:
        channel = self._world.channel(request.match_info["channel_id"])
        require(self._world, channel)
        return channel

    def _thread(self, request: web.Request) -> Channel:
        channel = self._channel(request)
        if not channel.is_thread:
            raise refused(50024)
        return channel

    def _message(self, request: web.Request) -> Message:
        return self._world.message(request.match_info["channel_id"], request.match_info["message_id"])

    def _shown(self, channel: Channel) -> web.Response:
        return reply(payloads.channel(channel, self._world))


def _emoji(request: web.Request) -> str:
    """A reaction's emoji: one beyond ASCII, or a guild's own as `name:id`. Raises 10014."""
    emoji = request.match_info["emoji"]
    if emoji.isascii() and not CUSTOM_EMOJI.match(emoji):
        raise refused(10014)
    return emoji
