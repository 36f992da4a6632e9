"""Services that lack one guarantee each, to prove that the harness notices: what was never seen to fail may never fail.

Each is made inside a forked process, before it starts, by replacing one thing in the production code there.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from bot.conversation.posts import Posts
from bot.models import Inbound, MessageId, PartKey, Thread
from bot.state import runs, store
from bot.state.inbox import Inbox

LATE_SECONDS = 0.8  # between an acknowledgement and what should have come before it


def break_it(variant: str) -> None:
    """Make this process lack a guarantee; for good."""
    VARIANTS[variant]()


def _no_claim() -> None:
    """Each delivery of a message counts as a new message. (Where only the claim is missing, the turn's record and the
    names of its parts still keep the answer from being given twice.)"""
    accept = Inbox.accept

    async def accept_each(self: Inbox, message: Inbound) -> None:
        message_id = MessageId(f"{message.message}-{secrets.token_hex(4)}")
        await accept(self, message.model_copy(update={"message": message_id}))

    Inbox.accept = accept_each


def _no_fence() -> None:
    """A run that others have taken over from does not find out."""
    _rewrite("perform", "if redis.call('GET', KEYS[1]) ~= ARGV[1] then", "if false then")


def _acknowledged_before_stored() -> None:
    """What the platform is told is stored will be, unless the process dies before that."""
    accept, later = Inbox.accept, set[asyncio.Task[None]]()

    async def store_late(inbox: Inbox, message: Inbound) -> None:
        await asyncio.sleep(LATE_SECONDS)
        await accept(inbox, message)

    async def acknowledge(self: Inbox, message: Inbound) -> None:
        later.add(asyncio.create_task(store_late(self, message)))

    Inbox.accept = acknowledge


def _no_outbox_key() -> None:
    """A part has another name in each process, so none knows what another one has posted."""
    key = Posts.key

    def own_key(self: Posts, name: str | int) -> PartKey:
        return PartKey(f"{key(self, name)}/{os.getpid()}")

    Posts.key = own_key


def _two_leases() -> None:
    """Each process has leases and fences of its own, so several work on one thread."""

    def own(thread: Thread, record: str) -> str:
        mine = f":{os.getpid()}" if record.startswith(("lease:", "fence:")) else ""
        return store.key(thread, record) + mine

    runs.key = own


def _rewrite(script: str, old: str, new: str) -> None:
    """Let this process have a copy of the scripts in which one says something else."""
    folder = Path.cwd() / f"variant-{os.getpid()}"
    shutil.copytree(Path(store.__file__).parent / "lua", folder / "lua")
    path = folder / "lua" / f"{script}.lua"
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(f"{script}.lua no longer says {old!r}; bring the variant up to date")
    path.write_text(text.replace(old, new), encoding="utf-8")
    store.__file__ = str(folder / "store.py")  # beside which it looks for them


VARIANTS: dict[str, Callable[[], None]] = {
    "no claim": _no_claim,
    "no fence": _no_fence,
    "acknowledged before stored": _acknowledged_before_stored,
    "no outbox key": _no_outbox_key,
    "two leases": _two_leases,
}
