"""Files that people share in Slack.

Source: "file object", "Working with files", Slack developer docs.
"""

from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import aiohttp

from bot.content import FileRef
from bot.conversation.adapter import FileUnreadable

HOSTS = ("slack.com", "slack-edge.com", "slack-files.com")  # and their subdomains
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=15)
NOT_ALLOWED = "I am not allowed to read files here. Whoever installed me has to give me the scope files:read."
NOT_GIVEN = "Slack has no copy of it for me. It may be gone, or lie somewhere else."


class SlackFiles:
    """Reads files from Slack's own hosts, with the token only there; redirects are not followed.

    Where another Web API base is set, its origin counts as Slack's.
    """

    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._session = session
        self._token = token
        self._api_origin = _origin(api_url)

    async def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        if not file.url:
            raise FileUnreadable(NOT_GIVEN)
        if not self._is_slacks(file.url):
            raise FileUnreadable("it does not lie in Slack.")
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with self._session.get(file.url, headers=headers, timeout=TIMEOUT, allow_redirects=False) as response:
                _check(response, file)
                async for piece in response.content.iter_chunked(65_536):
                    yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise FileUnreadable("Slack did not give it to me.") from error

    def _is_slacks(self, url: str) -> bool:
        scheme, host, _ = _origin(url)
        own = scheme == "https" and any(host == name or host.endswith(f".{name}") for name in HOSTS)
        return own or _origin(url) == self._api_origin


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _check(response: aiohttp.ClientResponse, file: FileRef) -> None:
    """Without the scope, Slack answers with the page of its login, and status 200."""
    if response.status in (301, 302, 303, 307, 308, 401, 403):
        raise FileUnreadable(NOT_ALLOWED)
    if response.status != 200:
        raise FileUnreadable("Slack did not give it to me.")
    if response.content_type == "text/html" and not file.name.lower().endswith((".html", ".htm")):
        raise FileUnreadable(NOT_ALLOWED)
