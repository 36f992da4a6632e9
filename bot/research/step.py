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
from bot.research.planning import CONSENT_SECONDS, plan, propose, queue_plan
from bot.research.starting import look, sort_out
from bot.research.stoppable import CutOff, Withdrawn, look_at
from bot.research.work import LOCKED_OUT, UNSEEN_SECONDS, Work
from bot.state.run import RunLost
from bot.state.tasks import LastWord, Stage, Task, Wish

LONGEST_SECONDS = 60 * 60.0
LONGEST = {Stage.PLANNING: LONGEST_SECONDS, Stage.RUNNING: LONGEST_SECONDS, Stage.UNKNOWN: CONSENT_SECONDS}
PATIENCE = 2  # times the longest, for what the API may have done in time but does not tell
STAGES: Mapping[Stage, Callable[[Work], Awaitable[float | None]]] = {
    Stage.PLAN_QUEUED: queue_plan,
    Stage.PLANNING: plan,
    Stage.PROPOSED: propose,
    Stage.QUEUED: queue,
    Stage.UNKNOWN: look,
    Stage.RUNNING: follow,
}
FAILURES = 20  # that nobody expects, one after the other, before a task is given up
HELD_SECONDS = 24 * 60 * 60.0  # that what nobody can be shown is kept
LOCKED_OUT_SECONDS = 30.0  # between two looks whether the API lets us in again
PASSING = (RedisError, RunLost, ChannelBusy, Undeliverable)  # no failures of the step itself

log = structlog.stdlib.get_logger()


async def take(work: Work) -> float | None:
    """Take it; gives the seconds until the next, or None when nothing is left to do. Raises RunLost, or RedisError."""
    try:
        wait = await _survive(work)
    except ChannelBusy as busy:
        return max(busy.retry_after, work.wait)
    except Undeliverable as error:
        wait = await _hold(work, error)
    if not work.task.strays:
        return wait
    return work.stray_wait if wait is None else min(wait, work.stray_wait)


async def _hold(work: Work, error: Undeliverable) -> float | None:
    """Nobody can be told anything. What has cost something is kept for a day, in which that may be mended."""
    work.miss(error)
    if (work.task.interactions or work.task.creating) and work.unseen < HELD_SECONDS:
        return UNSEEN_SECONDS
    fix = "have it asked again where the bot may write"
    log.error("task_abandoned", cause=str(error), interaction=work.task.interaction_id, fix=fix)
    return await _abandon(work)


async def _survive(work: Work) -> float | None:
    """Advance, or make the best of what fails. What passes by itself is waited for; what breaks is tried some times."""
    try:
        await sort_out(work)
        wait = await _advance(work)
    except PASSING:
        raise
    except Withdrawn:
        return await work.withdraw()
    except CutOff:
        return 0.0
    except InteractionError as error:
        return await _put_off(work, error)
    except Exception as error:
        log.exception("step_broke")
        work.note(f"step broke: {type(error).__name__}")
        return await _try_again(work)
    work.task.failures = 0
    return wait


async def _put_off(work: Work, error: InteractionError) -> float | None:
    """What is at work upstream works on, also while we are locked out, and is paid for: it is waited for, an hour."""
    if isinstance(error, LOCKED_OUT) and work.task.interaction_id and not _lasts_too_long(work):
        work.warn("locked_out", error)
        await _say(work, texts.LOCKED_OUT)
        return LOCKED_OUT_SECONDS
    work.note_once(f"step failed: {cause(error)}")
    if error.retry_after is None:
        log.warning("step_failed", cause=str(error), kind=type(error).__name__)
        return await _give_up(work, error.notice)
    if work.task.stage in (Stage.PLANNING, Stage.RUNNING) and work.task.interaction_id is None:
        await _say(work, texts.BUSY)
    return max(error.retry_after, work.wait)


async def _say(work: Work, doing: str) -> None:
    actions = () if work.task.has_report else (texts.STOP,)
    await work.show_calmly(texts.render_working(work.task, doing, work.clock.now()), *actions)


