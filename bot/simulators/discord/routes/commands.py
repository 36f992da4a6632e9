"""Application commands over REST. Source: "Application Commands", Discord developer docs."""

import json

from aiohttp import web

from bot.simulators.discord.errors import refused
from bot.simulators.discord.platform import Platform
from bot.simulators.discord.routes.wire import nothing, reply

GLOBAL = "/applications/{application_id}/commands"
IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


class CommandRoutes:
    def __init__(self, platform: Platform) -> None:
        self._world = platform.world
        self._commands = platform.commands

    def routes(self) -> list[web.RouteDef]:
        return [route for path in (GLOBAL, IN_GUILD) for route in self._routes(path)]

    async def list_all(self, request: web.Request) -> web.Response:
        return reply(self._commands.all(self._guild_id(request)))

    async def overwrite(self, request: web.Request) -> web.Response:
        return reply(self._commands.overwrite(self._guild_id(request), await _json(request)))

    async def create(self, request: web.Request) -> web.Response:
        known = {command["id"] for command in self._commands.all(self._guild_id(request))}
        command = self._commands.put(self._guild_id(request), await _json(request))
        return reply(command, status=200 if command["id"] in known else 201)

    async def get(self, request: web.Request) -> web.Response:
        return reply(self._commands.get(self._guild_id(request), request.match_info["command_id"]))

    async def change(self, request: web.Request) -> web.Response:
        command_id = request.match_info["command_id"]
        return reply(self._commands.change(self._guild_id(request), command_id, await _json(request)))

    async def remove(self, request: web.Request) -> web.Response:
        self._commands.remove(self._guild_id(request), request.match_info["command_id"])
        return nothing()

    def _routes(self, path: str) -> list[web.RouteDef]:
        one = path + "/{command_id}"
        return [
            web.get(path, self.list_all),
            web.put(path, self.overwrite),
            web.post(path, self.create),
            web.get(one, self.get),
            web.patch(one, self.change),
            web.delete(one, self.remove),
        ]

    def _guild_id(self, request: web.Request) -> str | None:
        """Whose commands: None for the global ones. Raises 50001 for other apps and guilds."""
        guild_id = request.match_info.get("guild_id")
        foreign = request.match_info["application_id"] != self._world.application_id
        if foreign or guild_id not in (None, self._world.guild.id):
            raise refused(50001)
        return guild_id


async def _json(request: web.Request) -> object:
    try:
        return json.loads(await request.read())
    except ValueError as broken:
        raise refused(50109) from broken
