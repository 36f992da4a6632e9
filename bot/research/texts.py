"""What people read of a long task. Pure."""

from bot.interactions.types import Interaction, TextOutput, Thought
from bot.models import Action
from bot.research.rules import Rules
from bot.state.tasks import Stage, Task

QUESTION_CHARS = 200  # of the question, in the status message
THOUGHT_CHARS = 300
PLAN_CHARS = 1_200  # fits the smallest message of any platform, with what stands around it
FOUND_CHARS = 800
BREAK = "  \n"  # a line break in every Markdown

STOP = Action(label="Stop", says="stop")
APPROVE = Action(label="Approve", says="approve")
CHANGE = Action(label="Change", says="change")
CANCEL = Action(label="Cancel", says="cancel")
RETRY = Action(label="Retry", says="retry")

PLANNING, CHANGING, STARTING = "making a plan", "changing the plan", "starting"
GO_AHEAD = "Go ahead with the research as planned."
DONE = "done"
REST_IN_FILE = "_The whole report is in the file._"
NOT_SHOWN = "done, but I could not show all of the report here"
STOPPED = "stopped"
CANCELLED = "cancelled"
NOT_APPROVED = "dropped, since nobody approved it within a day"
TOO_LONG = "stopped, because it took longer than an hour"
GAVE_UP = "It ended without a report."
NOTHING_RUNS = "Nothing is running here."
NOTHING_HERE = "Nothing is running or scheduled here."
NOTHING_PROPOSED = "There is no plan here that waits for that."
NOT_YOURS = "Only who asked for this research may decide about it."
HOW_TO_CHANGE = "Tell me what to change, beginning with `change:`, for instance `change: only the last five years`."
STOPPING = "I am stopping it."
STOPPED_ANSWER = "Stopped."
STAGES = {
    Stage.PLANNING: PLANNING,
    Stage.PROPOSED: "its plan waits for approval",
    Stage.QUEUED: "waiting for other research to end",
    Stage.RUNNING: "at work",
    Stage.UNKNOWN: "may or may not run; Retry or Cancel there",
}


def render_working(task: Task, stage: str, seconds: float) -> str:
    """The status message while there is nothing to tell but the stage."""
    return _render(task, f"_{stage}, {render_duration(seconds)}_")


def render_progress(task: Task, interaction: Interaction, seconds: float) -> str:
    """The status message of a research that runs: stage, time, sources, tokens, and the latest thought."""
    stage = "waiting its turn" if interaction.status == "queued" else "at work"
    facts = [stage, render_duration(seconds), *_counted(interaction, task)]
    thought = _last_thought(interaction)
    return _render(task, f"_{', '.join(facts)}_" + (f"\n\n> {shortened(thought, THOUGHT_CHARS)}" if thought else ""))


def render_waiting(task: Task, before: int) -> str:
    others = "next in line" if before == 0 else f"{before} before it"
    return _render(task, f"_waiting for other research to end, {others}_")


def render_plan(task: Task, rules: Rules) -> str:
    """The card: the plan, what it will take, and what can be done about it."""
    who = "Whoever asked" if rules.approvers == "asker" else "Anybody here"
    takes = f"_Usually 5 to 20 minutes and {rules.price}. {who} may approve it, or say what to_ `change: …`"
    question = shortened(task.question, QUESTION_CHARS)
    return "\n\n".join([f"**Research plan**: {question}", _cut(_without_title(task.plan)), takes, *task.notes])


def render_unknown(task: Task) -> str:
    return _render(
        task,
        "I lost the line while starting this, so I cannot tell whether it runs. If it does I will find out; "
        f"shall I start it again? That may cost twice. (`{task.reference}`)",
    )


def render_ended(task: Task, how: str, seconds: float) -> str:
    state, _, rest = how.partition("\n")
    cost = f", {task.tokens:,} tokens" if task.tokens else ""
    ended = _render(task, f"_{state} ({render_duration(seconds)}{cost})_")
    return f"{ended}\n{rest}" if rest else ended


def render_tasks(tasks: list[Task], now: float) -> str:
    """What is under way here, for `tasks`."""
    return "\n".join(_line(task, now - task.started_at) for task in tasks) or NOTHING_RUNS


def _line(task: Task, seconds: float) -> str:
    question, stage = shortened(task.question, QUESTION_CHARS), STAGES.get(task.stage, task.stage)
    return f"- `{task.reference}` {question}: {stage}, {render_duration(seconds)}"


def render_duration(seconds: float) -> str:
    """Minutes and seconds, such as 2:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def shortened(text: str, chars: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= chars else f"{line[: chars - 1]}…"


def _render(task: Task, state: str) -> str:
    first = f"**Research**: {shortened(task.question, QUESTION_CHARS)}{BREAK}{state}"
    return "\n\n".join([first, *task.notes])


def _without_title(plan: str) -> str:
    """The card has a title of its own."""
    first, _, rest = plan.partition("\n")
    return rest.strip() if first.startswith("#") and rest.strip() else plan


def _cut(plan: str) -> str:
    """The beginning of a plan, in whole lines."""
    if len(plan) <= PLAN_CHARS:
        return plan
    return plan[:PLAN_CHARS].rpartition("\n")[0] + "\n…"


def _counted(interaction: Interaction, task: Task) -> list[str]:
    tokens = task.tokens + interaction.usage.total_tokens
    searches = sum(interaction.usage.grounding_tool_count.values())
    return [*([f"{searches} searches"] if searches else []), *([f"{tokens:,} tokens"] if tokens else [])]


def _last_thought(interaction: Interaction) -> str:
    thoughts = [step for step in interaction.steps if isinstance(step, Thought)]
    summaries = [
        "".join(block.text for block in thought.summary if isinstance(block, TextOutput)) for thought in thoughts
    ]
    return next((summary for summary in reversed(summaries) if summary), "")
