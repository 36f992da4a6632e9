"""How long a message may be and how often a method may be called.

The figures are Slack's, kept here a second time on purpose: a judge that shared them with the adapter would share its
mistakes. Buckets hold a minute's worth, so bursts pass and the long run does not. Where Slack gives no number
(`auth.test`, the status line, the cap of posts per workspace) the figure here is an assumption.

Sources: "Rate limits", "chat.postMessage method", "chat.update method", "Markdown block", Slack developer docs.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

POST_TEXT_CUT = 40_000  # characters; what is beyond is silently gone
UPDATE_TEXT_MAX = 4_000
MARKDOWN_MAX = 12_000  # of `markdown_text`, and of all markdown blocks of a message together
BLOCKS_MAX = 50
BLOCKS_TEXT_MAX = 13_200  # of all texts in all blocks together, as people have measured it; Slack gives no number
BLOCK_TEXT_MAX = {"section": 3_000, "header": 150}
LOADING_MESSAGES_MAX = 10

CALLS_PER_MINUTE = {
    "auth.test": 600,
    "assistant.threads.setStatus": 600,
    "chat.postMessage": 400,
    "chat.update": 50,
    "chat.delete": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.delete": 50,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "reactions.add": 50,
    "reactions.remove": 20,
    "users.info": 100,
}
POSTS_PER_SECOND_AND_CHANNEL = 1.0
POST_BURST = 5
# A call already on its way when the refusal was sent is not the caller's fault.
GRACE_SECONDS = 0.1

MessageProblem = Literal["msg_too_long", "invalid_blocks", "msg_blocks_too_long", "markdown_text_conflict"]


@dataclass(slots=True)
class TokenBucket:
    capacity: float
    per_second: float
    tokens: float
    at: float  # monotonic seconds of the last look

    def wait_seconds(self, now: float) -> float:
        """0 when there is a token, else how long until there is one; takes nothing."""
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        return max(0.0, (1 - self.tokens) / self.per_second)


@dataclass(frozen=True, slots=True)
class Verdict:
    retry_after_seconds: int  # 0: the call may pass
    is_violation: bool = False  # the caller had been told to wait


@dataclass(slots=True)
class _Penalty:
    since: float
    until: float


@dataclass(slots=True)
class RateLimits:
    """One workspace and app. Penalties hold even when buckets are not enforced: a script may have asked for them."""

    enforced: bool = True
    _buckets: dict[tuple[str, str], TokenBucket] = field(default_factory=dict[tuple[str, str], TokenBucket])
    _penalties: dict[tuple[str, str], _Penalty] = field(default_factory=dict[tuple[str, str], _Penalty])

    def judge(self, method: str, channel_id: str, now: float) -> Verdict:
        """Count one call at `now` (monotonic seconds) and say whether it may pass."""
        keys = [(method, "")]
        if method == "chat.postMessage":
            keys.append((method, channel_id))
        for key in keys:
            penalty = self._penalties.get(key)
            if penalty and now < penalty.until:
                late = now - penalty.since > GRACE_SECONDS
                return Verdict(max(1, math.ceil(penalty.until - now)), is_violation=late)
        return self._take(keys, now) if self.enforced else Verdict(0)

    def penalise(self, method: str, seconds: float, now: float, channel_id: str = "") -> None:
        """From now on, and for that long, every call of the method is one too many."""
        self._penalties[method, channel_id] = _Penalty(now, now + seconds)

    def _take(self, keys: list[tuple[str, str]], now: float) -> Verdict:
        buckets = [(key, self._bucket(key, now)) for key in keys]
        for key, bucket in buckets:
            wait = bucket.wait_seconds(now)
            if wait > 0:
                seconds = max(1, math.ceil(wait))
                self.penalise(key[0], seconds, now, key[1])
                return Verdict(seconds)
        for _, bucket in buckets:
            bucket.tokens -= 1
        return Verdict(0)

    def _bucket(self, key: tuple[str, str], now: float) -> TokenBucket:
        method, channel_id = key
        if key not in self._buckets:
            per_minute = CALLS_PER_MINUTE.get(method, 50)
            capacity, pace = (POST_BURST, POSTS_PER_SECOND_AND_CHANNEL) if channel_id else (per_minute, per_minute / 60)
            self._buckets[key] = TokenBucket(capacity, pace, capacity, now)
        return self._buckets[key]


def message_problem(
    text: str | None, markdown_text: str | None, blocks: list[JsonValue], *, is_update: bool
) -> MessageProblem | None:
    """The error Slack would answer to a message with these fields, or None."""
    if markdown_text is not None and (text or blocks):
        return "markdown_text_conflict"
    if len(markdown_text or "") > MARKDOWN_MAX or (is_update and len(text or "") > UPDATE_TEXT_MAX):
        return "msg_too_long"
    return _blocks_problem(blocks)


def _blocks_problem(blocks: list[JsonValue]) -> MessageProblem | None:
    if len(blocks) > BLOCKS_MAX:
        return "invalid_blocks"
    characters = markdown_characters = 0
    for block in blocks:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            return "invalid_blocks"
        kind, length = str(block["type"]), _text_length(block.get("text"))
        if length > BLOCK_TEXT_MAX.get(kind, length) or (kind == "markdown" and not length):
            return "invalid_blocks"
        markdown_characters += length if kind == "markdown" else 0
        characters += _characters(block)
    is_too_long = markdown_characters > MARKDOWN_MAX or characters > BLOCKS_TEXT_MAX
    return "msg_blocks_too_long" if is_too_long else None


def _characters(value: JsonValue) -> int:
    """Of every text inside, such as those of buttons."""
    match value:
        case {"text": str(text)}:
            return len(text)
        case dict():
            return sum(map(_characters, value.values()))
        case list():
            return sum(map(_characters, value))
        case _:
            return 0


def _text_length(text: JsonValue) -> int:
    inner = text.get("text") if isinstance(text, dict) else text
    return len(inner) if isinstance(inner, str) else 0
