"""What stands in front of every route: the page is for the browser of this machine, and for its own scripts only.

A web page from elsewhere can make a browser send requests to loopback, and can point a name of its own there. So the
Host must be a loopback name with our port, and whatever changes or tells something must come from the page itself.

Sources: "Fetch Metadata Request Headers", "Content Security Policy Level 3", W3C.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX = 25_000_000  # of one request, with its files
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            await (_refusal(scope) or self._app)(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> Response | None:
    headers, port = Headers(scope=scope), (scope.get("server") or ("", 0))[1]
    if not _is_ours(headers.get("host", ""), port):
        return PlainTextResponse("This page answers only to this machine.", 403)
    is_post = scope["method"] == "POST"
    if (is_post or scope["path"] == "/changes") and _is_foreign(headers):
        return PlainTextResponse("Only the page itself may ask this.", 403)
    return _length_refusal(headers) if is_post else None


def _is_ours(host: str, port: int | None) -> bool:
    return host in {f"{name}:{port}" for name in OWN_NAMES} or (port == 80 and host in OWN_NAMES)


def _is_foreign(headers: Headers) -> bool:
    """Another port of this machine is foreign too; what no browser sent has neither header."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        return True
    if origin == "null":  # a plain form of a page that sends no referrer
        return site != "same-origin"
    return origin not in (None, f"http://{headers.get('host')}")


def _length_refusal(headers: Headers) -> Response | None:
    length = headers.get("content-length", "")
    if not length.isdecimal():
        return PlainTextResponse("Say how long the request is.", 411)
    if int(length) > BODY_BYTES_MAX:
        return PlainTextResponse(f"At most {BODY_BYTES_MAX // 1_000_000} MB in one message.", 413)
    return None
