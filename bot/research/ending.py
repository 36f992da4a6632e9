"""How a long task is over: what runs upstream is stopped, what was found is kept, and Retry begins it again."""

from datetime import UTC, datetime

import structlog

from bot.conversation.notices import with_reference
from bot.interactions.errors import InteractionError
from bot.interactions.failures import failure_of
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
    """End a task before its time, with what was found until then. A plan that is not finished is no find.

    Once the thread goes on from its report it has its end, though not all of it could be shown.
    """
    if work.task.has_report:
        return await work.end(texts.NOT_SHOWN)
    interaction = await work.cancel_upstream()
    found = finds(interaction) if interaction and work.task.begun_at else ""
    may_run = texts.MAY_RUN if work.task.strays else ""
    return await work.end(how, *actions, found="\n\n".join(filter(None, [may_run, found])))


async def end_without(work: Work, interaction: Interaction, nothing: str) -> None:
    """End a task that has got no plan, or no report: say why, or `nothing` more, with what was found until then."""
    found = finds(interaction) if work.task.begun_at else ""
    if interaction.status == Status.CANCELLED:
        return await work.end(texts.STOPPED, texts.RETRY, found=found, why="cancelled upstream")
    failure = failure_of(interaction)
    is_spent = interaction.status == Status.BUDGET_EXCEEDED
    notice = texts.OUT_OF_BUDGET if is_spent else failure.notice if failure else nothing
    why = cause(failure) if failure else f"{nothing} ({interaction.status[:CODE_CHARS]})"
    return await work.end(with_reference(notice, work.task.reference), texts.RETRY, found=found, why=why)


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
        await work.save(work.records.tasks.settled(task, *Wish))
        log.info("task_begun_again", attempt=task.attempt)
        return 0.0
    return None
