"""chat.*, reactions.* and the status line: what the bot may show, and how the service says no.

Sources: "chat.postMessage method", "chat.update method", "chat.delete method", "assistant.threads.setStatus method".
"""

from collections.abc import Mapping

from bot.simulators.slack.ledger import Ledger
from bot.simulators.slack.limits import LOADING_MESSAGES_MAX, POST_TEXT_CUT, message_problem
from bot.simulators.slack.payloads import Payloads
from bot.simulators.slack.timeline import Timeline
from bot.simulators.slack.web_api import Arguments, Method, Refused
from bot.simulators.slack.workspace import Channel, JsonObject, Message, Workspace


class Chat:
    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    @property
    def _workspace(self) -> Workspace:
        return self._timeline.workspace

    @property
    def _ledger(self) -> Ledger:
        return self._timeline.ledger

    @property
    def _payloads(self) -> Payloads:
        return self._timeline.payloads

    def methods(self) -> Mapping[str, Method]:
        return {
            "chat.postMessage": self.post_message,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "assistant.threads.setStatus": self.set_status,
            "reactions.add": self.add_reaction,
            "reactions.remove": self.remove_reaction,
        }

    async def post_message(self, arguments: Arguments) -> JsonObject:
        channel = self.writable(arguments.required("channel"))
        self._check_content(arguments, is_update=False)
        bot = self._workspace.bot
        message = Message(
            channel_id=channel.id,
            ts=self._workspace.next_ts(),
            user_id=bot.user.id,
            bot_id=bot.bot_id,
            text="",
            thread_ts=self.root(channel, arguments),
            unfurl_links=arguments.flag("unfurl_links"),
            unfurl_media=arguments.flag("unfurl_media"),
        )
        self._fill(message, arguments)
        self._timeline.post(message, links_names=_links_names(arguments))
        return {"channel": channel.id, "ts": message.ts, "message": self._payloads.message(message, with_metadata=True)}

    async def update(self, arguments: Arguments) -> JsonObject:
        channel = self.writable(arguments.required("channel"))
        message = self._own(channel, arguments.required("ts"), "cant_update_message")
        self._check_content(arguments, is_update=True)
        previous = self._payloads.message(message)
        self._fill(message, arguments)
        self._timeline.edit(message, previous, links_names=_links_names(arguments))
        shape = self._payloads.message(message, with_metadata=True)
        return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shape}

    async def delete(self, arguments: Arguments) -> JsonObject:
        channel = self._channel(arguments.required("channel"))
        message = self._own(channel, arguments.required("ts"), "cant_delete_message")
        self._timeline.delete(message)
        return {"channel": channel.id, "ts": message.ts}

    async def set_status(self, arguments: Arguments) -> JsonObject:
        channel = self.writable(arguments.required("channel_id"))
        thread_ts = arguments.required("thread_ts")
        if not self._workspace.find(channel.id, thread_ts):
            raise Refused("thread_not_found")
        loading = arguments.items("loading_messages")
        if "status" not in arguments or len(loading) > LOADING_MESSAGES_MAX:
            raise Refused("invalid_arguments")
        self._timeline.set_status(channel.id, thread_ts, arguments.text("status") or "", tuple(map(str, loading)))
        return {}

    async def add_reaction(self, arguments: Arguments) -> JsonObject:
        message, name, user_id = self._reaction(arguments)
        if user_id in message.reactions.get(name, []):
            raise Refused("already_reacted")
        self._timeline.react(message, name, user_id, added=True)
        return {}

    async def remove_reaction(self, arguments: Arguments) -> JsonObject:
        message, name, user_id = self._reaction(arguments)
        if user_id not in message.reactions.get(name, []):
            raise Refused("no_reaction")
        self._timeline.react(message, name, user_id, added=False)
        return {}

    def _reaction(self, arguments: Arguments) -> tuple[Message, str, str]:
        channel = self.writable(arguments.required("channel"))
        message = self._workspace.find(channel.id, arguments.required("timestamp"))
        if message is None:
            raise Refused("message_not_found")
        return message, arguments.required("name").strip(":"), self._workspace.bot.user.id

    def _channel(self, channel_id: str) -> Channel:
        if channel_id in self._workspace.people:  # a post to a person goes to their direct conversation
            return self._workspace.open_dm(channel_id)
        if channel_id not in self._workspace.channels:
            raise Refused("channel_not_found")
        return self._workspace.channels[channel_id]

    def writable(self, channel_id: str) -> Channel:
        channel = self._channel(channel_id)
        if channel.is_archived:
            raise Refused("is_archived")
        if self._workspace.bot.user.id not in channel.member_ids:
            raise Refused("not_in_channel" if channel.kind == "channel" else "channel_not_found")
        return channel

    def _own(self, channel: Channel, ts: str, otherwise: str) -> Message:
        message = self._workspace.find(channel.id, ts)
        if message is None or message.subtype == "tombstone":
            raise Refused("message_not_found")
        if message.user_id != self._workspace.bot.user.id:
            raise Refused(otherwise)
        return message

    def root(self, channel: Channel, arguments: Arguments) -> str | None:
        thread_ts = arguments.text("thread_ts")
        if not thread_ts:
            return None
        root = self._workspace.find(channel.id, thread_ts)
        if root is None:
            raise Refused("thread_not_found")
        if root.thread_ts is not None:  # Slack takes it and shows a stray thread
            self._ledger.record("violation", reason="thread_ts_of_a_reply", channel=channel.id, ts=thread_ts)
        return root.root_ts

    def _check_content(self, arguments: Arguments, *, is_update: bool) -> None:
        text, markdown_text, blocks = arguments.text("text"), arguments.text("markdown_text"), arguments.items("blocks")
        has_more = is_update and "metadata" in arguments
        if not (text or markdown_text or blocks or has_more):
            raise Refused("no_text")
        problem = message_problem(
            text, markdown_text, blocks, is_update=is_update, refused_blocks=self._workspace.refused_blocks
        )
        if problem:
            raise Refused(problem)
        if "metadata" in arguments and not _is_metadata(arguments):
            raise Refused("invalid_metadata_format")

    def _fill(self, message: Message, arguments: Arguments) -> None:
        """Take over the content fields; an update without text keeps the old one, one without blocks drops them."""
        markdown_text, text, blocks = arguments.text("markdown_text"), arguments.text("text"), arguments.items("blocks")
        if markdown_text:
            message.text = message.markdown_text = markdown_text
            message.blocks = [{"type": "markdown", "text": markdown_text}]
        elif text or blocks:
            message.text, message.markdown_text, message.blocks = (text or "")[:POST_TEXT_CUT], None, blocks
            if len(text or "") > POST_TEXT_CUT:
                self._ledger.record("violation", reason="text_cut", channel=message.channel_id, ts=message.ts)
        metadata = arguments.parsed("metadata")
        if isinstance(metadata, dict):
            message.metadata = metadata


def _links_names(arguments: Arguments) -> bool:
    return bool(arguments.flag("link_names")) or arguments.text("parse") == "full"


def _is_metadata(arguments: Arguments) -> bool:
    match arguments.parsed("metadata"):
        case {"event_type": str(), "event_payload": dict()}:
            return True
        case _:
            return False
