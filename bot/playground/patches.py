"""What one open page has to change to show what is there now: five small operations on elements by their id."""

from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from bot.playground.fragments import Fragment, Where, fragments, message_ids
from bot.playground.html import join
from bot.playground.page import thread_shell
from bot.playground.place import THREADS_SHOWN, Thread

Patch = dict[str, JsonValue]


class View:
    """What was sent to one page, so that only what differs is sent again."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._shown: dict[str, dict[str, Fragment]] = {}  # by thread id, oldest first

    def everything(self) -> list[Patch]:
        """Brings a page of any age to the present; what it shows already stays untouched."""
        where = self._where
        threads = where.place.threads(where.channel.id)
        patches = [_only(where.list_id, [where.thread(thread.id) for thread in threads])]
        for thread in threads:
            patches += self._thread(thread)
        return patches

    def update(self, thread_ids: Iterable[str]) -> list[Patch]:
        """What has changed in these threads since the last call."""
        patches: list[Patch] = []
        for thread_id in thread_ids:
            thread = self._where.place.thread(self._where.channel.id, thread_id)
            patches += self._thread(thread) if thread else self._forget(thread_id)
        for thread_id in list(self._shown)[:-THREADS_SHOWN]:
            patches += self._forget(thread_id)
        return patches

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

    def _forget(self, thread_id: str) -> list[Patch]:
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
