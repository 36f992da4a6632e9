"""What stands behind a message may concern it."""

import asyncio
from collections.abc import Coroutine, Sequence

import pytest

from bot.conversation.overtaking import How, Overtaken, overtaken, unless_overtaken
from bot.models import Inbound
from bot.state.inbox import Inbox
from bot.state.run import Run
from tests.conversation.platform import MESSAGE, said

EDIT = said("hello again").model_copy(update={"revision": "1"})
LATER_EDIT = said("hello at last").model_copy(update={"revision": "2"})
SAME = MESSAGE.model_copy(update={"revision": "3"})  # as when a preview was added
DELETION = MESSAGE.model_copy(update={"revision": "deleted", "deleted": True, "content": ()})
STOP = said("stop", "2", addressed=False)
BUTTON = said("stop", "3").model_copy(update={"silent": True})
OTHER = said("What about Rome?", "4")
OTHER_EDIT = OTHER.model_copy(update={"revision": "1"})
OTHER_DELETION = OTHER.model_copy(update={"revision": "deleted", "deleted": True, "content": ()})


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ([], None),
        ([OTHER, OTHER_EDIT, OTHER_DELETION], None),
        ([said("stop it, please", "2")], None),
        ([said("help", "2"), said("retry", "3")], None),
        ([STOP], Overtaken(How.STOPPED, STOP)),
        ([OTHER, BUTTON], Overtaken(How.STOPPED, BUTTON)),
        ([STOP, BUTTON], Overtaken(How.STOPPED, STOP)),
        ([EDIT], Overtaken(How.EDITED, EDIT)),
        ([EDIT, OTHER, LATER_EDIT], Overtaken(How.EDITED, LATER_EDIT)),
        ([SAME], None),
        ([EDIT, SAME], Overtaken(How.EDITED, EDIT)),
        ([STOP, SAME], Overtaken(How.STOPPED, STOP)),
        ([STOP, EDIT], Overtaken(How.EDITED, EDIT)),
        ([EDIT, STOP], Overtaken(How.EDITED, EDIT)),
        ([DELETION], Overtaken(How.DELETED, DELETION)),
        ([EDIT, STOP, DELETION], Overtaken(How.DELETED, DELETION)),
        ([DELETION, EDIT, STOP], Overtaken(How.DELETED, DELETION)),
    ],
)
def test_the_last_word_on_a_message_counts_and_a_deletion_more_than_any(
    later: Sequence[Inbound], found: Overtaken | None
) -> None:
    assert overtaken(MESSAGE, later) == found


class Work:
    """Goes on until it is told to end, and knows whether it was cancelled."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.cancelled = False

    async def go_on(self) -> None:
        self.begun.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


@pytest.fixture
def work() -> Work:
    return Work()


def begin(work: Coroutine[object, object, None], run: Run) -> asyncio.Task[Overtaken | None]:
    async def shows() -> None:
        await asyncio.Event().wait()

    async def begun() -> Overtaken | None:
        showing = asyncio.create_task(shows())
        try:
            return await unless_overtaken(work, MESSAGE, run, showing)
        finally:
            showing.cancel()

    return asyncio.create_task(begun())


async def test_work_that_nothing_overtakes_is_done(run: Run, inbox: Inbox, work: Work) -> None:
    task = begin(work.go_on(), run)
    await work.begun.wait()
    await inbox.accept(OTHER)
    run.tell()
    work.may_end.set()

    assert await task is None
    assert not work.cancelled


@pytest.mark.parametrize("by", [STOP, BUTTON, EDIT, DELETION], ids=["word", "button", "edit", "deletion"])
async def test_work_that_is_overtaken_ends_at_once(run: Run, inbox: Inbox, work: Work, by: Inbound) -> None:
    """F36, F37."""
    task = begin(work.go_on(), run)
    await work.begun.wait()
    await inbox.accept(OTHER)
    run.tell()
    await inbox.accept(by)
    run.tell()

    async with asyncio.timeout(5):
        found = await task

    assert found is not None
    assert found.by == by
    assert work.cancelled


async def test_work_that_was_overtaken_before_it_could_begin_does_not(run: Run, inbox: Inbox, work: Work) -> None:
    await inbox.accept(DELETION)
    run.tell()

    assert await begin(work.go_on(), run) == Overtaken(How.DELETED, DELETION)

    assert not work.begun.is_set()


async def test_what_goes_wrong_with_the_work_is_told(run: Run) -> None:
    async def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await begin(fails(), run)


async def test_what_goes_wrong_with_showing_it_is_told_at_once(run: Run, work: Work) -> None:
    async def fails() -> None:
        await work.begun.wait()
        raise LookupError

    with pytest.raises(LookupError):
        await unless_overtaken(work.go_on(), MESSAGE, run, asyncio.create_task(fails()))

    assert work.cancelled


async def test_work_ends_with_who_waits_for_it(run: Run, work: Work) -> None:
    task = begin(work.go_on(), run)
    await work.begun.wait()

    task.cancel()
    await asyncio.wait([task])

    assert work.cancelled
