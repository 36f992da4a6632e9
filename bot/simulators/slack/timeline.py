"""Everything that can happen in the workspace: each changes it, is recorded, and becomes an event for the app."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Literal

from bot.simulators.slack.events import Deliveries
from bot.simulators.slack.ledger import Ledger
from bot.simulators.slack.mentions import what_is_fetched, who_is_notified
from bot.simulators.slack.payloads import Payloads
from bot.simulators.slack.workspace import JsonObject, Message, Workspace

TwinOrder = Literal["mention_first", "message_first"]
STATUS_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Status:
    text: str
    loading_messages: tuple[str, ...]
    clears: asyncio.TimerHandle


class Timeline:
    def __init__(self, workspace: Workspace, ledger: Ledger, deliveries: Deliveries, payloads: Payloads) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.deliveries = deliveries
        self.payloads = payloads
        self.twin_order: TwinOrder = "mention_first"
        self.twin_delay_seconds = 0.0
        self.status_seconds = STATUS_SECONDS
        self.share_seconds = 0.0  # from the end of an upload to its message; the real service takes its time
        self._sharing: list[asyncio.TimerHandle] = []
        self._statuses: dict[tuple[str, str], Status] = {}

    def close(self) -> None:
        for status in self._statuses.values():
            status.clears.cancel()
        self._statuses.clear()
        for sharing in self._sharing:
            sharing.cancel()
        self._sharing.clear()

    def share(self, message: Message) -> None:
        """Show a message with files, after `share_seconds`; only then do the files know where they are shared."""
        if not self.share_seconds:
            self._show_shared(message)
            return
        loop = asyncio.get_running_loop()
        self._sharing.append(loop.call_later(self.share_seconds, self._show_shared, message))

    def _show_shared(self, message: Message) -> None:
        message.ts = self.workspace.next_ts()
        for file in message.files:
            file.shared_in.append((message.channel_id, message.ts))
        self.post(message)

    def post(self, message: Message, *, links_names: bool = False) -> list[asyncio.Task[None]]:
        """Show a new message; returns the deliveries it caused."""
        self.workspace.add(message)
        self.ledger.record("post", **self._facts(message))
        if message.bot_id is not None:
            self.set_status(message.channel_id, message.root_ts, "")
            self._record_reach(message, links_names=links_names, is_update=False)
        events = [self.payloads.message_event(message)]
        if self._mentions_bot(message.text, message):
            events.append(self.payloads.mention_event(message))
        return self._emit(message.channel_id, events)

    def edit(self, message: Message, previous: JsonObject, *, links_names: bool = False) -> list[asyncio.Task[None]]:
        """Show the new content of a message that was already changed; `previous` is its object as it was.

        Each edit of a message that mentions the bot sends the mention again.
        """
        message.edited_ts = self.workspace.next_ts()
        self.ledger.record("edit", **self._facts(message))
        if message.bot_id is not None:
            self._record_reach(message, links_names=links_names, is_update=True)
        events = [self.payloads.changed_event(message, previous, message.edited_ts)]
        if self._mentions_bot(message.text, message):
            events.append(self.payloads.mention_event(message))
        return self._emit(message.channel_id, events)

    def preview(self, message: Message) -> list[asyncio.Task[None]]:
        """Show the preview of a page under its address, which tells of a change that nobody made."""
        shape = self.payloads.message(message)
        event = self.payloads.changed_event(message, shape, self.workspace.next_ts())
        event["message"] = {**shape, "attachments": [{"id": 1, "fallback": "a preview"}]}
        return self._emit(message.channel_id, [event])

    def delete(self, message: Message) -> list[asyncio.Task[None]]:
        """Take a message away. Where replies keep it as a tombstone, Slack tells of a change."""
        previous = self.payloads.message(message)
        self.ledger.record(
            "delete", channel=message.channel_id, ts=message.ts, thread_ts=message.thread_ts, user=message.user_id
        )
        self.workspace.remove(message)
        is_gone = self.workspace.find(message.channel_id, message.ts) is None
        event = self.payloads.deleted_event if is_gone else self.payloads.changed_event
        return self._emit(message.channel_id, [event(message, previous, self.workspace.next_ts())])

    def react(self, message: Message, name: str, user_id: str, *, added: bool) -> list[asyncio.Task[None]]:
        """Add or take a reaction whose presence the caller has checked."""
        users = message.reactions.setdefault(name, [])
        if added:
            users.append(user_id)
        else:
            users.remove(user_id)
        if not users:
            del message.reactions[name]
        place: JsonObject = {"channel": message.channel_id, "ts": message.ts}
        self.ledger.record("reaction", **place, name=name, user=user_id, added=added)
        event_ts = self.workspace.next_ts()
        event = self.payloads.reaction_event(message, name, user_id, added=added, event_ts=event_ts)
        return self._emit(message.channel_id, [event])

    def set_status(self, channel_id: str, thread_ts: str, text: str, loading_messages: tuple[str, ...] = ()) -> None:
        """Show, change or (with an empty text) clear the status line of a thread; it clears itself in time."""
        key = (channel_id, thread_ts)
        shown = self._statuses.pop(key, None)
        if shown is not None:
            shown.clears.cancel()
        if text:
            loop = asyncio.get_running_loop()
            clears = loop.call_later(self.status_seconds, self.set_status, channel_id, thread_ts, "")
            self._statuses[key] = Status(text, loading_messages, clears)
        if text or shown:
            self.ledger.record("status", channel=channel_id, thread_ts=thread_ts, text=text)

    def status(self, channel_id: str, thread_ts: str) -> str:
        shown = self._statuses.get((channel_id, thread_ts))
        return shown.text if shown else ""

    def _facts(self, message: Message) -> JsonObject:
        return {
            "channel": message.channel_id,
            "ts": message.ts,
            "thread_ts": message.thread_ts,
            "user": message.user_id,
            "by_bot": message.bot_id is not None,
            "text": message.text,
            "is_markdown": message.markdown_text is not None,
            "blocks": list(message.blocks) if message.bot_id else [],
            "metadata": message.metadata,
            "files": [file.id for file in message.files],
        }

    def _record_reach(self, message: Message, *, links_names: bool, is_update: bool) -> None:
        place: JsonObject = {"channel": message.channel_id, "ts": message.ts}
        names = {person.name: person.id for person in self.workspace.people.values()}
        for one in who_is_notified(message.text, message.blocks, names=names, links_names=links_names):
            if one.target != message.user_id:
                self.ledger.record(
                    "notification", **place, target_kind=one.kind, target=one.target, certain=one.certain
                )
        for page in what_is_fetched(
            message.text,
            message.blocks,
            unfurl_links=message.unfurl_links,
            unfurl_media=message.unfurl_media,
            is_update=is_update,
        ):
            self.ledger.record("preview", **place, url=page.url, certain=page.certain)

    def _mentions_bot(self, text: str, message: Message) -> bool:
        is_dm = self.workspace.channel(message.channel_id).kind == "im"
        return not is_dm and message.bot_id is None and f"<@{self.workspace.bot.user.id}>" in text

    def _emit(self, channel_id: str, events: list[JsonObject]) -> list[asyncio.Task[None]]:
        """Events reach the app from the channels it is in; of twins the second comes a little later."""
        if self.workspace.bot.user.id not in self.workspace.channel(channel_id).member_ids:
            return []
        if self.twin_order == "mention_first":
            events = events[::-1]
        sent: list[asyncio.Task[Any] | None] = []
        for number, event in enumerate(events):
            envelope = self.payloads.envelope(event, event_id=self.workspace.next_id("Ev"), event_time=int(time.time()))
            sent.append(self.deliveries.send(envelope, after_seconds=number * self.twin_delay_seconds))
        return [task for task in sent if task is not None]
