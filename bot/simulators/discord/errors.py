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
    20009: (403, "Explicit content cannot be sent to the desired recipient(s)"),
    20012: (403, "You are not authorized to perform this action on this application"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    20028: (429, "The write action you are performing on the channel has hit the write rate limit"),
    20029: (429, "The write action you are performing on the server has hit the write rate limit"),
    20035: (403, "Guild premium subscription level too low"),
    30032: (400, "Maximum number of application commands reached"),
    30033: (400, "Max number of thread participants has been reached"),
    30034: (429, "Max number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40001: (401, "Unauthorized"),
    40002: (403, "You need to verify your account in order to perform this action"),
    40004: (403, "Send messages has been temporarily disabled"),
    40005: (413, "Request entity too large"),
    40006: (403, "This feature has been temporarily disabled server-side"),
    40007: (403, "The user is banned from this guild"),
    40012: (403, "The connection has been revoked"),
    40058: (400, "Cannot send a message in a forum channel"),
    40060: (400, "Interaction has already been acknowledged."),
    40062: (429, "Service resource is being rate limited"),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "Maximum number of follow-up messages for this interaction has been reached"),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50003: (400, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50009: (403, "Channel verification level is too high for you to gain access"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50025: (401, "Invalid OAuth2 access token"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50045: (400, "File uploaded exceeds the maximum size"),
    50046: (400, "Invalid file uploaded"),
    50055: (400, "Invalid Guild"),
    50068: (400, "Invalid message type"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50178: (403, "The user account must first be verified"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    110001: (400, "Application not yet available. Try again later"),
    130000: (503, "API resource is currently overloaded. Try again a little later"),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    160007: (400, "Maximum number of active announcement threads reached"),
    200000: (400, "Message was blocked by automatic moderation"),
    200001: (400, "Title was blocked by automatic moderation"),
    240000: (400, "Message blocked by harmful links filter"),
    400001: (403, "Access to file uploads has been limited for this guild"),
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
