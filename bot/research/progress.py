"""How far a long task is, drawn: its stages, what it does now, and the facts. Pure."""

from bot.interactions.types import Interaction
from bot.models import Mark, Progress, ProgressStage
from bot.research.outcome import WITHOUT_REPORT
from bot.research.texts import QUESTION_CHARS, Words, plain, shortened
from bot.state.tasks import Stage, Task

PLAN, APPROVAL, RESEARCH, REPORT = "Plan", "Approval", "Research", "Report"


def render_progress(task: Task, said: Words, interaction: Interaction | None) -> Progress | None:
    """The same as the words of the status message, drawn; None where the words are to be read as they are."""
    if said.mark is None:
        return None
    now = _now(task, interaction)
    labels = [PLAN, APPROVAL, RESEARCH, REPORT] if now == PLAN or task.plan_id else [RESEARCH, REPORT]
    return Progress(
        title=f"Research: {shortened(task.question, QUESTION_CHARS)}",
        stages=tuple(_stage(label, labels.index(label) - labels.index(now), said) for label in labels),
        facts=(*said.facts, *map(plain, task.notes)),
        below=said.below,
    )


def _now(task: Task, interaction: Interaction | None) -> str:
    """The stage at work, or the one it was at when it ended."""
    if task.begun_at is None and task.stage in (Stage.PLAN_QUEUED, Stage.PLANNING, Stage.UNKNOWN):
        return PLAN
    if task.plan_id and not task.approved_by:
        return APPROVAL
    ended = interaction is not None and not interaction.is_running and interaction.status not in WITHOUT_REPORT
    return REPORT if task.has_report or ended else RESEARCH


def _stage(label: str, ahead: int, said: Words) -> ProgressStage:
    """One stage; those before the one at work are done, those after it wait."""
    if said.mark == Mark.DONE or ahead < 0:
        return ProgressStage(label=label, mark=Mark.DONE)
    if ahead > 0 or said.mark is None:
        return ProgressStage(label=label, mark=Mark.WAITING)
    return ProgressStage(label=label, mark=said.mark, detail=said.detail)
