"""Who the bot is, where it is, and who else is there.

Source: "User", "Guild" and "Application Resource", Discord developer docs.
"""

from aiohttp import web

from bot.simulators.discord import payloads
from bot.simulators.discord.errors import refused
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import EVERYTHING, Guild
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.routes.wire import reply

GUILD = "/guilds/{guild_id}"


class PeopleRoutes:
    def __init__(self, platform: Platform) -> None:
        self._world = platform.world
        self._gateway = platform.gateway

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/gateway", self.gateway),
            web.get("/gateway/bot", self.gateway_for_bot),
            web.get("/applications/@me", self.application),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/users/@me", self.me),
            web.get("/users/@me/guilds", self.guilds),
            web.get("/users/{user_id}", self.user),
            web.get(GUILD, self.guild),
            web.get(GUILD + "/channels", self.channels),
            web.get(GUILD + "/roles", self.roles),
            web.get(GUILD + "/threads/active", self.threads),
            web.get(GUILD + "/members/{user_id}", self.member),
        ]

    async def gateway(self, _: web.Request) -> web.Response:
        return reply({"url": self._gateway.url})

    async def gateway_for_bot(self, _: web.Request) -> web.Response:
        return reply(self._gateway.information())

    async def application(self, _: web.Request) -> web.Response:
        return reply(payloads.application(self._world))

    async def me(self, _: web.Request) -> web.Response:
        own = {"verified": True, "mfa_enabled": False, "email": None, "locale": payloads.LOCALE}
        return reply(payloads.user(self._world.bot) | own)

    async def guilds(self, _: web.Request) -> web.Response:
        guild = self._world.guild
        about: Payload = {"id": guild.id, "name": guild.name, "icon": None, "banner": None, "features": []}
        return reply([about | {"owner": False, "permissions": str(int(EVERYTHING))}])

    async def user(self, request: web.Request) -> web.Response:
        return reply(payloads.user(self._world.user(request.match_info["user_id"])))

    async def guild(self, request: web.Request) -> web.Response:
        return reply(payloads.bare_guild(self._guild(request)))

    async def channels(self, request: web.Request) -> web.Response:
        places = self._guild(request).channels.values()
        return reply([payloads.channel(place, self._world) for place in places if not place.is_thread])

    async def roles(self, request: web.Request) -> web.Response:
        return reply([payloads.role(role) for role in self._guild(request).roles.values()])

    async def threads(self, request: web.Request) -> web.Response:
        active = [thread for thread in self._guild(request).threads if not thread.archived]
        bot_id = self._world.bot.id
        members = [payloads.thread_member(thread, bot_id) for thread in active if bot_id in thread.member_ids]
        return reply({"threads": [payloads.thread(thread, self._world) for thread in active], "members": members})

    async def member(self, request: web.Request) -> web.Response:
        person = self._guild(request).members.get(request.match_info["user_id"])
        if person is None:
            raise refused(10007)
        return reply(payloads.full_member(person))

    def _guild(self, request: web.Request) -> Guild:
        if request.match_info["guild_id"] != self._world.guild.id:
            raise refused(10004)
        return self._world.guild
