"""`REDIS_URL` as providers and people write it, made into one that our client and the engine's understand alike.

Certificates are verified, with the machine's authorities or with those of `ssl_ca_certs=FILE` in the URL, unless
the URL says `ssl_cert_reqs=none`. There is one exception. Heroku's own Redis is reached by the name of an Amazon
machine, or by an address, and has a self-signed certificate; for such names nobody but Amazon could have any other.
On Heroku, there and nowhere else, a URL that says nothing about certificates means that they are not verified.

Source: "Connecting to Heroku Key-Value Store", Heroku Dev Center; "SSL connections", redis-py documentation.
"""

import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from redis.exceptions import RedisError

from bot.state.store import connect

SCHEMES = ("redis://", "rediss://", "unix://")
AMAZON_MACHINE = re.compile(r"ec2-[\d-]+\.([a-z\d-]+\.)?compute(-\d+)?\.amazonaws\.com")
LEVELS = ("none", "optional", "required")


def read_redis_url(url: str) -> str:
    """The URL to connect with. Raises ValueError with the fix; it never quotes the URL, which holds a password."""
    if not url.startswith(SCHEMES):
        raise ValueError(f"must begin with {', '.join(SCHEMES)}")
    read = _with_tls_options(url) if url.startswith("rediss://") else url
    _try_out(read)
    return read


def _with_tls_options(url: str) -> str:
    parts = _split(url)
    options = dict(parse_qsl(parts.query))
    level = _level(options.get("ssl_cert_reqs"))
    if level is None and _has_herokus_certificate(parts.hostname or "", options):
        level = "none"
    file = options.get("ssl_ca_certs")
    if file is not None and not Path(file).is_file():
        raise ValueError("names a file in ssl_ca_certs that is not there")
    if level is not None:
        options["ssl_cert_reqs"] = level
    return parts._replace(query=urlencode(options)).geturl()


def _level(written: str | None) -> str | None:
    """Other clients write `CERT_NONE` or `None` for what is `none` here."""
    if written is None:
        return None
    level = written.lower().removeprefix("cert_")
    if level not in LEVELS:
        raise ValueError(f"must have one of {', '.join(LEVELS)} for ssl_cert_reqs")
    return level


def _has_herokus_certificate(host: str, options: dict[str, str]) -> bool:
    on_heroku = bool(os.environ.get("DYNO"))
    decided = any(name.startswith("ssl_") for name in options)
    return on_heroku and not decided and bool(AMAZON_MACHINE.fullmatch(host) or _is_address(host))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _try_out(url: str) -> None:
    """Make a connection object, which asks nobody, so that what is wrong with the URL is said now."""
    _split(url)
    try:
        connect(url).connection_pool.make_connection()
    except (TypeError, ValueError, RedisError):
        raise ValueError("has an option after the ? that is not known") from None


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError:
        fix = "percent-encode special characters of the password, such as %23 for #"
        raise ValueError(f"cannot be read as an address: {fix}") from None
    return parts
