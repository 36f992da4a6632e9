"""What people read of a long task. Pure."""

import re
from typing import NamedTuple

from bot.interactions.types import Interaction, Status
from bot.models import Action, Mark
from bot.research.outcome import Outcome
from bot.research.reports.markup import escape, plain_text, read_markdown
from bot.research.rules import Rules
from bot.research.signs import last_thought, searches
from bot.state.slots import Line
from bot.state.tasks import Stage, Task, Wish

QUESTION_CHARS = 200  # of the question, in the status message
THOUGHT_CHARS = 300
READ_CHARS = 600  # of a thought, before its Markdown is taken out
PLAN_CHARS = 1_200  # fits the smallest message of any platform, with what stands around it
FOUND_CHARS = 800  # of what was written, to be shown as it is
LEAST_USD = 0.01
TEXTS = frozenset({"inline", "fence", "code_block"})  # the blocks of Markdown that hold words
ADDRESS = re.compile(r"(https?://[^\s\\`*\[\]<>|]+)")
BREAK = "  \n"  # a line break in every Markdown
QUIET_SECONDS = 60.0  # without a sign of life before that is said
STALLED_SECONDS = 600.0  # before it counts as stalled

STOP = Action(label="Stop", says="stop", kind="danger")
APPROVE = Action(label="Approve", says="approve", kind="primary")
CHANGE = Action(label="Change", says="change")
CANCEL = Action(label="Cancel", says="cancel", kind="danger")
RETRY = Action(label="Retry", says="retry", kind="primary")

PLANNING, CHANGING, STARTING, WORKING = "making a plan", "changing the plan", "starting", "at work"
IN_LINE = "waiting in line"
BUSY = "my model is busy, I keep trying"
LOCKED_OUT = "my model does not let me in, so the people who run me have to look; I keep trying"
DONE = "done"
REST_IN_FILE = "_The whole report is in the files._"
AS_WRITTEN = "_I could not set this report as I should, so the file has it as my model wrote it._"
REPORTING = "showing the report"
NOT_SHOWN = "done, but I could not show all of the report here"
STOPPED = "stopped"
CANCELLED = "cancelled"
NOT_APPROVED = "dropped, since nobody approved it within a day"
TOO_LONG = "stopped, because it took longer than an hour"
NEVER_BEGAN = "nothing was started, since that was not possible within an hour"
MAY_RUN = "_It may still run at my model's side. I keep trying to stop it there._"
CUT_OFF = "It reached its length limit and ends early."
UNCLEAR = "It ended in a way I do not know, so some of it may be missing."
ENDS_EARLY = {Outcome.CUT_OFF: CUT_OFF, Outcome.UNCLEAR: UNCLEAR}  # reports that are shown all the same
GAVE_UP = "It ended without a report."
OUT_OF_BUDGET = "My model has used up what it may spend on one research. A narrower question may help."
WRITTEN = "_What it had written until then:_"
FIRST_SOURCES = "_Nothing was written yet. Sources it had found:_"
SANDBOX_LOST = "_What was made here earlier is no longer stored, so this began in an empty workspace._"
HOW_TO_RESEARCH = "What shall I look into? Just answer this, or say it like `research What do sea otters eat?`"
NO_PLAN = "It ended without a plan."
GIVEN_UP = "given up; I cannot tell whether it still runs"
PLAN_LOST = "_The plan was no longer stored, so I have made a new one._"
NOTHING_RUNS = "Nothing is running here."
NOTHING_HERE = "Nothing is running or scheduled here."
NOTHING_PROPOSED = "There is no plan here that waits for that."
NOT_YET_PROPOSED = "The plan is not ready yet. Please look at it first."
NO_LONGER_PROPOSED = "This research has begun already. To end it, say `stop`."
HAS_ENDED = "This research has ended. Ask again with `research …` for another one."
NOT_ENDED = "This research has not ended yet."
NOT_YOURS = "Only who asked for this research may decide about it."
NEWER_PLAN = "That was said of an earlier plan. Please look at the new one, and approve it if it is right."
PLAN_CHANGES = "I am changing the plan first. Please look at the new one then, and approve it if it is right."
HOW_TO_CHANGE = "Tell me what to change, just by answering this. Or say `change: only the last five years`."
APPROVED, CHANGED, DROPPED = "Approved.", "I am changing the plan.", "Cancelled."
GIVING_UP = "I am giving it up."
RETRYING = "I am trying it again."
STOPS = (STOPPED, CANCELLED, NOT_APPROVED, GIVEN_UP, *ENDS_EARLY.values())
ENDS = {DONE: Mark.DONE} | dict.fromkeys(STOPS, Mark.STOPPED)  # else it failed
STOPPING = "I am stopping it."
STOPPED_ANSWER = "Stopped."
STAGE_WORDS = {
    Stage.PLAN_QUEUED: IN_LINE,
    Stage.PLANNING: PLANNING,
    Stage.PROPOSED: "its plan waits for approval",
    Stage.QUEUED: IN_LINE,
    Stage.RUNNING: WORKING,
    Stage.UNKNOWN: "may or may not run; Retry or Cancel there",
}


