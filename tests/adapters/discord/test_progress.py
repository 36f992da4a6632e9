"""A task's progress as an embed: what it says, and that Discord takes it."""

import pytest
from discord import Embed
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.progress import BLUE, GREEN, GREY, RED, render_progress
from bot.models import Mark, Progress, ProgressStage
from bot.simulators.discord import bodies, message_rules

WAITING, RUNNING, DONE, FAILED = Mark.WAITING, Mark.RUNNING, Mark.DONE, Mark.FAILED
TEXTS = st.sampled_from(["", "x", "Reading ", "*", "\\", "東京 ", "\n"]).flatmap(
    lambda piece: st.integers(0, 5_000).map(lambda repeated: piece * repeated)
)
STAGES = st.builds(ProgressStage, label=TEXTS, mark=st.sampled_from(Mark), detail=TEXTS)


def stage(label: str, mark: Mark, detail: str = "") -> ProgressStage:
    return ProgressStage(label=label, mark=mark, detail=detail)


def test_the_stages_are_listed_with_their_marks_and_the_facts_below() -> None:
    stages = (stage("Plan", DONE), stage("Research", RUNNING, "Reading\n[a page](x)"), stage("Report", WAITING))

    embed = render_progress(Progress(title="Research: a_b", stages=stages, facts=("12:05", "14 sources")))

    assert embed["title"] == r"Research: a\_b"
    assert embed["description"] == "✅ Plan\n⏳ **Research**\n> Reading \\[a page\\](x)\n⬜ Report"
    assert embed["footer"] == {"text": "12:05 · 14 sources"}


def test_what_was_found_is_markdown_below_the_stages() -> None:
    stopped = stage("Research", Mark.STOPPED, "stopped")

    embed = render_progress(Progress(title="Research", stages=(stopped,), below="## Otters\n\n- eat *fish*"))

    assert embed["description"] == "⏹️ Research\n> stopped\n\n## Otters\n\n- eat *fish*"


@pytest.mark.parametrize(
    ("marks", "color"),
    [
        ((DONE, RUNNING, WAITING), BLUE),
        ((WAITING, WAITING), BLUE),
        ((DONE, DONE), GREEN),
        ((DONE, FAILED, WAITING), RED),
        ((DONE, Mark.STOPPED, WAITING), GREY),
    ],
)
def test_the_colour_tells_the_state(marks: tuple[Mark, ...], color: int) -> None:
    stages = tuple(stage("Some", mark) for mark in marks)

    assert render_progress(Progress(title="Research", stages=stages))["color"] == color


@given(
    st.builds(
        Progress,
        title=TEXTS,
        stages=st.lists(STAGES, max_size=40).map(tuple),
        facts=st.tuples(TEXTS, TEXTS),
        below=TEXTS,
    )
)
def test_whatever_there_is_to_say_discord_takes_it(progress: Progress) -> None:
    embed = render_progress(progress)

    message_rules.check_body(bodies.checked(bodies.EditBody, {"embeds": [embed]}), layout=False)
    assert len(Embed.from_dict(embed)) <= 6_000


def test_stages_that_do_not_fit_are_left_out_at_the_end() -> None:
    stages = tuple(stage("x" * 300, DONE, "y" * 1_300) for _ in range(10))

    description = render_progress(Progress(title="Research", stages=stages))["description"]

    assert description.endswith("y…\n…")
    assert len(description) <= 4_096


def test_discords_own_library_reads_the_embed_unchanged() -> None:
    embed = render_progress(Progress(title="Research", stages=(stage("Plan", DONE),), facts=("12:05",)))

    read = Embed.from_dict(embed).to_dict()

    assert {name: read.get(name) for name in embed} == embed
