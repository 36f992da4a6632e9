"""The shapes of what Slack sends: message, user, channel and file objects, and the envelope of an event.

Sources: "message event", "app_mention event", "message_changed event", "Events API", "file object", "conversation
object", Slack developer docs; @slack/types.
"""

import base64
import json
import mimetypes
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.simulators.slack.workspace import Channel, JsonObject, Message, Person, StoredFile, Workspace

TOKEN = "simulatedverificationtoken"  # noqa: S105 - the deprecated field that every envelope still carries


class Payloads:
    """Objects of one workspace; `origin` is where its files can be fetched, known once the simulator serves."""

    def __init__(self, workspace: Workspace, origin: str = "") -> None:
        self.workspace = workspace
        self.origin = origin

    def message(self, message: Message, *, with_metadata: bool = False) -> JsonObject:
        shape: JsonObject = {"type": "message", "user": message.user_id, "ts": message.ts, "text": message.text}
        shape |= {"team": self.workspace.team_id, **self._authorship(message), **self._threading(message)}
        if message.subtype:
            shape["subtype"] = message.subtype
        if message.subtype == "tombstone":
            shape["hidden"] = True
        if message.blocks:
            shape["blocks"] = list(message.blocks)
        if message.files:
            shape |= {"files": [self.file(file) for file in message.files], "upload": False}
        if message.edited_ts:
            shape["edited"] = {"user": message.user_id, "ts": message.edited_ts}
        if message.reactions:
            shape["reactions"] = [
                {"name": name, "users": [*users], "count": len(users)} for name, users in message.reactions.items()
            ]
        if with_metadata and message.metadata is not None:
            shape["metadata"] = message.metadata
        return shape

    def _authorship(self, message: Message) -> JsonObject:
        if message.bot_id is None:
            return {"client_msg_id": message.client_msg_id} if message.client_msg_id else {}
        bot = self.workspace.bot
        profile: JsonObject = {
            "id": bot.bot_id,
            "app_id": bot.app_id,
            "name": bot.user.name,
            "deleted": False,
            "updated": 0,
            "team_id": self.workspace.team_id,
        }
        return {"bot_id": message.bot_id, "app_id": bot.app_id, "bot_profile": profile}

    def _threading(self, message: Message) -> JsonObject:
        if message.thread_ts:
            root = self.workspace.find(message.channel_id, message.thread_ts)
            return {"thread_ts": message.thread_ts, **({"parent_user_id": root.user_id} if root else {})}
        replies = self.workspace.replies(message.channel_id, message.ts)
        if not replies:
            return {}
        users = list(dict.fromkeys(reply.user_id for reply in replies))
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": [*users],
            "latest_reply": replies[-1].ts,
            "is_locked": False,
            "subscribed": False,
        }

    def message_event(self, message: Message) -> JsonObject:
        place = self._place(message)
        return {**self.message(message), **place, "event_ts": message.ts}

    def mention_event(self, message: Message) -> JsonObject:
        shape = self.message(message) | {"type": "app_mention", "channel": message.channel_id}
        shape["event_ts"] = message.edited_ts or message.ts
        shape.pop("subtype", None)
        return shape

    def changed_event(self, message: Message, previous: JsonObject, event_ts: str) -> JsonObject:
        return {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": self.message(message),
            "previous_message": previous,
            **self._place(message),
            "ts": event_ts,
            "event_ts": event_ts,
        }

    def deleted_event(self, message: Message, previous: JsonObject, event_ts: str) -> JsonObject:
        return {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": message.ts,
            "previous_message": previous,
            **self._place(message),
            "ts": event_ts,
            "event_ts": event_ts,
        }

    def reaction_event(self, message: Message, name: str, user_id: str, *, added: bool, event_ts: str) -> JsonObject:
        return {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user_id,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel_id, "ts": message.ts},
            "item_user": message.user_id,
            "event_ts": event_ts,
        }

    def _place(self, message: Message) -> JsonObject:
        channel = self.workspace.channel(message.channel_id)
        return {"channel": channel.id, "channel_type": channel.kind}

    def envelope(self, event: JsonObject, *, event_id: str, event_time: int) -> JsonObject:
        """What is posted to the request URL; `event_time` in seconds since 1970."""
        workspace = self.workspace
        context = {
            "et": event["type"],
            "tid": workspace.team_id,
            "aid": workspace.bot.app_id,
            "cid": _channel_of(event),
        }
        return {
            "token": TOKEN,
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": event_time,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot.user.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{base64.urlsafe_b64encode(json.dumps(context).encode()).decode()}",
        }

    def person(self, person: Person) -> JsonObject:
        moment = datetime.now(ZoneInfo(person.time_zone))
        return {
            "id": person.id,
            "team_id": self.workspace.team_id,
            "name": person.name.lower(),
            "deleted": False,
            "real_name": person.real_name,
            "tz": person.time_zone,
            "tz_label": moment.tzname(),
            "tz_offset": int((moment.utcoffset() or timedelta()).total_seconds()),
            "profile": {"real_name": person.real_name, "display_name": person.name, "team": self.workspace.team_id},
            "is_admin": False,
            "is_bot": person.is_bot,
            "is_app_user": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "updated": 0,
        }

    def channel(self, channel: Channel) -> JsonObject:
        if channel.kind == "im":
            return {
                "id": channel.id,
                "created": 0,
                "is_im": True,
                "is_archived": channel.is_archived,
                "user": channel.name,
            }
        return {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "channel",
            "is_group": channel.kind == "group",
            "is_im": False,
            "is_mpim": False,
            "is_private": channel.kind == "group",
            "created": 0,
            "creator": "U0ADA",
            "is_archived": channel.is_archived,
            "is_general": channel.name == "general",
            "is_member": self.workspace.bot.user.id in channel.member_ids,
            "is_shared": False,
            "is_ext_shared": False,
            "num_members": len(channel.member_ids),
        }

    def file(self, file: StoredFile) -> JsonObject:
        base = f"{self.origin}/files-pri/{self.workspace.team_id}-{file.id}"
        shared: JsonObject = {channel: [{"ts": ts}] for channel, ts in file.shared_in}
        extension = (mimetypes.guess_extension(file.mimetype) or ".binary").removeprefix(".")
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.mimetype,
            "filetype": extension,
            "pretty_type": extension.upper(),
            "user": file.user_id,
            "user_team": self.workspace.team_id,
            "editable": False,
            "size": file.size_bytes,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "url_private": f"{base}/{quote(file.name)}",
            "url_private_download": f"{base}/download/{quote(file.name)}",
            "permalink": f"{self.origin}/files/{file.user_id}/{file.id}/{quote(file.name)}",
            "has_rich_preview": False,
            "file_access": "visible",
            "shares": {"public": shared} if shared else {},
        }


def _channel_of(event: JsonObject) -> str:
    item = event.get("item")
    place = cast("JsonObject", item) if isinstance(item, dict) else event
    return str(place.get("channel", ""))