def approve(task: Task) -> Action:
    """The button of one plan, so that it does not approve another one that nobody has seen."""
    return APPROVE.model_copy(update={"says": f"{APPROVE.says} {task.plan_mark}"})


def render_decided(task: Task, wish: Wish) -> str:
    """What to answer to a word about a plan, or about a research that may or may not run."""
    match wish:
        case Wish.APPROVE:
            return APPROVED
        case Wish.CHANGE:
            return CHANGED
        case _:
            return GIVING_UP if task.stage == Stage.UNKNOWN else DROPPED


def render_not_proposed(task: Task | None) -> str:
    """What to answer to a word about a plan where none waits for it; the task is the one that may be meant."""
    if task is None:
        return NOTHING_PROPOSED
    match task.stage:
        case Stage.PLAN_QUEUED | Stage.PLANNING:
            return NOT_YET_PROPOSED
        case Stage.QUEUED | Stage.RUNNING:
            return NO_LONGER_PROPOSED
        case _:
            return NOTHING_PROPOSED


class Words(NamedTuple):
    """What a status message says, in Markdown, and the same in pieces for a drawing."""

    text: str
    detail: str = ""  # of the stage at work, plain text
    facts: tuple[str, ...] = ()
    mark: Mark | None = Mark.RUNNING  # of the stage at work; None for a text that no drawing can replace
    below: str = ""  # Markdown that stands below a drawing
    time: str = ""  # in the text, how long it has taken until now

    @property
    def still(self) -> str:
        """The text without what changes by itself."""
        return self.text.replace(self.time, "", 1) if self.time else self.text


def render_working(task: Task, doing: str, now: float, interaction: Interaction | None = None) -> Words:
    """The status message of what is under way: what it does, the facts, and the latest thought."""
    waits = interaction is not None and interaction.status == Status.QUEUED
    doing = "waiting its turn" if waits else doing
    facts = [render_duration(now - (task.begun_at or task.started_at)), *_counted(task, interaction)]
    if interaction is not None and not waits:
        facts += _life(task, now)
    thought = shortened(plain(last_thought(interaction)[:READ_CHARS]), THOUGHT_CHARS) if interaction else ""
    quoted = f"\n\n> {escape(thought)}" if thought else ""
    text = _render(task, f"_{', '.join([doing, *facts])}_{quoted}")
    return Words(text, thought or doing, tuple(facts), time=facts[0])


def render_waiting(task: Task, line: Line) -> Words:
    own = f"{line.own} of yours {'runs' if line.own == 1 else 'run'} already"
    why = own if line.own else "others run first"
    place = "next in line" if line.before == 0 else f"{line.before} before it"
    waits, facts = f"waiting, since {why}, {place}", _counted(task)
    return Words(_render(task, f"_{', '.join([waits, *facts])}_"), waits, tuple(facts), Mark.WAITING)


def render_plan(task: Task, rules: Rules) -> Words:
    """The card: the plan, what it will take, and what can be done about it."""
    who = "Only who asked" if rules.approvers == "asker" else "Anybody here"
    cost = ", ".join(_cost(task))
    so_far = f" The plan has cost {cost}." if cost else ""
    takes = f"_It takes up to 20 minutes as a rule, an hour at most, and {rules.price}.{so_far}_"
    asks = f"_{who} can approve it, within a day. To change it, answer_ `change: …` (`{task.reference}`)"
    question = render_question(task.question, QUESTION_CHARS)
    about = f"{takes}{BREAK}{asks}"
    card = [f"**Research plan**: {question}", _cut(_without_title(task.plan)), about, *task.notes]
    return Words("\n\n".join(card), mark=None)


