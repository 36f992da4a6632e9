"""Calls to Slack: at our pace, never repeated, with Slack's errors as ours.

Of what Slack answers only its code gets into an error: a body may quote texts, and operators read errors. So the
client's errors, which quote it, do not stand behind ours.

Source: "Web API", "Rate limits", "chat.postMessage method", Slack developer docs.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from adapters.slack.pace import Kind, Pace, Paces
from bot.clock import Clock
from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.models import Thread

LOST_REPLY_SECONDS = 1.0  # before asking again after a call whose reply was lost
TOKEN_SECONDS = 30.0  # before asking again with a token that was refused
TOKEN_SAID_SECONDS = 60.0  # between two complaints about it
PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"}
    | {"external_channel_migrating", "org_login_required", "team_added_to_org"}  # until Slack has moved it
)
TOO_FAST = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})  # some without the status 429
TOKEN_REFUSED = frozenset({"invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"})
GONE = frozenset({"message_not_found", "file_not_found", "file_deleted"})
CODE = re.compile(r"[a-z0-9_]{1,80}")

Answer = TypeVar("Answer")

log = structlog.stdlib.get_logger()


class Refused(Undeliverable):
    """Slack will not do it, and asking again would not help."""

    def __init__(self, code: str) -> None:
        super().__init__(f"slack: {code}")
        self.code = code  # Slack's own word for it, such as `is_archived`


class Calls:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._paces = Paces(clock)
        self._token_said_at: float | None = None

    async def wait(self, kind: Kind, thread: Thread, *, must: bool) -> Pace:
        """Take a place among the calls of its kind; without `must`, ChannelBusy when there is none now."""
        pace = self._paces.of(kind, thread)
        await pace.take(must=must)
        return pace

    async def make(
        self, kind: Kind, thread: Thread, call: Callable[[], Awaitable[Answer]], *, must: bool = True
    ) -> Answer:
        """One call. Raises ChannelBusy when it may help to come again, else Refused."""
        pace = await self.wait(kind, thread, must=must)
        try:
            return await call()
        except SlackApiError as error:
            raise self._ours(pace, error) from None
        except (SlackClientError, UnicodeDecodeError) as error:  # the latter from a body that is no text
            raise _unheard(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _unheard(type(error).__name__) from error

    async def remove(self, thread: Thread, call: Callable[[], Awaitable[object]]) -> None:
        """One call that takes something away; what is gone already is as it should be."""
        try:
            await self.make("removals", thread, call)
        except Refused as refused:
            if refused.code not in GONE:
                raise

    def _ours(self, pace: Pace, error: SlackApiError) -> ChannelBusy | Refused:
        """The error's response is the client's, or aiohttp's where the body could not be decoded."""
        response = error.response
        status: int = getattr(response, "status_code", None) or response.status
        code = _code(getattr(response, "data", None))
        if status == 429 or code in TOO_FAST:
            retry_after = _seconds(response.headers.get("Retry-After"))
            pace.refused(retry_after)
            return ChannelBusy("slack: rate limit", retry_after=retry_after)
        if code in TOKEN_REFUSED:
            self._complain(code)
            return ChannelBusy(f"slack: {code}", retry_after=TOKEN_SECONDS)
        if status >= 500 or code in PASSING or not code:  # without one it was not Slack that refused
            return _unheard(f"{code or 'no code'}, HTTP {status}")
        return Refused(code)

    def _complain(self, code: str) -> None:
        now = self._clock.monotonic()
        if self._token_said_at is None or now - self._token_said_at >= TOKEN_SAID_SECONDS:
            self._token_said_at = now
            log.error("slack_token_refused", cause=code, fix="check SLACK_BOT_TOKEN")


def _unheard(cause: str) -> ChannelBusy:
    return ChannelBusy(f"slack: {cause}", retry_after=LOST_REPLY_SECONDS, unheard=True)


def _code(data: object) -> str:
    """Slack's word for what is wrong; empty where the body is not Slack's."""
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _seconds(said: str | None) -> float:
    return float(said) if said and said.isdecimal() else 1.0
