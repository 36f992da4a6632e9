"""How a long task is over: what runs upstream is stopped, what was found is kept, and Retry begins it again."""

from datetime import UTC, datetime

import structlog

from bot.conversation.notices import with_reference
from bot.interactions.errors import InteractionError
from bot.interactions.types import Interaction, Status
from bot.models import Action
from bot.research import texts
from bot.research.reports.report import build_report
from bot.research.reports.sources import Source, render_source
from bot.research.reports.summary import summary
from bot.research.signs import sources
from bot.research.work import Work
from bot.state.tasks import Wish

MOST_SOURCES = 5  # named where nothing was written yet
CODE_CHARS = 60

log = structlog.stdlib.get_logger()


async def break_off(work: Work, how: str, *actions: Action) -> None:
    """End a task before its time, with what was found until then. A plan that is not finished is no find."""
    interaction = await work.cancel_upstream()
    await work.end(how, *actions, found=finds(interaction) if interaction and work.task.begun_at else "")


async def fail(work: Work, failure: InteractionError, interaction: Interaction) -> None:
    """End a task whose interaction has failed, with what was found until then."""
    is_spent = interaction.status == Status.BUDGET_EXCEEDED
    notice = with_reference(texts.OUT_OF_BUDGET if is_spent else failure.notice, work.task.reference)
    found = finds(interaction) if work.task.begun_at else ""
    await work.end(notice, texts.RETRY, found=found, why=cause(failure))


def cause(failure: InteractionError) -> str:
    """Its class and code, which hold no word of people."""
    return f"{type(failure).__name__} ({failure.code[:CODE_CHARS] or 'no code'})"


def finds(interaction: Interaction) -> str:
    """What was found before it could be reported, in Markdown: the beginning of it, or else the first sources."""
    written = interaction.output_text.strip()
    if written:
        return f"{texts.WRITTEN}\n\n{written if len(written) <= texts.FOUND_CHARS else _summed_up(interaction)}"
    found = list(sources(interaction).items())[:MOST_SOURCES]
    listed = [render_source(Source(number, url, title)) for number, (url, title) in enumerate(found, 1)]
    while len("\n".join(listed)) > texts.FOUND_CHARS:  # some addresses are longer than a message
        listed.pop()
    return "\n".join([texts.FIRST_SOURCES, "", *listed]) if listed else ""


def _summed_up(interaction: Interaction) -> str:
    return summary(build_report(interaction, question="", created=datetime.now(UTC)))


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
