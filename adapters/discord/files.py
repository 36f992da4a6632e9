"""Files that people send on Discord.

Source: "Signed Attachment CDN URLs", Discord developer docs.
"""

from collections.abc import AsyncGenerator
from typing import Final

import aiohttp
import yarl

from bot.content import FileRef
from bot.conversation.adapter import FileUnreadable

HOSTS: Final = frozenset({yarl.URL("https://cdn.discordapp.com"), yarl.URL("https://media.discordapp.net")})
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=15)
CHUNK_BYTES = 65_536


class DiscordFiles:
    """Reads files from Discord's own hosts; the links prove themselves, and redirects are not followed.

    Where another API base is set, its origin counts as Discord's.
    """

    def __init__(self, session: aiohttp.ClientSession, api_url: str) -> None:
        self._session = session
        self._hosts = HOSTS | {yarl.URL(api_url).origin()}

    async def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        if not self._is_discords(file.url):
            raise FileUnreadable("it does not lie on Discord.")
        try:
            async with self._session.get(file.url, timeout=TIMEOUT, allow_redirects=False) as response:
                if response.status != 200:
                    raise FileUnreadable("Discord no longer has it. Please send it again.")
                async for piece in response.content.iter_chunked(CHUNK_BYTES):
                    yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise FileUnreadable("Discord did not give it to me.") from error

    def _is_discords(self, address: str) -> bool:
        try:
            url = yarl.URL(address)
            return url.user is None and url.password is None and url.origin() in self._hosts
        except ValueError:
            return False
