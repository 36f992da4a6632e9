"""auth.test, conversations.* and users.info: what the bot may read.

Sources: "conversations.replies method", "conversations.history method", "conversations.open method", "auth.test
method", "users.info method".
"""

import base64
import binascii
from collections.abc import Mapping

from bot.simulators.slack.payloads import Payloads
from bot.simulators.slack.web_api import Arguments, Method, Refused
from bot.simulators.slack.workspace import Channel, JsonObject, Message, Workspace

PAGE_DEFAULT, PAGE_MAX = 100, 999


class Conversations:
    def __init__(self, workspace: Workspace, payloads: Payloads) -> None:
        self._workspace = workspace
        self._payloads = payloads

    def methods(self) -> Mapping[str, Method]:
        return {
            "auth.test": self.auth_test,
            "conversations.history": self.history,
            "conversations.info": self.info,
            "conversations.open": self.open,
            "conversations.replies": self.replies,
            "users.info": self.user,
        }

    async def auth_test(self, arguments: Arguments) -> JsonObject:  # noqa: ARG002 - it has none
        workspace, bot = self._workspace, self._workspace.bot
        return {
            "url": f"https://{workspace.domain}.slack.com/",
            "team": workspace.domain,
            "user": bot.user.name.lower(),
            "team_id": workspace.team_id,
            "user_id": bot.user.id,
            "bot_id": bot.bot_id,
            "is_enterprise_install": False,
        }

    async def info(self, arguments: Arguments) -> JsonObject:
        return {"channel": self._payloads.channel(self._channel(arguments))}

    async def open(self, arguments: Arguments) -> JsonObject:
        users = [one.strip() for one in arguments.required("users").split(",")]
        if len(users) > 1 or users[0] not in self._workspace.people:
            raise Refused("user_not_found" if len(users) == 1 else "method_not_supported_for_channel_type")
        channel = self._workspace.open_dm(users[0])
        return {"channel": self._payloads.channel(channel) if arguments.flag("return_im") else {"id": channel.id}}

    async def user(self, arguments: Arguments) -> JsonObject:
        if "users:read" in self._workspace.missing_scopes:
            raise Refused("missing_scope")
        user_id = arguments.required("user")
        if user_id not in self._workspace.people:
            raise Refused("user_not_found")
        return {"user": self._payloads.person(self._workspace.people[user_id])}

    async def history(self, arguments: Arguments) -> JsonObject:
        """Newest first, as the real one."""
        channel = self._readable(arguments)
        messages = _within(self._workspace.history(channel.id), arguments)
        return self._page(messages[::-1], [], arguments)

    async def replies(self, arguments: Arguments) -> JsonObject:
        """Oldest first; the root comes first on every page."""
        channel = self._readable(arguments)
        found = self._workspace.find(channel.id, arguments.required("ts"))
        if found is None:
            raise Refused("thread_not_found")
        root = [one for one in [self._workspace.find(channel.id, found.root_ts)] if one]
        return self._page(_within(self._workspace.replies(channel.id, found.root_ts), arguments), root, arguments)

    def _page(self, messages: list[Message], first: list[Message], arguments: Arguments) -> JsonObject:
        limit = min(max(1, arguments.number("limit", PAGE_DEFAULT)), PAGE_MAX)
        start = _read_cursor(arguments.text("cursor"))
        end = start + max(1, limit - len(first))
        has_more = end < len(messages)
        with_metadata = bool(arguments.flag("include_all_metadata"))
        page = [*first, *messages[start:end]]
        return {
            "messages": [self._payloads.message(message, with_metadata=with_metadata) for message in page],
            "has_more": has_more,
            "response_metadata": {"next_cursor": _cursor(end) if has_more else ""},
        }

    def _channel(self, arguments: Arguments) -> Channel:
        channel = self._workspace.channels.get(arguments.required("channel"))
        if channel is None:
            raise Refused("channel_not_found")
        return channel

    def _readable(self, arguments: Arguments) -> Channel:
        channel = self._channel(arguments)
        if self._workspace.bot.user.id not in channel.member_ids:
            raise Refused("not_in_channel" if channel.kind == "channel" else "channel_not_found")
        return channel


def _within(messages: list[Message], arguments: Arguments) -> list[Message]:
    oldest, latest = arguments.text("oldest") or "0", arguments.text("latest") or "9999999999"
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    if arguments.flag("inclusive"):
        return [message for message in messages if low <= float(message.ts) <= high]
    return [message for message in messages if low < float(message.ts) < high]


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"next:{offset}".encode()).decode()


def _read_cursor(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise Refused("invalid_cursor") from None
