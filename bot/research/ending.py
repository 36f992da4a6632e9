"""How a long task is over: what runs upstream is stopped, what was found is kept, and Retry begins it again."""

import structlog

from bot.interactions.types import Interaction
from bot.models import Action
from bot.research import texts
from bot.research.work import Work
from bot.state.tasks import Wish

log = structlog.stdlib.get_logger()


async def break_off(work: Work, how: str, *actions: Action) -> None:
    """End a task before its time, with what was found until then. A plan that is not finished is no find."""
    interaction = await work.cancel_upstream()
    await work.end(with_finds(how, interaction if work.task.begun_at else None), *actions)


def with_finds(notice: str, interaction: Interaction | None) -> str:
    """What was found until it ended is kept."""
    found = interaction.output_text.strip() if interaction else ""
    return f"{notice}\n\n{texts.shortened(found, texts.FOUND_CHARS)}" if found else notice


async def rest(work: Work) -> float | None:
    """The step of a task that has ended: perhaps somebody wants it again."""
    task = work.task
    if asker := work.wishes.get(Wish.RETRY):
        task.begin_again(work.clock.now(), plans=work.rules.plans)
        work.note(f"retried by {asker}")
        await work.save(*(work.records.tasks.granted(task, wish) for wish in Wish))
        log.info("task_begun_again", attempt=task.attempt)
        return 0.0
    return None
