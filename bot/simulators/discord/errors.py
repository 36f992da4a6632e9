"""Refusals as Discord words them.

Source: "Opcodes and Status Codes" and "Error Messages", Discord developer docs.
"""

from dataclasses import dataclass

from bot.simulators.discord.ledger import Payload

Path = tuple[str | int, ...]

KNOWN: dict[int, tuple[int, str]] = {
    0: (400, "400: Bad Request"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    20028: (429, "The write action you are performing on the channel has hit the write rate limit"),
    30032: (400, "Maximum number of application commands reached"),
    30033: (400, "Max number of thread participants has been reached"),
    30034: (429, "Max number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40001: (401, "Unauthorized"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "Maximum number of follow-up messages for this interaction has been reached"),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50025: (401, "Invalid OAuth2 access token"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    200000: (400, "Message was blocked by automatic moderation"),
}


class ApiError(Exception):
    """A reply that is no success: an HTTP status, Discord's own number, and where in the body it went wrong."""

    def __init__(self, status: int, code: int, message: str, *, errors: Payload | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.headers: dict[str, str] = {}
        self.body: Payload = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


def refused(code: int) -> ApiError:
    """The refusal that has this number."""
    status, message = KNOWN[code]
    return ApiError(status, code, message)


@dataclass(frozen=True)
class Mistake:
    """One wrong value of a request: where it stands, Discord's name for what is wrong, and a sentence."""

    path: Path
    code: str
    message: str


def invalid(*mistakes: Mistake) -> ApiError:
    """50035 with every mistake at its place in the body's own shape."""
    status, message = KNOWN[50035]
    tree: Payload = {}
    for mistake in mistakes:
        node = tree
        for step in mistake.path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": mistake.code, "message": mistake.message})
    return ApiError(status, 50035, message, errors=tree)


def too_long(path: Path, most: int) -> Mistake:
    return Mistake(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def bad_length(path: Path, least: int, most: int) -> Mistake:
    return Mistake(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def required(path: Path) -> Mistake:
    return Mistake(path, "BASE_TYPE_REQUIRED", "This field is required")