def render_unknown(task: Task) -> Words:
    asks = (
        "I lost the line while starting this, so I cannot tell whether it runs. If it does I will find out; "
        f"shall I start it again? That may cost twice. (`{task.reference}`)"
    )
    return Words(_render(task, asks), plain(asks))


def render_ended(task: Task, how: str, seconds: float, found: str = "") -> Words:
    """The last words: how it ended, what it took, and in Markdown what it had found."""
    facts = [render_duration(seconds), *_counted(task)]
    ended = _render(task, f"_{how} ({', '.join(facts)})_")
    text = f"{ended}\n\n{found}" if found else ended
    return Words(text, plain(how), tuple(facts), ENDS.get(how, Mark.FAILED), found)


def render_tasks(tasks: list[Task], now: float) -> str:
    """What is under way here, for `tasks`."""
    return "\n".join(_line(task, now) for task in tasks)


def _line(task: Task, now: float) -> str:
    """Its state first, since a question may end in any sign. How long it runs is what its status message says too."""
    runs = task.stage in (Stage.PLANNING, Stage.RUNNING)
    stage = STAGE_WORDS.get(task.stage, task.stage)
    since = render_duration(now - ((task.begun_at if runs else None) or task.started_at))
    question = render_question(task.question, QUESTION_CHARS)
    facts = [f"{stage} for {since}" if runs else f"{stage}, asked {since} ago", *(_life(task, now) if runs else [])]
    return f"- `{task.reference}` {', '.join([*facts, *_counted(task)])}: {question}"


def render_duration(seconds: float) -> str:
    """Minutes and seconds, such as 2:05, and hours when there are some: 1:02:05."""
    minutes, second = divmod(max(0, int(seconds)), 60)  # a clock may have gone back
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def plain(markdown: str) -> str:
    """Its words, one line. A first paragraph without an end is taken for a title."""
    lines = [plain_text(node) for node in read_markdown(markdown).walk() if node.type in TEXTS]
    first, *rest = [" ".join(line.split()) for line in lines if line.strip()] or [""]
    return f"{first}{':' if rest and first[-1].isalnum() else ''} {' '.join(rest)}".strip()


def render_question(question: str, chars: int) -> str:
    """The beginning of what somebody asked, in Markdown that shows it as it was written.

    An address keeps its marks, since platforms link it by itself, with any escape as part of it.
    """
    pieces = ADDRESS.split(shortened(question, chars))
    return "".join(piece if ADDRESS.fullmatch(piece) else escape(piece) for piece in pieces)


def shortened(text: str, chars: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= chars else f"{line[: chars - 1]}…"


def _render(task: Task, state: str) -> str:
    first = f"**Research**: {render_question(task.question, QUESTION_CHARS)}{BREAK}{state}"
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


def _counted(task: Task, interaction: Interaction | None = None) -> list[str]:
    """What was found and what it has cost until now, as far as that is known; searches while they are made."""
    searched = searches(interaction) if interaction else 0
    counts = [(task.sources, "source"), (searched, "search")]
    return [*(_count(number, of) for number, of in counts if number), *_cost(task)]


def _cost(task: Task) -> list[str]:
    return [*([_count(task.tokens, "token")] if task.tokens else []), *([_money(task.usd)] if task.usd else [])]


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}{'' if number == 1 else 'es' if of.endswith('ch') else 's'}"


def _money(usd: float) -> str:
    return f"about {usd:.2f} USD" if usd >= LEAST_USD else f"less than {LEAST_USD} USD"


def _life(task: Task, now: float) -> list[str]:
    """When it was seen alive, once that is a while ago."""
    quiet = now - (now if task.alive_at is None else task.alive_at)
    if quiet < QUIET_SECONDS:
        return []
    minutes = int(quiet) // 60
    is_stalled = quiet >= STALLED_SECONDS
    return [f"no sign of life for {minutes} min" if is_stalled else f"last sign of life {minutes} min ago"]
