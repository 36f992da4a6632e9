"""What one open page has to change to show what is there now: five small operations on elements by their id."""

from collections.abc import Collection, Iterator

from pydantic import JsonValue

from bot.playground.fragments import Fragment, Where, channel_status, fragments, message_ids
from bot.playground.html import join
from bot.playground.page import reply_box, thread_shell
from bot.playground.place import THREADS_SHOWN, Thread

Patch = dict[str, JsonValue]


class View:
    """What was sent to one page, so that only what differs is sent again."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._shown: dict[str, dict[str, Fragment]] = {}  # by thread id, oldest first
        self._open: set[str] = set()  # thread ids that have a box for replies
        self._status: Fragment | None = None

    def everything(self) -> list[Patch]:
        """Brings a page of any age to the present; what it shows already stays untouched."""
        where = self._where
        threads = where.place.threads(where.channel.id)
        patches = [_only(where.list_id, [where.thread(thread.id) for thread in threads])]
        for thread in threads:
            patches += self._thread(thread)
        return [*patches, *self._channel()]

    def update(self, thread_ids: Collection[str]) -> list[Patch]:
        """What has changed in these threads since the last call; "" is the channel's status."""
        patches: list[Patch] = []
        for thread_id in filter(None, thread_ids):
            thread = self._where.place.thread(self._where.channel.id, thread_id)
            patches += self._thread(thread) if thread else self._forget(thread_id)
        for thread_id in list(self._shown)[:-THREADS_SHOWN]:
            patches += self._forget(thread_id)
        return [*patches, *(self._channel() if "" in thread_ids else ())]

    def _channel(self) -> Iterator[Patch]:
        before, self._status = self._status, channel_status(self._where)
        yield from _difference(before, self._status)

    def _thread(self, thread: Thread) -> Iterator[Patch]:
        where, before = self._where, self._shown.get(thread.id)
        now = fragments(where, thread)
        self._shown[thread.id] = now
        if before is None:
            shell = thread_shell(where, thread, is_empty=True)
            yield {"do": "ensure", "id": where.thread(thread.id), "into": where.list_id, "html": shell}
        if before is None or before.keys() - now.keys():
            yield _only(where.messages(thread.id), message_ids(where, thread))
        for fragment in now.values():
            yield from _difference(before.get(fragment.id) if before else None, fragment)
        if thread.is_open != (thread.id in self._open):
            yield self._box(thread)

    def _box(self, thread: Thread) -> Patch:
        """The box for replies comes and goes whole: somebody may be writing in it."""
        own_id, into = self._where.reply_box(thread.id), self._where.thread(thread.id)
        if not thread.is_open:
            self._open.discard(thread.id)
            return {"do": "remove", "id": own_id}
        self._open.add(thread.id)
        return {"do": "ensure", "id": own_id, "into": into, "html": reply_box(self._where, thread.id)}

    def _forget(self, thread_id: str) -> list[Patch]:
        self._open.discard(thread_id)
        known = self._shown.pop(thread_id, None)
        return [{"do": "remove", "id": self._where.thread(thread_id)}] if known else []


def _difference(before: Fragment | None, now: Fragment) -> Iterator[Patch]:
    if before == now:
        return
    if before is None or (before.before, before.after) != (now.before, now.after):
        yield {"do": "put", "id": now.id, "into": now.parent, "html": now.html}
        return
    keep = _common(before, now)
    yield {"do": "grow", "id": now.body_id, "keep": keep, "html": join(now.body[keep:])}


def _common(before: Fragment, now: Fragment) -> int:
    """How many blocks at the start are the same."""
    for index, (old, new) in enumerate(zip(before.body, now.body, strict=False)):
        if old != new:
            return index
    return min(len(before.body), len(now.body))


def _only(parent: str, ids: list[str]) -> Patch:
    return {"do": "only", "into": parent, "ids": [*ids]}
