"""Messages over REST. Source: "Message Resource", Discord developer docs."""

from collections import OrderedDict

from aiohttp import web

from bot.simulators.discord import message_rules
from bot.simulators.discord.bodies import EditBody, MessageBody, MessageReference
from bot.simulators.discord.drafts import change_of, draft_of
from bot.simulators.discord.errors import Mistake, invalid, refused
from bot.simulators.discord.nouns import Channel, Message, MessageType, Permission, Upload
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.posting import Draft
from bot.simulators.discord.routes.wire import nothing, number, read_message, reply, require

OLD_SECONDS = 3600.0
NONCE_SECONDS = 300.0
SYSTEM = (MessageType.THREAD_CREATED, MessageType.THREAD_STARTER_MESSAGE)
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"


class MessageRoutes:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._world = platform.world
        self._posting = platform.posting
        self._nonces: OrderedDict[str, Message] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(MESSAGES, self.create),
            web.get(MESSAGES, self.list_all),
            web.get(MESSAGE, self.get),
            web.patch(MESSAGE, self.edit),
            web.delete(MESSAGE, self.delete),
        ]

    async def create(self, request: web.Request) -> web.Response:
        channel = self._world.channel(request.match_info["channel_id"])
        self._check_may_send(channel)
        body, uploads = await read_message(request, MessageBody)
        earlier = self._earlier(body)
        message = earlier or self._posting.post(self._draft(channel, body, uploads))
        if body.nonce and not earlier:
            self._nonces[body.nonce] = message
        return reply(self._posting.payloads.rest(message))

    async def list_all(self, request: web.Request) -> web.Response:
        channel = self._world.channel(request.match_info["channel_id"])
        require(self._world, channel)
        if Permission.READ_MESSAGE_HISTORY not in self._world.bot_permissions(channel):
            return reply([])
        limit = number(request, "limit", 50)
        if not 1 <= limit <= 100:
            raise invalid(Mistake(("limit",), "NUMBER_TYPE_MAX", "int value should be between 1 and 100."))
        found = _page([one for one in channel.messages.values() if one.visible_to_all], request, limit)
        return reply([self._posting.payloads.rest(message) for message in reversed(found)])

    async def get(self, request: web.Request) -> web.Response:
        message = self._message(request)
        require(self._world, self._world.channel(message.channel_id), Permission.READ_MESSAGE_HISTORY)
        return reply(self._posting.payloads.rest(message))

    async def edit(self, request: web.Request) -> web.Response:
        message = self._message(request)
        channel = self._world.channel(message.channel_id)
        require(self._world, channel)
        self._check_may_edit(message, channel)
        body, uploads = await read_message(request, EditBody)
        if Permission.EMBED_LINKS not in self._world.bot_permissions(channel) and body.embeds:
            body.embeds = []  # no refusal, unless that leaves nothing to see
        self._posting.edit(message, change_of(message, body, uploads))
        return reply(self._posting.payloads.rest(message))

    async def delete(self, request: web.Request) -> web.Response:
        message = self._message(request)
        channel = self._world.channel(message.channel_id)
        own = message.author_id == self._world.bot.id
        require(self._world, channel, *(() if own else (Permission.MANAGE_MESSAGES,)))
        self._posting.delete(message)
        return nothing()

    def _message(self, request: web.Request) -> Message:
        message = self._world.message(request.match_info["channel_id"], request.match_info["message_id"])
        if not message.visible_to_all:
            raise refused(10008)
        return message

    def _check_may_send(self, channel: Channel) -> None:
        sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        require(self._world, channel, sending)
        if channel.locked:
            raise refused(160005)
        person = self._world.users.get(channel.recipient_id or "")
        if person and person.id not in self._world.guild.members:
            raise refused(50278)
        if person and not person.accepts_direct_messages:
            raise refused(50007)

    def _check_may_edit(self, message: Message, channel: Channel) -> None:
        if message.author_id != self._world.bot.id:
            raise refused(50005)
        if channel.archived:
            raise refused(50083)
        if self._platform.clock.now() - message.created_at > OLD_SECONDS:
            self._check_old_edit(channel)

    def _check_old_edit(self, channel: Channel) -> None:
        wait_seconds = self._platform.limits.spend_old_edit(channel.id)
        if wait_seconds:
            error = refused(30046)
            error.body |= {"retry_after": round(wait_seconds, 3), "global": False}
            error.headers |= {"Via": "1.1 google", "Retry-After": str(round(wait_seconds) or 1)}
            raise error

    def _draft(self, channel: Channel, body: MessageBody, uploads: list[Upload]) -> Draft:
        message_rules.check_body(body, layout=message_rules.is_layout(body.flags))
        message_rules.check_files(uploads)
        message_rules.check_not_empty(body, uploads)
        held = self._world.bot_permissions(channel)
        if uploads and Permission.ATTACH_FILES not in held:
            raise refused(50013)
        if Permission.EMBED_LINKS not in held:
            message_rules.leave_embeds_out(body, uploads)
        draft = draft_of(channel, self._world.bot, body, uploads)
        if body.message_reference:
            draft.reply_to = self._replied(channel, body.message_reference)
            draft.type = MessageType.REPLY if draft.reply_to else MessageType.DEFAULT
        return draft

    def _replied(self, channel: Channel, reference: MessageReference) -> Message | None:
        if Permission.READ_MESSAGE_HISTORY not in self._world.bot_permissions(channel):
            raise refused(160002)
        message = channel.messages.get(reference.message_id)
        path = ("message_reference",)
        if message is None and reference.fail_if_not_exists:
            raise invalid(Mistake(path, "REPLIES_UNKNOWN_MESSAGE", "Unknown message"))
        if message is not None and message.type in SYSTEM:
            sentence = "Cannot reply to a system message"
            raise invalid(Mistake(path, "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", sentence))
        return message

    def _earlier(self, body: MessageBody) -> Message | None:
        """The message that was made with the same nonce in the last few minutes, where the caller asks for that."""
        oldest = self._platform.clock.now() - NONCE_SECONDS
        while self._nonces and next(iter(self._nonces.values())).created_at < oldest:
            self._nonces.popitem(last=False)
        return self._nonces.get(body.nonce or "") if body.enforce_nonce else None


def _page(messages: list[Message], request: web.Request, limit: int) -> list[Message]:
    """At most `limit` of them, in order, before, after or around an id; without one the newest."""
    if "after" in request.query:
        after = number(request, "after", 0)
        return [one for one in messages if int(one.id) > after][:limit]
    if "around" in request.query:
        around = number(request, "around", 0)
        older = [one for one in messages if int(one.id) < around][-(limit // 2) :]
        return (older + [one for one in messages if int(one.id) >= around][: limit - limit // 2])[:limit]
    before = number(request, "before", 1 << 63)
    return [one for one in messages if int(one.id) < before][-limit:]
