"""What a look at an interaction tells: that it lives, what it has found, what it has cost."""

from typing import Any

import pytest

from bot.research.signs import last_thought, searches, see, sources
from tests.research.looks import FOUND, SEARCH, START, look, make_task, output, read, thought

USED = {"total_tokens": 1_000, "total_input_tokens": 1_000}


@pytest.mark.parametrize(
    "changed",
    [
        look(thought("Reading."), status="completed"),
        look(thought("Reading."), thought("Reading.")),
        look(thought("Reading more.")),
        look(thought("Reading."), usage=USED),
        look(thought("Reading."), updated="2026-11-20T12:00:09Z"),
        look(thought("Reading."), id="v1_other"),
    ],
    ids=["its status", "a step", "a longer step", "its usage", "the time of its last change", "another interaction"],
)
def test_whatever_changes_is_a_sign_of_life(changed: Any) -> None:
    task = make_task()
    see(task, look(thought("Reading.")), START)

    see(task, changed, START + 300)

    assert task.alive_at == START + 300


def test_a_look_that_shows_the_same_is_none() -> None:
    task = make_task()

    for seconds in (0, 10, 700):
        see(task, look(thought("Reading.")), START + seconds)

    assert task.alive_at == START


def test_an_address_is_one_source_however_often_it_is_met() -> None:
    found = sources(
        look(FOUND, read(a="success", b="success"), output("Fish.", "https://a.example", "https://c.example"))
    )

    assert list(found) == ["https://a.example", "https://b.example", "https://c.example"]


def test_a_page_that_could_not_be_read_is_no_source() -> None:
    assert sources(look(read(a="error", b="paywall"))) == {}


def test_a_source_has_the_title_that_is_known_of_it_wherever_that_was_said() -> None:
    titled = SEARCH | {
        "type": "google_search_result",
        "call_id": "s1",
        "result": [{"url": "https://a.example", "title": "A"}],
    }

    assert sources(look(read(a="success", b="success"), titled)) == {"https://a.example": "A", "https://b.example": ""}


def test_sources_that_were_found_are_not_lost_again() -> None:
    task = make_task(sources=14)

    see(task, look(FOUND), START)

    assert task.sources == 14


def test_searches_count_as_they_show_until_they_are_billed() -> None:
    billed = {"total_tokens": 1, "grounding_tool_count": [{"type": "google_search", "count": 9}]}

    assert (searches(look(SEARCH)), searches(look(SEARCH, usage=billed))) == (2, 9)


def test_the_latest_thought_with_words_is_told() -> None:
    silent = {"type": "thought", "signature": "c2ln"}

    assert last_thought(look(thought("First."), thought("Second."), SEARCH, silent)) == "Second."
    assert last_thought(look(SEARCH)) == ""


def test_the_cost_of_an_interaction_counts_once_however_often_it_is_looked_at() -> None:
    task = make_task()
    see(task, look(id="v1_plan", status="completed", usage=USED), START)

    for tokens in (2_000, 5_000):
        usage = {"total_tokens": tokens, "total_input_tokens": tokens}
        see(task, look(usage=usage), START + tokens)
        see(task, look(usage=usage), START + tokens)

    assert task.tokens == 6_000
    assert task.usd == pytest.approx(0.012)


def test_an_agent_without_a_known_price_has_tokens_and_no_money() -> None:
    task = make_task(agent="antigravity-preview-09-2026")

    see(task, look(agent=task.agent, usage=USED), START)

    assert (task.tokens, task.usd) == (1_000, 0.0)
