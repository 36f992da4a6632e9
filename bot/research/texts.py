"""What people read of a long task. Pure."""

from bot.interactions.types import Interaction, TextOutput, Thought
from bot.state.tasks import Task

QUESTION_CHARS = 200  # of the question, in the status message
THOUGHT_CHARS = 300
BREAK = "  \n"  # a line break in every Markdown
UNKNOWN = (
    "I lost the line while starting this research, so I cannot tell whether it runs. "
    "I do not start it a second time by myself; ask again if you like."
)
DONE = "done"
REST_IN_FILE = "_The whole report is in the file._"
NOT_SHOWN = "done, but I could not show all of the report here"
STOPPED = "stopped"
TOO_LONG = "stopped, because it took too long"
GAVE_UP = "It ended without a report."
NOTHING_RUNS = "Nothing is running here."
STOPPING = "I am stopping it."
STOPPED_ANSWER = "Stopped."


def render_news(interaction: Interaction | None) -> str:
    """What can be told of a task that runs: its stage, and the latest thought."""
    stage = "starting" if interaction is None else "waiting its turn" if interaction.status == "queued" else "at work"
    thought = _last_thought(interaction)
    return f"{stage}\n\n> {_short(thought, THOUGHT_CHARS)}" if thought else stage


def render_working(task: Task, news: str, seconds: float) -> str:
    """The status message while the task runs."""
    stage, _, thought = news.partition("\n")
    return _render(task, f"_{stage}, {render_duration(seconds)}_\n{thought}".rstrip())


def render_ended(task: Task, how: str, seconds: float) -> str:
    return _render(task, f"_{how} ({render_duration(seconds)})_")


def _render(task: Task, state: str) -> str:
    first = f"**Research**: {_short(task.question, QUESTION_CHARS)}{BREAK}{state}"
    return "\n\n".join([first, *task.notes])


def render_duration(seconds: float) -> str:
    """Minutes and seconds, such as 2:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _short(text: str, chars: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= chars else f"{line[: chars - 1]}…"


def _last_thought(interaction: Interaction | None) -> str:
    thoughts = [step for step in interaction.steps if isinstance(step, Thought)] if interaction else []
    summaries = [
        "".join(block.text for block in thought.summary if isinstance(block, TextOutput)) for thought in thoughts
    ]
    return next((summary for summary in reversed(summaries) if summary), "")
