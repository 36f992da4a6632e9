"""How far a task is, drawn."""

import pytest

from bot.interactions.types import Interaction
from bot.models import Mark, Progress
from bot.research import texts
from bot.research.progress import render_progress
from bot.research.rules import Rules
from bot.research.texts import Words
from bot.state.slots import Line
from bot.state.tasks import Spent, Stage, Task
from tests.research.looks import AGENT, START, look, make_task, output, thought

PLANNED = {"plan": "1. Look", "plan_id": "v1_plan"}
APPROVED = PLANNED | {"approved_by": "U1"}


def drawn(task: Task, words: Words, interaction: Interaction | None = None) -> Progress:
    progress = render_progress(task, words, interaction)
    assert progress is not None
    return progress


def marks(progress: Progress) -> list[str]:
    return [f"{stage.label} {stage.mark}" for stage in progress.stages]


def test_a_task_that_plans_has_four_stages_and_one_that_does_not_has_two() -> None:
    planning = make_task(stage=Stage.PLANNING, begun_at=None)
    plain = make_task()

    assert marks(drawn(planning, texts.render_working(planning, texts.PLANNING, START))) == [
        "Plan running",
        "Approval waiting",
        "Research waiting",
        "Report waiting",
    ]
    assert marks(drawn(plain, texts.render_working(plain, texts.STARTING, START))) == [
        "Research running",
        "Report waiting",
    ]


def test_a_changed_plan_is_being_made_again() -> None:
    task = make_task(stage=Stage.PLANNING, begun_at=None, **PLANNED)

    progress = drawn(task, texts.render_working(task, texts.CHANGING, START))

    assert marks(progress)[:2] == ["Plan running", "Approval waiting"]
    assert progress.stages[0].detail == "changing the plan"


def test_a_plan_to_be_approved_is_read_and_not_drawn() -> None:
    task = make_task(stage=Stage.PROPOSED, begun_at=None, **PLANNED)

    assert render_progress(task, texts.render_plan(task, Rules(agent=AGENT)), None) is None


def test_what_waits_in_line_has_its_plan_approved() -> None:
    task = make_task(stage=Stage.QUEUED, begun_at=None, **APPROVED)

    progress = drawn(task, texts.render_waiting(task, Line(before=2)))

    assert marks(progress) == ["Plan done", "Approval done", "Research waiting", "Report waiting"]
    assert progress.stages[2].detail == "waiting, since others run first, 2 before it"


def test_what_runs_shows_its_latest_thought_and_what_it_took_so_far() -> None:
    task = make_task(notes=["I could not read `a.zip`."], spent={"v1_plan": Spent(tokens=10, usd=0.5)}, **APPROVED)
    interaction = look(thought("**Reading**\n\nTwo pages."))

    progress = drawn(task, texts.render_working(task, texts.WORKING, START + 65, interaction), interaction)

    assert progress.title == "Research: What do otters eat?"
    assert marks(progress) == ["Plan done", "Approval done", "Research running", "Report waiting"]
    assert progress.stages[2].detail == "Reading: Two pages."
    assert progress.facts == ("1:05", "10 tokens", "about 0.50 USD", "I could not read a.zip.")


@pytest.mark.parametrize(("begun_at", "expected"), [(None, "Plan running"), (START, "Research running")])
def test_a_start_that_was_lost_asks_where_it_was(begun_at: float | None, expected: str) -> None:
    task = make_task(stage=Stage.UNKNOWN, begun_at=begun_at)

    progress = drawn(task, texts.render_unknown(task))

    assert marks(progress)[0] == expected
    assert "shall I start it again? That may cost twice. (P-00000)" in progress.stages[0].detail


def test_what_is_done_has_all_its_stages_done() -> None:
    task = make_task(**APPROVED)

    progress = drawn(task, texts.render_ended(task, texts.DONE, 725), look(output("Fish."), status="completed"))

    assert {stage.mark for stage in progress.stages} == {Mark.DONE}
    assert progress.facts == ("12:05",)


@pytest.mark.parametrize(
    ("fields", "status", "failed"),
    [
        ({"stage": Stage.PLANNING, "begun_at": None}, "failed", "Plan"),
        ({"stage": Stage.PROPOSED, "begun_at": None} | PLANNED, None, "Approval"),
        ({"stage": Stage.QUEUED, "begun_at": None} | APPROVED, None, "Research"),
        (APPROVED, "failed", "Research"),
        (APPROVED, "cancelled", "Research"),
        (APPROVED, "completed", "Report"),
        (APPROVED | {"has_report": True}, None, "Report"),
    ],
)
def test_what_ended_before_its_time_has_the_stage_marked_at_which_it_was(
    fields: dict[str, object], status: str | None, failed: str
) -> None:
    task = make_task(**fields)

    words = texts.render_ended(task, "It gave up. (`P-00000`)", 5, "Otters eat *fish*.")
    progress = drawn(task, words, look(status=status) if status else None)

    [stage] = [stage for stage in progress.stages if stage.mark == Mark.FAILED]
    assert (stage.label, stage.detail) == (failed, "It gave up. (P-00000)")
    assert progress.below == "Otters eat *fish*."
