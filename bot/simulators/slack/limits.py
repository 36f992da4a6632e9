"""How long a message may be and how often a method may be called.

The figures are Slack's, kept here a second time on purpose: a judge that shared them with the adapter would share its
mistakes. Buckets hold a minute's worth, so bursts pass and the long run does not. Where Slack gives no number
(`auth.test`, the status line, the cap of posts per workspace) the figure here is an assumption.

Sources: "Rate limits", "chat.postMessage method", "chat.update method", "Markdown block", Slack developer docs.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from bot.simulators.slack.blocks import is_taken, length, texts

POST_TEXT_CUT = 40_000  # characters; what is beyond is silently gone
UPDATE_TEXT_MAX = 4_000
MARKDOWN_MAX = 12_000  # of `markdown_text`, and of all markdown blocks of a message together
BLOCKS_MAX = 50
BLOCKS_TEXT_MAX = 13_200  # of all texts in all blocks together, as people have measured it; Slack gives no number
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
    text: str | None,
    markdown_text: str | None,
    blocks: list[JsonValue],
    *,
    is_update: bool,
    refused_blocks: Collection[str] = (),
) -> MessageProblem | None:
    """The error Slack would answer to a message with these fields, or None."""
    if markdown_text is not None and (text or blocks):
        return "markdown_text_conflict"
    if len(markdown_text or "") > MARKDOWN_MAX or (is_update and len(text or "") > UPDATE_TEXT_MAX):
        return "msg_too_long"
    return _blocks_problem(blocks, refused_blocks)


def _blocks_problem(blocks: list[JsonValue], refused: Collection[str]) -> MessageProblem | None:
    if len(blocks) > BLOCKS_MAX or not all(is_taken(block, refused) for block in blocks):
        return "invalid_blocks"
    markdown = sum(length(one["text"]) for one in blocks if isinstance(one, dict) and one["type"] == "markdown")
    characters = sum(len(text) for text in texts(blocks))
    return "msg_blocks_too_long" if markdown > MARKDOWN_MAX or characters > BLOCKS_TEXT_MAX else None
