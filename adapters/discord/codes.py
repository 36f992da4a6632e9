"""Discord's own numbers for why it refuses, as far as they matter here.

Source: "Opcodes and Status Codes", Discord developer docs.
"""

from enum import IntEnum


class Code(IntEnum):
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    TOO_LARGE = 40005
    ALREADY_ANSWERED = 40060
    NO_ACCESS = 50001
    DIRECT_MESSAGES_CLOSED = 50007
    NO_PERMISSION = 50013
    WRONG_CHANNEL = 50024
    TOKEN_OVER = 50027
    INVALID_BODY = 50035
    ARCHIVED = 50083
    NO_COMMON_SERVER = 50278
    NO_HISTORY = 160002
    THREAD_EXISTS = 160004
    THREAD_LOCKED = 160005
    TOO_MANY_THREADS = 160006
    STOPPED_BY_MODERATION = 200000


def render_code(code: int) -> str:
    """The number with its name, such as `50013 (no permission)`; the number alone where it is not known here."""
    try:
        return f"{code} ({Code(code).name.lower().replace('_', ' ')})"
    except ValueError:
        return str(code)
