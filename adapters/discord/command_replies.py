"""Replies to commands: filled in, edited and removed by the command's own token, for as long as that is good.

Source: "Receiving and Responding", Discord developer docs.
"""

from typing import Any

from adapters.discord.codes import Code
from adapters.discord.parts import ensure_drawn, render_body
from adapters.discord.rest import Refused, Rest
from bot.clock import Clock
from bot.models import Inbound, MessageId, Part

TOKEN_MARGIN_SECONDS = 60.0  # before its end a command's token is no longer used
DEFER_SECONDS, DEFER_POLL_SECONDS = 4.0, 0.2  # the gateway may still be about to acknowledge a command

REPLY = "/webhooks/{application}/{token}/messages/{message}"
ORIGINAL = "@original"
REPLY_LOST = (Code.UNKNOWN_MESSAGE, Code.UNKNOWN_WEBHOOK, Code.TOKEN_OVER)


class CommandReplies:
    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest, self._clock = rest, clock

    async def fill_in(self, to: Inbound, part: Part) -> MessageId | None:
        """Show the part in the place of "thinking…", or None where there is no command or its answer is lost."""
        deferred_by = self._clock.monotonic() + DEFER_SECONDS  # from now on: Discord's clock may be far from ours
        while self._is_open(to):
            try:
                answer = await self._call(to, ORIGINAL, part)
            except Refused as refused:
                if refused.code == Code.UNKNOWN_WEBHOOK and self._clock.monotonic() < deferred_by:
                    await self._clock.sleep(DEFER_POLL_SECONDS)
                    continue
                if refused.code not in REPLY_LOST:
                    raise
                return None
            return MessageId(str(answer["id"]))
        return None

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> bool:
        """False where there is no command, where its time is over, and where the message is no answer to it."""
        if not self._is_open(to):
            return False
        try:
            await self._call(to, message, part)
        except Refused as refused:
            if refused.code not in REPLY_LOST:
                raise
            return False
        return True

    async def remove(self, to: Inbound, message: MessageId) -> bool:
        """False where that cannot be done with a command's token, and where the message is gone already."""
        if not self._is_open(to):
            return False
        try:
            await self._rest.call("DELETE", REPLY, self._ids(to, message))
        except Refused as refused:
            if refused.code not in REPLY_LOST:
                raise
            return False
        return True

    def _is_open(self, to: Inbound) -> bool:
        return "token" in to.handle and self._clock.now() < float(to.handle["expires"]) - TOKEN_MARGIN_SECONDS

    async def _call(self, to: Inbound, message: str, part: Part) -> dict[str, Any]:
        ids = self._ids(to, message)
        body = render_body(to, part)
        answer = await self._rest.call("PATCH", REPLY, ids, body, file=part.file, must=part.final)
        ensure_drawn(part, answer)
        return answer

    @staticmethod
    def _ids(to: Inbound, message: str) -> dict[str, str]:
        return {"application": to.handle["application"], "token": to.handle["token"], "message": message}
