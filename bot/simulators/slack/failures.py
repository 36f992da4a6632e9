"""What a script can make go wrong in the Web API, one kind per way a caller has to react to."""

from collections import deque
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Scripted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int = Field(default=1, ge=1, description="How many of the next calls fail this way.")


class RateLimited(_Scripted):
    """HTTP 429; until the time is over, every further call of the method gets it too and is a violation."""

    kind: Literal["rate_limited"] = "rate_limited"
    retry_after_seconds: int = Field(default=1, ge=1)


class ServerFault(_Scripted):
    """A reply from something before Slack, with a body that a caller cannot read as one of Slack's."""

    kind: Literal["server_fault"] = "server_fault"
    status: int = Field(default=503, ge=500, le=599)
    body: Literal["text", "html", "broken_json", "bytes"] = "text"


class Refusal(_Scripted):
    """HTTP 200 with `ok` false and this error."""

    kind: Literal["refusal"] = "refusal"
    error: str


class ReplyLost(_Scripted):
    """The call takes effect, then the connection is cut before a byte of the reply."""

    kind: Literal["reply_lost"] = "reply_lost"


class Stall(_Scripted):
    """The call waits that long, then goes on as usual."""

    kind: Literal["stall"] = "stall"
    seconds: float = Field(default=5.0, gt=0)


Failure = Annotated[RateLimited | ServerFault | Refusal | ReplyLost | Stall, Field(discriminator="kind")]

SCRIPTED_MAX = 10_000  # failures waiting for one method


class Script:
    """The failures that wait, per method, in the order they were asked for."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Failure]] = {}

    def add(self, method: str, failure: Failure) -> None:
        waiting = self._waiting.setdefault(method, deque())
        if len(waiting) + failure.times > SCRIPTED_MAX:
            raise ValueError(f"more than {SCRIPTED_MAX} failures are waiting for {method}")
        waiting.extend([failure] * failure.times)

    def next(self, method: str) -> Failure | None:
        waiting = self._waiting.get(method)
        return waiting.popleft() if waiting else None
