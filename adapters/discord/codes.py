"""Discord's own numbers for why it refuses, as far as they matter here.

Source: "Opcodes and Status Codes", Discord developer docs.
"""

from enum import IntEnum
from typing import Final


class Code(IntEnum):
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    SLOW_MODE = 20016
    CHANNEL_WRITES = 20028
    SERVER_WRITES = 20029
    OLD_EDITS = 30046
    MESSAGES_OFF = 40004
    TOO_LARGE = 40005
    FEATURE_OFF = 40006
    SERVICE_LIMITED = 40062
    ALREADY_ANSWERED = 40060
    NO_ACCESS = 50001
    EMPTY = 50006
    DIRECT_MESSAGES_CLOSED = 50007
    NO_PERMISSION = 50013
    WRONG_CHANNEL = 50024
    TOKEN_OVER = 50027
    INVALID_BODY = 50035
    FILE_TOO_LARGE = 50045
    FILE_NOT_TAKEN = 50046
    ARCHIVED = 50083
    NO_COMMON_SERVER = 50278
    NOT_YET_AVAILABLE = 110001
    OVERLOADED = 130000
    NO_HISTORY = 160002
    THREAD_EXISTS = 160004
    THREAD_LOCKED = 160005
    TOO_MANY_THREADS = 160006
    TOO_MANY_NEWS_THREADS = 160007
    STOPPED_BY_MODERATION = 200000
    TITLE_STOPPED_BY_MODERATION = 200001
    UPLOADS_LIMITED = 400001


TRANSIENT: Final = frozenset(
    {
        Code.SLOW_MODE,
        Code.CHANNEL_WRITES,
        Code.SERVER_WRITES,
        Code.OLD_EDITS,
        Code.MESSAGES_OFF,
        Code.FEATURE_OFF,
        Code.SERVICE_LIMITED,
        Code.NOT_YET_AVAILABLE,
        Code.OVERLOADED,
    }
)
"""Whatever the HTTP status, these pass; every other refusal is for good."""


def render_code(code: int) -> str:
    """The number with its name, such as `50013 (no permission)`; the number alone where it is not known here."""
    try:
        return f"{code} ({Code(code).name.lower().replace('_', ' ')})"
    except ValueError:
        return str(code)
