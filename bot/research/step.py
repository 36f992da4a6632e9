"""One short step of a long task, by its stage; and what becomes of a step that fails."""

import math
from collections.abc import Awaitable, Callable, Mapping

import structlog
from redis.exceptions import RedisError

from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.conversation.notices import UNEXPECTED, with_reference
from bot.interactions.errors import InteractionError
from bot.interactions.types import Interaction, Status
from bot.research import texts
from bot.research.ending import break_off, cause, rest
from bot.research.following import finish, follow, queue
from bot.research.planning import CONSENT_SECONDS, plan, propose
from bot.research.starting import look, sort_out
from bot.research.work import Work
from bot.state.run import RunLost
from bot.state.tasks import Stage, Task, Wish

LONGEST_SECONDS = 60 * 60.0
LONGEST = {Stage.PLANNING: LONGEST_SECONDS, Stage.RUNNING: LONGEST_SECONDS, Stage.UNKNOWN: CONSENT_SECONDS}
PATIENCE = 2  # times the longest, for what the API may have done in time but does not tell
STAGES: Mapping[Stage, Callable[[Work], Awaitable[float | None]]] = {
    Stage.PLANNING: plan,
    Stage.PROPOSED: propose,
    Stage.QUEUED: queue,
    Stage.UNKNOWN: look,
    Stage.RUNNING: follow,
}
FAILURES = 20  # that nobody expects, one after the other, before a task is given up

log = structlog.stdlib.get_logger()


async def take(work: Work) -> float | None:
    """Take it; gives the seconds until the next, or None when nothing is left to do. Raises RunLost, or RedisError."""
    try:
        wait = await _survive(work)
    except ChannelBusy as busy:
        return max(busy.retry_after, work.wait)
    except Undeliverable as error:
        log.warning("task_undeliverable", cause=str(error))
        work.note("undeliverable")
        wait = await _abandon(work)
    return work.wait if wait is None and work.task.strays else wait


async def _survive(work: Work) -> float | None:
    """Advance, or make the best of what fails. What passes by itself is waited for; what breaks is tried some times."""
    try:
        await sort_out(work)
        wait = await _advance(work)
    except (RedisError, RunLost, ChannelBusy, Undeliverable):
        raise
    except InteractionError as error:
        log.warning("step_failed", cause=str(error), kind=type(error).__name__)
        work.note(f"step failed: {cause(error)}")
        if error.retry_after is None:
            return await _give_up(work, error.notice)
        await _say_busy(work)
        return max(error.retry_after, work.wait)
    except Exception as error:
        log.exception("step_broke")
        work.note(f"step broke: {type(error).__name__}")
        work.task.failures += 1
        return await _give_up(work, UNEXPECTED) if work.task.failures == FAILURES else work.wait
    work.task.failures = 0
    return wait


async def _say_busy(work: Work) -> None:
    """Only while nothing has begun: what is at work upstream works on."""
    if work.task.stage in (Stage.PLANNING, Stage.RUNNING) and work.task.interaction_id is None:
        await work.show_calmly(texts.render_working(work.task, texts.BUSY, work.clock.now()), texts.STOP)


async def _advance(work: Work) -> float | None:
    task = work.task
    if task.stage == Stage.ENDING:
        await work.say_last_word()
    if task.ended:
        return await rest(work)
    if Wish.STOP in work.wishes:
        work.note(f"stop wished by {work.wishes[Wish.STOP]}")
        return await break_off(work, _stopped(task), texts.RETRY)
    if _lasted(work) > LONGEST.get(task.stage, math.inf):
        return await _time_out(work)
    return await STAGES[task.stage](work)


def _stopped(task: Task) -> str:
    if task.creating:
        return texts.GIVEN_UP
    return texts.CANCELLED if task.stage == Stage.PROPOSED else texts.STOPPED


def _lasted(work: Work) -> float:
    """Seconds. A research lasts from its beginning, also where nobody knew of it for a while."""
    return work.elapsed if work.task.stage == Stage.RUNNING else work.elapsed_here


async def _time_out(work: Work) -> float | None:
    """What has ended in time is reported, or proposed, if only now, as after an outage of ours."""
    interaction = await _last_look(work)
    if interaction is not None and interaction.status == Status.COMPLETED:
        work.count(interaction)
        return await (plan(work) if work.task.begun_at is None else finish(work, interaction))
    return await break_off(work, texts.GIVEN_UP if work.task.creating else texts.TOO_LONG, texts.RETRY)


async def _last_look(work: Work) -> Interaction | None:
    """What has become of it; tried again for a while, then what can be had at once."""
    if work.task.interaction_id is None:
        return None
    if _lasted(work) < PATIENCE * LONGEST_SECONDS:
        return await work.interactions.get(work.task.interaction_id)
    return await work.cancel_upstream()


async def _give_up(work: Work, notice: str) -> None:
    return await break_off(work, with_reference(notice, work.task.reference), texts.RETRY)


async def _abandon(work: Work) -> None:
    """Nobody can see it any more, so it ends without a word."""
    if work.task.stage != Stage.ENDING:
        await work.cancel_upstream()
    work.enter(Stage.ENDED)
    await work.save(beside=work.slots.left(work.task))
