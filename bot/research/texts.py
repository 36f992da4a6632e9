"""What people read of a long task. Pure."""

from bot.interactions.types import Interaction, TextOutput, Thought

QUESTION_CHARS = 200  # of the question, in the status message
THOUGHT_CHARS = 300
BREAK = "  \n"  # a line break in every Markdown
UNKNOWN = (
    "I lost the line while starting this research, so I cannot tell whether it runs. "
    "I do not start it a second time by myself; ask again if you like."
)
DONE = "done"
REST_IN_FILE = "_The whole report is in the file._"
STOPPED = "stopped"
TOO_LONG = "stopped, because it took too long"
GAVE_UP = "It ended without a report."
NOTHING_RUNS = "Nothing is running here."
STOPPING = "I am stopping it."


def render_working(question: str, interaction: Interaction | None, seconds: float) -> str:
    """The status message while the task runs: what, how long already, and the latest thought."""
    stage = "starting" if interaction is None else "waiting its turn" if interaction.status == "queued" else "at work"
    lines = [f"**Research**: {_short(question, QUESTION_CHARS)}", f"_{stage}, {render_duration(seconds)}_"]
    thought = _last_thought(interaction)
    return BREAK.join(lines) + (f"\n\n> {_short(thought, THOUGHT_CHARS)}" if thought else "")


def render_ended(question: str, how: str, seconds: float) -> str:
    return f"**Research**: {_short(question, QUESTION_CHARS)}{BREAK}_{how} ({render_duration(seconds)})_"


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
