"""The report of a finished task: its summary in the thread, the whole of it as files, its figures, for who asked."""

import mimetypes
import re
from datetime import UTC, datetime

import structlog

from bot.conversation.split import split
from bot.interactions.types import Interaction, MediaOutput, ModelOutput
from bot.models import File, Part, PartKey
from bot.research.outcome import outcome_of
from bot.research.printing import printed
from bot.research.reports.report import Report, build_report, since_last_input
from bot.research.reports.summary import summary
from bot.research.stoppable import still_asked, unless_withdrawn
from bot.research.texts import AS_WRITTEN, ENDS_EARLY, REST_IN_FILE
from bot.research.work import Work

SHORT_CHARS = 1_500  # of a report that is shown as it is, instead of a summary
MOST_FIGURES = 10  # as messages of their own; all of them are in the file
MOST_FILES = 10  # that the agent made
MOST_PRINTINGS = 5  # that came to no end; what ends the worker each time is not printed for ever

log = structlog.stdlib.get_logger()


async def deliver(interaction: Interaction, work: Work) -> None:
    """Post what is not visible yet. Raises ChannelBusy or Undeliverable; then deliver again. Or Withdrawn."""
    task = work.task
    report, words = _built(interaction, work)
    await _post(work, Part(key=_key(work, "r0"), text=words, notifies=task.asked.author))
    await _post_file(work, "md", "text/markdown", report.markdown.encode(errors="replace"))
    await _post_pdf(work, report)
    for figure in report.figures[:MOST_FIGURES]:
        if figure.data is not None:
            file = File(name=figure.name, mime_type=figure.mime_type, data=figure.data)
            name = figure.name.removeprefix(f"{task.reference}-")
            await _post(work, Part(key=_key(work, name), text="", file=file))
    for file in _left_behind(interaction, task.reference):
        await _post(work, Part(key=_key(work, file.name), text="", file=file))


def _built(interaction: Interaction, work: Work) -> tuple[Report, str]:
    """The report, and its words for the thread. Where that breaks it is as it was written, since it was paid for."""
    task = work.task
    try:
        begun = datetime.fromtimestamp(task.begun_at or task.started_at, UTC)
        ends_early = ENDS_EARLY.get(outcome_of(interaction))
        note = f"_{ends_early}_" if ends_early else ""
        report = build_report(interaction, question=task.question, created=begun, reference=task.reference, note=note)
        return report, _in_the_thread(report, work.channel.limits.message_chars)
    except Exception:
        log.exception("report_not_built")
        work.note("report not built")
        written = interaction.output_text
        return Report(title=task.question, words=written, markdown=written, created=datetime.now(UTC)), AS_WRITTEN


def _key(work: Work, name: str) -> PartKey:
    """What an earlier attempt has posted stays as it is, and stands for nothing of this one."""
    attempt = work.task.attempt
    return work.posts.key(name if attempt == 1 else f"{attempt}.{name}")


def _left_behind(interaction: Interaction, reference: str) -> list[File]:
    """The files that an agent made, other than pictures, as far as their bytes came with the answer."""
    blocks = [
        block
        for step in since_last_input(interaction)
        if isinstance(step, ModelOutput)
        for block in step.content
        if isinstance(block, MediaOutput) and block.type != "image" and block.data is not None
    ]
    return [
        File(name=f"{reference}-{number}{_ending(block)}", mime_type=block.mime_type, data=block.data or b"")
        for number, block in enumerate(blocks[:MOST_FILES], 1)
    ]


def _ending(block: MediaOutput) -> str:
    return mimetypes.guess_extension(block.mime_type) or ""


def _in_the_thread(report: Report, limit_chars: int) -> str:
    """A short report whole, a long one as its summary."""
    whole = _without_figures(report)
    if len(split(whole, limit_chars=min(SHORT_CHARS, limit_chars))) <= 1:
        return whole
    rest = f"{REST_IN_FILE} {report.note}".strip()
    short = split(f"**{report.title}**\n\n{summary(report)}", limit_chars=limit_chars - len(rest) - 2)[0]
    return f"{short}\n\n{rest}"


def _without_figures(report: Report) -> str:
    """They are messages of their own; in the file they are links to the files beside it."""
    text = report.markdown
    for figure in report.figures:
        text = text.replace(f"![Figure {figure.number}]({figure.name})", "")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


async def _post(work: Work, part: Part) -> None:
    """Unless it is visible. Raises Withdrawn when nobody asks for it any more."""
    if not work.posts.is_visible(part.key):
        await still_asked(work)
        await work.posts.show(part)


async def _post_pdf(work: Work, report: Report) -> None:
    task = work.task
    if work.posts.is_visible(_key(work, "pdf")) or task.printings == MOST_PRINTINGS:
        return
    task.printings += 1
    await work.save()
    pdf = await unless_withdrawn(printed(report), work)
    task.printings = 0
    if pdf is not None:
        await _post_file(work, "pdf", "application/pdf", pdf)


async def _post_file(work: Work, ending: str, mime_type: str, data: bytes) -> None:
    file = File(name=f"{work.task.reference}-report.{ending}", mime_type=mime_type, data=data)
    await _post(work, Part(key=_key(work, ending), text="", file=file))
