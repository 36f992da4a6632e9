"""Answers to interactions: proven by the interaction's own token, so they need no bot token.

Source: "Receiving and Responding" and "Webhook Resource", Discord developer docs.
"""

from aiohttp import web

from bot.simulators.discord.bodies import CallbackBody, EditBody, MessageBody, checked, parse
from bot.simulators.discord.errors import refused
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Interaction, MessageFlag
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.routes.wire import described, is_wanted, nothing, read_message, read_parts, reply

WEBHOOK = "/webhooks/{application_id}/{token}"
MESSAGE = WEBHOOK + "/messages/{message_id}"


class InteractionRoutes:
    def __init__(self, platform: Platform) -> None:
        self._world = platform.world
        self._interactions = platform.interactions
        self._posting = platform.posting

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/interactions/{interaction_id}/{token}/callback", self.answer),
            web.post(WEBHOOK, self.follow_up),
            web.get(MESSAGE, self.get),
            web.patch(MESSAGE, self.edit),
            web.delete(MESSAGE, self.delete),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        text, parts = await read_parts(request)
        body = parse(CallbackBody, text)
        uploads = described(checked(EditBody, body.data or {}, at=("data",)), parts) if parts else []
        interaction_id, token = request.match_info["interaction_id"], request.match_info["token"]
        interaction = self._interactions.answer(interaction_id, token, body, uploads)
        return reply(self._resource(interaction, body.type)) if is_wanted(request, "with_response") else nothing()

    async def follow_up(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        body, uploads = await read_message(request, MessageBody)
        return reply(self._posting.payloads.rest(self._interactions.follow_up(interaction, body, uploads)))

    async def get(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        message = self._interactions.message(interaction, request.match_info["message_id"])
        return reply(self._posting.payloads.rest(message))

    async def edit(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        message = self._interactions.message(interaction, request.match_info["message_id"])
        body, uploads = await read_message(request, EditBody)
        return reply(self._posting.payloads.rest(self._interactions.edit(interaction, message, body, uploads)))

    async def delete(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        self._posting.delete(self._interactions.message(interaction, request.match_info["message_id"]))
        return nothing()

    def _interaction(self, request: web.Request) -> Interaction:
        if request.match_info["application_id"] != self._world.application_id:
            raise refused(10015)
        return self._interactions.find(request.match_info["token"])

    def _resource(self, interaction: Interaction, answer_type: int) -> Payload:
        channel = self._world.channel(interaction.channel_id)
        message = channel.messages.get(interaction.original_id or "")
        about: Payload = {"id": interaction.id, "type": interaction.type}
        resource: Payload = {"type": answer_type}
        if message is not None:
            loading = MessageFlag.LOADING in message.flags
            ephemeral = MessageFlag.EPHEMERAL in message.flags
            about |= {"response_message_id": message.id, "response_message_loading": loading}
            about["response_message_ephemeral"] = ephemeral
            resource["message"] = self._posting.payloads.rest(message)
        return {"interaction": about, "resource": resource}
