"""One short step of a long task, by its stage; and what becomes of a step that fails."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from redis.exceptions import RedisError

from bot.conversation.adapter import ChannelBusy, Undeliverable
from bot.conversation.notices import UNEXPECTED, with_reference
from bot.interactions.errors import InteractionError
from bot.interactions.types import Status
from bot.research import texts
from bot.research.ending import break_off, rest, with_finds
from bot.research.following import finish, follow, queue
from bot.research.planning import plan, propose
from bot.research.starting import look, sort_out
from bot.research.work import Work
from bot.state.run import RunLost
from bot.state.tasks import Stage, Wish

LONGEST_SECONDS = 60 * 60.0
STAGES: Mapping[Stage, Callable[[Work], Awaitable[float | None]]] = {
    Stage.PLANNING: plan,
    Stage.PROPOSED: propose,
    Stage.QUEUED: queue,
    Stage.UNKNOWN: look,
    Stage.RUNNING: follow,
}
FAILURES = 20  # of steps, one after the other, before a task is given up

log = structlog.stdlib.get_logger()


async def take(work: Work) -> float | None:
    """Take it; gives the seconds until the next, or None when the task has ended.

    Failures count, and enough of them end the task. Raises RunLost, or redis.RedisError.
    """
    try:
        await sort_out(work)
        wait = await _advance(work)
    except (RedisError, RunLost):
        raise
    except ChannelBusy as busy:
        return max(busy.retry_after, work.wait)
    except Undeliverable as error:
        log.warning("task_undeliverable", cause=str(error))
        work.note("undeliverable")
        return await _abandon(work)
    except InteractionError as error:
        log.warning("step_failed", cause=str(error), kind=type(error).__name__)
        work.note(f"step failed: {type(error).__name__}")
        return await _failed(work, error.notice, error.retry_after)
    except Exception as error:
        log.exception("step_broke")
        work.note(f"step broke: {type(error).__name__}")
        return await _failed(work, UNEXPECTED, 0.0)
    work.task.failures = 0
    return work.wait if wait is None and work.task.strays else wait


async def _advance(work: Work) -> float | None:
    task = work.task
    if task.stage == Stage.ENDING:
        await work.say_last_word()
    if task.ended:
        return await rest(work)
    if Wish.STOP in work.wishes:
        work.note(f"stop wished by {work.wishes[Wish.STOP]}")
        return await break_off(work, texts.CANCELLED if task.stage == Stage.PROPOSED else texts.STOPPED)
    if task.begun_at and work.elapsed > LONGEST_SECONDS:
        return await _time_out(work)
    return await STAGES[task.stage](work)


async def _time_out(work: Work) -> None:
    """What has ended in time is reported, if only now, as after an outage of ours."""
    interaction = await work.cancel_upstream()
    if interaction is not None and interaction.status == Status.COMPLETED:
        return await finish(work, interaction)
    return await work.end(with_finds(texts.TOO_LONG, interaction), texts.RETRY)


async def _failed(work: Work, notice: str, retry_after: float | None) -> float | None:
    work.task.failures += 1
    if retry_after is None or work.task.failures == FAILURES:
        return await break_off(work, with_reference(notice, work.task.reference), texts.RETRY)
    await work.save()
    return max(retry_after, work.wait)


async def _abandon(work: Work) -> None:
    """Nobody can see it any more, so it ends without a word."""
    if work.task.stage != Stage.ENDING:
        await work.cancel_upstream()
    work.task.stage = Stage.ENDED
    await work.save(beside=work.slots.left(work.task))