async def _try_again(work: Work) -> float | None:
    """Some times. Then it ends with a word; where that word is what breaks, without one."""
    work.task.failures += 1
    if work.task.failures < FAILURES:
        return work.wait
    if work.task.ended:
        return None
    if work.task.stage != Stage.ENDING:
        return await _give_up(work, UNEXPECTED)
    word = work.task.last_word
    if word is None or word.progress is None:
        return await _abandon(work)
    work.task.last_word = word.model_copy(update={"progress": None})  # perhaps its drawing is what breaks
    return work.wait


async def _advance(work: Work) -> float | None:
    task = work.task
    if Wish.WITHDRAW in work.wishes:
        raise Withdrawn
    if task.stage == Stage.ENDING:
        await work.say_last_word()
    if task.ended:
        return await rest(work)
    if Wish.STOP in work.wishes and not task.has_report:  # else it ends by itself, as soon as all of it is shown
        work.note(f"stop wished by {work.wishes[Wish.STOP]}")
        return await break_off(work, _stopped(task), texts.RETRY)
    if _lasts_too_long(work):
        return await _time_out(work)
    return await STAGES[task.stage](work)


def _stopped(task: Task) -> str:
    if task.creating:
        return texts.GIVEN_UP
    return texts.CANCELLED if task.stage == Stage.PROPOSED else texts.STOPPED


def _lasts_too_long(work: Work) -> bool:
    """A report that its place does not take is kept for as long as all else that nobody can be shown."""
    longest = HELD_SECONDS if work.task.has_report else LONGEST.get(work.task.stage, math.inf)
    return _lasted(work) > longest


def _lasted(work: Work) -> float:
    """Seconds. A research lasts from its beginning, also where nobody knew of it for a while."""
    return work.elapsed if work.task.stage == Stage.RUNNING else work.elapsed_here


async def _time_out(work: Work) -> float | None:
    """What has ended in time is reported, or proposed, or told as it ended, if only now, as after an outage of ours."""
    interaction = await _last_look(work)
    if interaction is not None and not interaction.is_running and not _has_cancelled(work, interaction):
        work.count(interaction)
        return await (plan(work) if work.task.begun_at is None else finish(work, interaction))
    return await break_off(work, _timed_out(work.task), texts.RETRY)


def _timed_out(task: Task) -> str:
    if task.creating:
        return texts.GIVEN_UP
    return texts.TOO_LONG if task.interaction_id else texts.NEVER_BEGAN


async def _last_look(work: Work) -> Interaction | None:
    """What has become of it; tried again for a while, then what can be had at once."""
    if work.task.interaction_id is None:
        return None
    if _is_patient(work):
        return await look_at(work, work.task.interaction_id)
    return await work.cancel_upstream()


def _has_cancelled(work: Work, interaction: Interaction) -> bool:
    """Whether the last look has, and nobody else before."""
    return interaction.status == Status.CANCELLED and not _is_patient(work)


def _is_patient(work: Work) -> bool:
    return _lasted(work) < PATIENCE * LONGEST_SECONDS


async def _give_up(work: Work, notice: str) -> float | None:
    """End it with the notice; with no more than that, where what was found is what breaks."""
    said = with_reference(notice, work.task.reference)
    try:
        await break_off(work, said, texts.RETRY)
    except PASSING:
        raise
    except Exception:
        log.exception("not_broken_off")
        if work.task.stage == Stage.ENDING:  # it is over, and the next step says so
            return work.wait
        await work.end_with(LastWord(text=said, actions=(texts.RETRY,)), notice)
    return None


async def _abandon(work: Work) -> None:
    """Nobody can see it any more, so it ends without a word."""
    if work.task.stage != Stage.ENDING:
        await work.cancel_upstream()
    work.enter(Stage.ENDED)
    await work.save(beside=work.slots.left(work.task))
