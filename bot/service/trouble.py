"""Why the store does not do what it should, in two or three words, and what helps."""

import ssl
from collections.abc import Iterator
from typing import NamedTuple

import redis.exceptions as failures

TRUST_IT = (
    "Where it is self-signed, as many providers have it, end REDIS_URL with ?ssl_cert_reqs=none; "
    "where the provider has an authority of its own, with ?ssl_ca_certs=FILE."
)


class Trouble(NamedTuple):
    says: str
    fix: str


AWAY = Trouble(
    "away", "check that the server runs, and host and port in REDIS_URL; a port for TLS alone wants rediss:// there"
)
NO_ANSWER = Trouble(
    "no answer", "check host and port in REDIS_URL, and the way there; a port without TLS wants redis://, not rediss://"
)
NO_DATABASE = Trouble("no such database", "end REDIS_URL with the number of a database that the server has, such as /0")
TROUBLES: dict[type[BaseException], Trouble] = {
    ssl.SSLCertVerificationError: Trouble("certificate not trusted", TRUST_IT),
    failures.AuthenticationError: Trouble("password refused", "put the right user name and password into REDIS_URL"),
    failures.NoPermissionError: Trouble(
        "not permitted", "let the user of REDIS_URL use all keys, channels and commands, EVAL and EVALSHA among them"
    ),
    failures.BusyLoadingError: Trouble("loading", "wait until the server has read its file"),
    failures.OutOfMemoryError: Trouble(
        "full", "raise maxmemory of the server, or take a larger one; parley clears nothing before its time"
    ),
    failures.ReadOnlyError: Trouble("read-only", "let REDIS_URL point at the primary; this is a replica"),
    failures.ResponseError: Trouble(
        "refuses writes", "see the log of the server: its disk may be full, or its replicas away"
    ),
    failures.TimeoutError: NO_ANSWER,
    TimeoutError: NO_ANSWER,
}


def trouble(error: BaseException) -> Trouble:
    found = (known for one in behind(error) if (known := _known(one)))
    return next(found, AWAY)


def behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it comes from: redis-py makes a ConnectionError of whatever fails on connecting."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _known(error: BaseException) -> Trouble | None:
    if isinstance(error, failures.ResponseError) and "DB index is out of range" in str(error):
        return NO_DATABASE
    return next((known for kind, known in TROUBLES.items() if isinstance(error, kind)), None)
