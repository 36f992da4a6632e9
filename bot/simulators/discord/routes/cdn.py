"""Downloads of attachments, by signed links. Source: "Signed Attachment CDN URLs", Discord developer docs."""

from aiohttp import web

from bot.simulators.discord.platform import Platform

FILE = "/{channel_id}/{attachment_id}/{filename}"
GONE = "This content is no longer available."


class CdnRoutes:
    def __init__(self, platform: Platform) -> None:
        self._files = platform.files

    def routes(self) -> list[web.RouteDef]:
        return [web.get(folder + FILE, self.get) for folder in ("/attachments", "/ephemeral-attachments")]

    async def get(self, request: web.Request) -> web.Response:
        attachment_id = request.match_info["attachment_id"]
        expires, issued, proof = (request.query.get(name, "") for name in ("ex", "is", "hm"))
        found = self._files.get(attachment_id)
        if found is None or not self._files.is_valid(attachment_id, expires, issued, proof):
            return web.Response(status=404, text=GONE)
        data, content_type = found
        return web.Response(body=data, headers={"Content-Type": content_type})
