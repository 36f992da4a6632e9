"""The words of a status message."""

import pytest

from bot.models import Mark
from bot.research import texts
from bot.research.rules import Rules
from bot.research.signs import see
from bot.state.slots import Line
from bot.state.tasks import Spent, Stage
from tests.research.looks import AGENT, FOUND, SEARCH, START, look, make_task, thought

COST = {"v1_research": Spent(tokens=1_234_567, usd=1.2)}


@pytest.mark.parametrize(
    ("seconds", "read"),
    [(0, "0:00"), (65.9, "1:05"), (3599, "59:59"), (3600, "1:00:00"), (3725, "1:02:05"), (36_000, "10:00:00")],
)
def test_a_duration_reads_well_however_long(seconds: float, read: str) -> None:
    assert texts.render_duration(seconds) == read


def test_what_runs_says_how_long_what_it_found_what_it_cost_and_what_it_thinks() -> None:
    task = make_task(sources=14, spent=COST)

    words = texts.render_working(task, texts.WORKING, START + 725, look(SEARCH, FOUND, thought("**Reading**\n\nA_b.")))

    assert words.text == (
        "**Research**: What do otters eat?  \n"
        "_at work, 12:05, 14 sources, 2 searches, 1,234,567 tokens, about 1.20 USD_\n\n"
        "> Reading: A\\_b."
    )
    assert words.detail == "Reading: A_b."
    assert words.facts == ("12:05", "14 sources", "2 searches", "1,234,567 tokens", "about 1.20 USD")


@pytest.mark.parametrize(
    ("quiet_seconds", "said"),
    [
        (0, None),
        (59, None),
        (60, "last sign of life 1 min ago"),
        (200, "last sign of life 3 min ago"),
        (599, "last sign of life 9 min ago"),
        (600, "no sign of life for 10 min"),
        (725, "no sign of life for 12 min"),
    ],
)
def test_silence_is_told_after_a_minute_and_counts_as_stalled_after_ten(quiet_seconds: float, said: str | None) -> None:
    task, interaction = make_task(), look()
    see(task, interaction, START)

    words = texts.render_working(task, texts.WORKING, START + quiet_seconds, interaction)

    assert [fact for fact in words.facts if "sign of life" in fact] == ([said] if said else [])
    assert said is None or said in words.text


def test_a_new_sign_of_life_ends_the_silence() -> None:
    task = make_task()
    see(task, look(), START)
    see(task, look(thought("Reading.")), START + 900)

    words = texts.render_working(task, texts.WORKING, START + 900, look(thought("Reading.")))

    assert "sign of life" not in words.text


def test_what_waits_its_turn_at_the_api_is_not_said_to_be_lifeless() -> None:
    task, queued = make_task(), look(status="queued")
    see(task, queued, START)

    words = texts.render_working(task, texts.WORKING, START + 1_200, queued)

    assert "waiting its turn, 20:00_" in words.text


def test_the_last_words_say_what_it_took() -> None:
    words = texts.render_ended(make_task(sources=14, spent=COST), texts.DONE, 725)

    assert words.text.endswith("_done (12:05, 14 sources, 1,234,567 tokens, about 1.20 USD)_")


def test_of_one_thing_there_is_one() -> None:
    task = make_task(sources=1, spent={"v1_research": Spent(tokens=1, usd=0.001)})

    assert "1 source, 1 token, less than 0.01 USD" in texts.render_ended(task, texts.STOPPED, 0).text


def test_no_money_is_told_where_no_price_is_known() -> None:
    task = make_task(spent={"v1_research": Spent(tokens=5)})

    assert "(0:07, 5 tokens)" in texts.render_ended(task, texts.DONE, 7).text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line(before=2), "waiting, since others run first, 2 before it"),
        (Line(before=0, own=2), "waiting, since 2 of yours run already, next in line"),
        (Line(before=0, own=1), "waiting, since 1 of yours runs already, next in line"),
    ],
)
def test_what_waits_says_for_whom_and_what_its_plan_has_cost(line: Line, said: str) -> None:
    words = texts.render_waiting(make_task(spent={"v1_plan": Spent(tokens=900, usd=0.02)}), line)

    assert f"_{said}, 900 tokens, about 0.02 USD_" in words.text


def test_a_plan_says_what_it_takes_what_it_has_cost_who_decides_and_until_when() -> None:
    task = make_task(stage=Stage.PROPOSED, plan="1. Look", spent={"v1_plan": Spent(tokens=900, usd=0.02)})

    assert texts.render_plan(task, Rules(agent=AGENT)).text == (
        "**Research plan**: What do otters eat?\n\n"
        "1. Look\n\n"
        "_It takes up to 20 minutes as a rule, an hour at most, and 1 to 3 USD. "
        "The plan has cost 900 tokens, about 0.02 USD._  \n"
        "_Only who asked can approve it, within a day. To change it, answer_ `change: …` (`P-00000`)"
    )


@pytest.mark.parametrize("how", [texts.STOPPED, texts.CANCELLED, texts.NOT_APPROVED, texts.GIVEN_UP])
def test_what_people_have_stopped_is_neither_done_nor_failed(how: str) -> None:
    assert texts.render_ended(make_task(), how, 5).mark == Mark.STOPPED
    assert texts.render_ended(make_task(), texts.DONE, 5).mark == Mark.DONE
    assert texts.render_ended(make_task(), texts.TOO_LONG, 5).mark == Mark.FAILED


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("", ""),
        (
            "**Searching**\n\n*Otters* on [a page](https://a.example).",
            "Searching: Otters on a page.",
        ),
        ("Reading.\n\n- one\n- two", "Reading. one two"),
        ("# A title\n\n`code` & <b>", "A title: code & <b>"),
    ],
)
def test_markdown_is_taken_out_of_a_drawing(markdown: str, words: str) -> None:
    assert texts.plain(markdown) == words


@pytest.mark.parametrize(
    "question",
    [
        "What is 2*3*4_5_? <@U0ADA> @everyone",
        "Why `x` and [y](z), a|b, ~~c~~ or C:\\_d_\\?",
        "Compare *this* https://a.example/b_c_d?e=_f with http://g.example/~h",
    ],
)
def test_a_question_is_shown_as_it_was_written(question: str) -> None:
    task = make_task(question=question, plan="1. Look")
    waits = texts.render_waiting(task, Line(before=2)).text
    card = texts.render_plan(task, Rules(agent=AGENT)).text

    assert f"Research: {question}" in texts.plain(waits)
    assert f"Research plan: {question}" in texts.plain(card)
    assert f": {question}" in texts.plain(texts.render_tasks([task], START))


def test_an_address_in_a_question_keeps_its_marks() -> None:
    """Platforms link it by themselves, and a backslash would be taken for a part of it."""
    assert texts.render_question("*Is* https://a.example/b_c right?", 200) == r"\*Is\* https://a.example/b_c right?"


def test_who_asks_for_the_tasks_reads_how_far_each_is_whether_it_lives_and_what_it_has_cost() -> None:
    runs = make_task(sources=14, spent=COST, begun_at=START + 125, alive_at=START + 705, stage=Stage.RUNNING)
    waits = make_task(stage=Stage.PROPOSED, alive_at=START)

    assert texts.render_tasks([runs, waits], START + 725) == (
        f"- `{runs.reference}` at work for 10:00, 14 sources, 1,234,567 tokens, about 1.20 USD: What do otters eat?\n"
        f"- `{waits.reference}` its plan waits for approval, asked 12:05 ago: What do otters eat?"
    )
